"""Editing examples, and what all editing shares; every change can be undone."""
