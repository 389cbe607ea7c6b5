"""Counting tokens in processes of their own, so that neither screen nor script waits for it."""
