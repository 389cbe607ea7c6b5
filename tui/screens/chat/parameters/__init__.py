"""The parameters of a request: sampling, answer format, tools."""
