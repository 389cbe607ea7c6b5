"""Comparisons: many prompts to several models, measured, kept, and gone on with after a kill."""
