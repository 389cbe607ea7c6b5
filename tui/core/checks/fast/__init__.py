"""Shortcuts of the checks: the same findings as the plain rules, for many lines, sooner."""
