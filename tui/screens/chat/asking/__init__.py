"""Sending a question: the prompt, its images, and the answer as it streams."""
