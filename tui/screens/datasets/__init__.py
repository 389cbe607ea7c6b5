"""The Datasets mode: examples as conversations, edited under undo, with their problems."""

from tui.screens.datasets.screen import DatasetsScreen

__all__ = ["DatasetsScreen"]
