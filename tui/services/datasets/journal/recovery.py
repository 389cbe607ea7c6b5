"""Replay the edits of a journal on a file that is opened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.arrays import numbers_from
from tui.core.dataset.splices import Rows
from tui.services.datasets.journal.journal import ReplayedHistory
from tui.services.datasets.journal.undo_store import History, holds, recall, step_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.services.datasets.content import Content
    from tui.services.datasets.journal.entries import Entry
    from tui.services.datasets.journal.journal import Journal


@dataclass(slots=True)
class RecoveredRows:
    """What the rows are after a start: the file's own, or those an unfinished session left.

    `notice` says in a sentence what could not be recovered, and where it is kept.
    """

    rows: Rows
    replayed: ReplayedHistory
    notice: str = ""
    begun: bool = False  # whether the steps from before the last save are there
    kept: bool = False  # whether there are such steps to take back

    def begin(self, history: History) -> None:
        """Put the steps from before the last save under all others. Call it before any."""
        self.begun = True
        self.rows.done, self.rows.undone = history.done, history.undone
        self.rows.clean_at = len(history.done)
        self.replayed = ReplayedHistory(history.done, history.undone)


def fresh(count: int) -> RecoveredRows:
    """Return the rows of a file of `count` lines that nobody has edited."""
    return RecoveredRows(Rows(numbers_from(0, count)), ReplayedHistory())


def recover(journal: Journal, content: Content) -> RecoveredRows:
    """Return the rows with the journal's edits, beginning a new one if they do not fit.

    Raises OSError when the journal cannot be written.
    """
    source = content.source
    start, entries = journal.load(source.identity)
    if entries:
        source.index()  # edits speak of any row
    found = fresh(len(source))
    if journal.damaged is not None:
        found.notice = f"Unsaved changes from last time are damaged; kept in {journal.damaged}."
    if entries and start == source.identity:
        try:
            _replay(found, entries, journal, content)
        except (ValueError, IndexError):
            found = fresh(len(source))
            found.notice = f"Unsaved changes did not fit the file; kept in {journal.set_aside()}."
            entries = []
    elif entries:
        found.notice = (
            "The file was changed by another program after unsaved edits; "
            f"they are kept in {journal.set_aside()}."
        )
        entries = []
    if not entries:
        journal.start(source.identity)
        found.kept = holds(journal.history, source.identity)
    return found


def _replay(
    found: RecoveredRows, entries: Sequence[Entry], journal: Journal, content: Content
) -> None:
    found.begin(recall(journal.history, content.source.identity, content, journal.trouble))
    rows, replayed = found.rows, found.replayed
    for entry in entries:
        if entry.move == "undo" and rows.done:
            replayed.note("undo", rows.done[-1])
            rows.undo()
        elif entry.move == "redo" and rows.undone:
            replayed.note("redo", rows.undone[-1])
            rows.redo()
        else:
            step = step_of(entry, rows, content)
            rows.apply(step)
            replayed.note("do", step)
