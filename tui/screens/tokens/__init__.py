"""The Tokens mode: how long the examples are, what is cut, and what training would cost."""

from tui.screens.tokens.screen import TokensScreen

__all__ = ["TokensScreen"]
