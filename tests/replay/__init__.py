"""Providers on loopback that behave as their documentation says, one module each."""
