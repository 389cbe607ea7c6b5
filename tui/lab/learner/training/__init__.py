"""Training: batches, objectives, the optimizer, and a run of them step by step."""
