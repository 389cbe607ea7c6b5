"""Reusable widgets that know plain `core` values and nothing of services."""
