"""Asking a model: the prompt, what goes with it, and the answer as it comes."""
