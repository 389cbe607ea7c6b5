"""The system prompt: the user's own, a named one, or that of the open dataset."""
