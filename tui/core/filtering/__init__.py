"""Choosing rows of a dataset: by a small language, and by marks."""
