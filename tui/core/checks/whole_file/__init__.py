"""Rules on a file as a whole: bytes, equal and similar examples, style, reinforcement data."""
