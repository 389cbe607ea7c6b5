"""Chat completions: a streamed answer with its usage and timing."""
