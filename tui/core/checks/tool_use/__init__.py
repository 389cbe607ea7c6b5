"""Rules on tool use: definitions of tools, calls and their arguments, replies."""
