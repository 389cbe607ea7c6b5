"""Runs of a comparison: many prompts to several models, measured, saved, and resumable."""
