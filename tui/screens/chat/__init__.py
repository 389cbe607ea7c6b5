"""The Chat mode: talk to a base model, a fine-tuned model or a checkpoint."""

from tui.screens.chat.screen import ChatScreen

__all__ = ["ChatScreen"]
