"""Moving a model: what its job becomes at another provider, and what of it cannot be carried."""
