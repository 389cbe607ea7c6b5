"""Shortcuts for speed beside what Textual does itself; each can be turned off by one constant."""
