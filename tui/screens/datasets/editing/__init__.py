"""Editing messages and examples; every change can be undone."""
