"""Rows of every format: a strategy for each shape, given the strategy of the texts in it."""
