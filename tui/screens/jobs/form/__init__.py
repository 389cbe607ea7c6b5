"""The form of a new job: its fields, the lists and presets that fill them, and its submission."""

from tui.screens.jobs.form.dialog import NewJob

__all__ = ["NewJob"]
