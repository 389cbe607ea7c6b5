"""Whole datasets through several models: asked, listed, measured, compared with earlier runs."""
