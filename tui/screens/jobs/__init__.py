"""The Jobs mode: fine-tuning jobs made, watched live, ended."""

from tui.screens.jobs.screen import JobsScreen

__all__ = ["JobsScreen"]
