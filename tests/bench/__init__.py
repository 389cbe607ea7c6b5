"""Measurements, run by hand: `python -m tests.bench.tokens FILE`."""
