"""Tokens as data: encodings, distributions, truncation, comparison of models."""
