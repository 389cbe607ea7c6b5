"""Editing a message: its text, parts, tool calls, role and weight."""
