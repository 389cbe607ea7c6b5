"""Answers beside each other: measures against a reference, paired tests, tables of a run."""
