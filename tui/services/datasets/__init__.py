"""Datasets under edit: rows by offset, edits as splices, undo, a journal, atomic saves.

Each name is loaded when it is first asked for: what reads the lines of a file, such as a count of
tokens, edits nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.services.datasets.content import Snapshot
    from tui.services.datasets.document import Change, Document
    from tui.services.datasets.service import DatasetService

__all__ = ["Change", "DatasetService", "Document", "Snapshot"]
_WHERE = {"Snapshot": "content", "DatasetService": "service"}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Load what is asked for."""
        if name not in __all__:
            raise AttributeError(name)
        return getattr(import_module(f"{__name__}.{_WHERE.get(name, 'document')}"), name)
