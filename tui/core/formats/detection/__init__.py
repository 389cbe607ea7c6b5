"""Detect what a file is: how its rows are stored, and in which format they are."""
