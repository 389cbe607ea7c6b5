"""Comparing models: answers measured against references, paired tests, tables of a run."""
