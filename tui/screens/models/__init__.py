"""The Models mode: fine-tuned models, where they come from, and deleting them."""

from tui.screens.models.screen import ModelsScreen

__all__ = ["ModelsScreen"]
