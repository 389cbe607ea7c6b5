"""The Compare mode: one prompt to several models side by side, or a whole dataset measured."""

from tui.screens.compare.screen import CompareScreen

__all__ = ["CompareScreen"]
