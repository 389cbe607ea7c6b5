"""Move house: what a job becomes at another provider, and what of it cannot be carried."""
