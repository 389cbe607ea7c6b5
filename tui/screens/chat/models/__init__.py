"""Choosing the model of a chat."""
