"""The marked rows, kept through all edits; commands on many examples work on them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.filtering.marks import Marks
from tui.core.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.screens.datasets.dataset_context import DatasetContext


class MarkedRows:
    """Marks on rows of the open document, which stay with their rows as these move."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context
        self.changed = Listeners[[]]()  # told at once when marks were made or taken away
        self.counted = Listeners[[]]()  # told when they have been counted, or a range was begun
        context.document_opened.add(self._begin)
        context.document_changed.add(self._follow)
        self._begin()

    def _begin(self) -> None:
        self.marks = Marks()
        self.range_from: int | None = None  # the id of the row where a range begins
        self._positions: Sequence[int] | None = ()  # None while they are not known
        self._ids_before: Sequence[int] = ()

    def _follow(self) -> None:
        """Find the marked rows again after the document has changed."""
        if not self.marks:
            return
        ids = self._ids()
        self.marks.carry(self._ids_before, ids)
        self._ids_before = ids
        self._positions = self.marks.positions(ids)

    def _ids(self) -> Sequence[int]:
        document = self._context.document
        return document.snapshot().ids if document is not None else ()

    @property
    def positions(self) -> Sequence[int]:
        """The marked rows, in order."""
        if self._positions is None:
            self._positions = self.marks.positions(self._ids())
        return self._positions

    def __len__(self) -> int:
        """Count the marked rows."""
        return len(self.positions)

    def is_marked(self, position: int) -> bool:
        """Whether the row at a position is marked."""
        document = self._context.document
        return document is not None and document.row_id(position) in self.marks

    def scope(self) -> Sequence[int]:
        """Return the rows a command on many speaks of, in order.

        The marked ones if there are any, else those the filter shows, else all.
        """
        return self.positions or self._context.rows.positions()

    @property
    def note(self) -> str:
        """What the status line says of marks, after a comma, or nothing."""
        if self.range_from is not None:
            return f", range: {key_hint('datasets.mark_range', 'ends')} it"
        return f", {len(self):,} marked" if self.marks and len(self) else ""

    def set_range(self, row_id: int | None) -> None:
        """Begin a range at a row, or give it up."""
        self.range_from = row_id
        self.counted.tell()

    def leave_range(self) -> bool:
        """Give up a range that was begun; return whether there was one."""
        begun = self.range_from is not None
        if begun:
            self.set_range(None)
        return begun

    def edited(self) -> None:
        """Show that `marks` has changed at once; they are counted when numpy is there."""
        self._ids_before = self._ids()
        self._positions = None
        self.changed.tell()
        self._context.run(self._count, group="count-marks", description="count marks")

    async def _count(self) -> None:
        await asyncio.to_thread(_load_numpy)
        self.counted.tell()


def _load_numpy() -> None:
    """Import it off the loop: it takes a tenth of a second the first time."""
    import numpy  # noqa: F401
