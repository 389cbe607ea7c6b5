"""Fixes of problems, one or all of a rule, and repaired copies of damaged files."""
