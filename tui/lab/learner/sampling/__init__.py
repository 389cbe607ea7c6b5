"""Sampling an answer from a model, token by token."""
