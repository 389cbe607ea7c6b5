"""The Files mode: uploaded files, who uses them, uploading, and cleaning up."""

from tui.screens.files.screen import FilesScreen

__all__ = ["FilesScreen"]
