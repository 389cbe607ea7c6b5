"""Marking rows one by one, by ranges, or all that the filter shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.marked_rows import MarkedRows
    from tui.services.datasets import Document

_AT_ONCE = 50_000  # marks made between two looks at the keyboard


class Marking:
    """The commands that make marks and take them away."""

    def __init__(self, context: DatasetContext, marked: MarkedRows) -> None:
        self._context = context
        self._marked = marked

    @handles("datasets.mark")
    def mark(self) -> None:
        """Mark the row under the cursor or take its mark away, and go to the next row."""
        document, selection = self._context.document, self._context.selection
        if document is None or selection.position >= len(document):
            return
        self._marked.marks.toggle(document.row_id(selection.position))
        self._marked.edited()
        if not selection.in_conversation:
            selection.listing.move_to(selection.listing.cursor + 1)

    @handles("datasets.mark_range")
    def mark_range(self) -> None:
        """Begin a range here, or end it here and mark its rows; twice in place opens the menu."""
        document, at = self._context.document, self._context.selection.position
        if document is None or at >= len(document):
            return
        row_id = document.row_id(at)
        start, self._marked.range_from = self._marked.range_from, None
        if start is None:
            self._marked.set_range(row_id)
        elif start == row_id:
            self._choose_marks()
        else:
            self._mark_to(document, start, at)

    def _mark_to(self, document: Document, start: int, at: int) -> None:
        ids, rows = document.snapshot().ids, self._context.rows
        begun = ids.index(start) if start in ids else at  # the row may be gone by now
        first, last = sorted((begun, at))
        shown = range(rows.nearest(first), rows.nearest(last) + 1)
        self._marked.marks.add(ids[rows.position(row)] for row in shown)
        self._marked.edited()

    def _choose_marks(self) -> None:
        rows = self._context.rows
        which = "that the filter shows" if rows.filtered else "of the file"
        shown = f"{plural(rows.matching, 'row')} {which}"
        choices = [
            Choice("all", "Mark all", shown),
            Choice("invert", "Invert", f"the marks of {shown}"),
            Choice("clear", "Clear", f"take {plural(len(self._marked), 'mark')} away"),
        ]
        self._context.open(Choose("Marks", choices), self._chosen)

    def _chosen(self, chosen: str | None) -> None:
        if chosen is None:
            self._marked.counted.tell()
            return
        self._context.run(
            self._mark_shown, chosen, group="marks", description="mark the rows shown"
        )

    async def _mark_shown(self, chosen: str) -> None:
        document, marks = self._context.document, self._marked.marks
        if document is None:
            return
        if chosen == "clear":
            marks.clear()
        else:
            mark = marks.add if chosen == "all" else marks.flip
            ids, positions = document.snapshot().ids, self._context.rows.positions()
            for start in range(0, len(positions), _AT_ONCE):
                mark(map(ids.__getitem__, positions[start : start + _AT_ONCE]))
                await asyncio.sleep(0)  # a million marks take a third of a second
        self._marked.edited()
