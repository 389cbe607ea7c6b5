"""Fireworks' objects in OpenAI's shape, and requests of that shape in Fireworks' words."""
