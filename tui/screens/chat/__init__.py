"""The Chat mode: talk to a base, a fine-tuned model or a checkpoint, and compare them."""

from tui.screens.chat.screen import ChatScreen

__all__ = ["ChatScreen"]
