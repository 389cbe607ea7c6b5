"""Datasets under edit: rows by offset, edits as splices, undo, a journal, atomic saves."""

from tui.services.datasets.content import Snapshot
from tui.services.datasets.document import Change, Document
from tui.services.datasets.service import DatasetService

__all__ = ["Change", "DatasetService", "Document", "Snapshot"]
