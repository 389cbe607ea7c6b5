"""An open dataset as a program leaves it that was killed, or while it writes: no public door."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from tui.services.datasets.document import Document
    from tui.services.datasets.journal.journal import Journal


def journal_of(document: Document) -> Journal:
    """Return its journal. Closed without the document, its lock goes as with the process."""
    journal = document._record.journal
    assert journal is not None
    return journal


def killed(document: Document) -> None:
    """Let go of a document as the end of its process does."""
    journal_of(document).close()
    document._source.close()


def writing(document: Document) -> AbstractAsyncContextManager[None]:
    """Hold a document up, as while its journal is being written."""
    return document._lock


def steps_done(document: Document) -> int:
    """Return how many steps could be undone."""
    return len(document._rows.done)
