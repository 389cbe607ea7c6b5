"""Markdown rendered to lines of a widget: parsed block by block, laid out while it streams."""
