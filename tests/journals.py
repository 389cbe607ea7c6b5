"""The journal of an open dataset, to be left behind as by a program that was killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services.datasets.document import Document
    from tui.services.datasets.journal.journal import Journal


def journal_of(document: Document) -> Journal:
    """Return it. Closed without the document, its lock goes as with the process."""
    journal = document._record.journal
    assert journal is not None
    return journal
