"""The system prompt: own, named, or of the open dataset."""
