"""Duplicates, contradictions and leakage."""
