"""The record of a dataset's edits: journalled before they count, kept past saves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.services.datasets.disk.read_ahead import ReadAhead
from tui.services.datasets.journal.entries import Entry, Move
from tui.services.datasets.journal.journal import Journal, ReplayedHistory
from tui.services.datasets.journal.undo_store import keep, recall
from tui.services.errors import InputError, disk_words

if TYPE_CHECKING:
    from tui.core.dataset.splices import Rows, Step
    from tui.services.datasets.content import Content
    from tui.services.datasets.disk.source import Identity
    from tui.services.datasets.journal.recovery import RecoveredRows


class Record:
    """Writes the steps of one document down, each before it is done."""

    def __init__(self, journal: Journal | None, content: Content, recovered: RecoveredRows) -> None:
        """Go on with `journal`, of which `recovered` is what was found; None records nothing."""
        self.journal = journal
        self._content = content
        self._opening = recovered
        self._replayed = recovered.replayed
        self._same_lines = True  # file lines on disk still have the numbers they were opened with

    @property
    def keeps_steps(self) -> bool:
        """Whether steps from before the last save can be taken back, and are not at hand yet."""
        return self._opening.kept and not self._opening.begun

    async def remember(self) -> None:
        """Have the steps from before the last save at hand, before there are others."""
        found = self._opening
        if found.begun or self.journal is None:
            return
        journal, identity = self.journal, self._content.source.identity
        recalled = await asyncio.to_thread(
            recall, journal.history, identity, self._content, journal.trouble
        )
        found.begin(recalled)
        self._replayed = found.replayed

    async def move(self, move: Move, named: Step, step: Step | None = None) -> None:
        """Write down that `named` is done, undone or redone; `step` is what it does to the rows.

        It is on the disk when this returns. Raises InputError when it cannot be written.
        """
        name = move if move == "do" else self._replayed.name(move, named)
        if self.journal is not None:
            try:
                await asyncio.to_thread(self._append, self.journal, name, named, step or named)
            except OSError as error:
                raise InputError(
                    "The edit was not taken",
                    f"the journal cannot be written: {disk_words(error, self.journal.path)}",
                    "Free some disk space and do it again; everything before it is safe",
                ) from error
        self._replayed.note(name, named)

    def begin_anew(self, saved: Identity, rows: Rows) -> None:
        """Start from a file that has just been saved and holds `rows`. Raises OSError. Blocks."""
        self._same_lines = False
        if self.journal is not None:
            self.journal.start(saved)
            self._replayed = self._keep_history(self.journal, saved, rows)

    async def close(self, saved: Identity, rows: Rows) -> None:
        """Give the journal back; what is not saved stays in it."""
        if self.journal is None:
            return
        if not rows.modified and self._opening.begun:
            await asyncio.to_thread(self._keep_history, self.journal, saved, rows)
        self.journal.close(remove=not rows.modified)

    def give_up(self) -> None:
        """Record nothing from here on, and leave nothing behind."""
        if self.journal is not None:
            self.journal.close(remove=True)
            self.journal = None

    def _append(self, journal: Journal, move: Move, named: Step, step: Step) -> None:
        text = ReadAhead(self._content.source, self._content.text).text

        def item(row_id: int) -> int | bytes:
            return row_id if row_id >= 0 and self._same_lines else text(row_id)

        splices = ((s.at, len(s.removed), map(item, s.inserted)) for s in step.splices)
        journal.append(Entry(move, named.label, tuple(splices)))

    def _keep_history(self, journal: Journal, saved: Identity, rows: Rows) -> ReplayedHistory:
        """Keep the steps so far beside a journal that starts over."""
        try:
            history = keep(journal.history, saved, rows, self._content)
        except OSError:
            return ReplayedHistory()  # a full disk: the data is saved, undo ends with this session
        return ReplayedHistory(history.done, history.undone)
