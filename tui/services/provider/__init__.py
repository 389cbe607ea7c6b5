"""The one door to a provider: requests, error mapping, decoding, paging, server-sent events."""
