"""The Compare mode: one prompt to several models side by side, and whole datasets measured."""

from tui.screens.compare.screen import CompareScreen

__all__ = ["CompareScreen"]
