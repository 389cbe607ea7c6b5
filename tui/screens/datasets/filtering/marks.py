"""Marks: the part of the Datasets screen that chooses rows one by one or by ranges."""

from __future__ import annotations

import asyncio
from array import array
from typing import TYPE_CHECKING

from textual import work

from tui.core.filtering.marks import Marks
from tui.core.text.text import plural
from tui.screens.datasets.selection import PlaceInDataset
from tui.screens.dialogs.choose import Choice, Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence

_AT_ONCE = 50_000  # marks made between two looks at the keyboard


class MarkActions(PlaceInDataset):
    """Mark rows and ranges, and tell other commands which rows they speak of."""

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.start_marks()

    def start_marks(self) -> None:
        """Begin without marks, for another document."""
        self.marks = Marks()
        self._marked_rows: Sequence[int] | None = ()  # positions; None while they are not known
        self._range_from: int | None = None  # the id of the row where a range begins
        self._ids_before: Sequence[int] = ()

    def follow_marks(self) -> None:
        """Find the marked rows again after the document has changed."""
        if self.document is None or not self.marks:
            return
        ids = self.document.snapshot().ids
        self.marks.carry(self._ids_before, ids)
        self._ids_before = ids
        self._marked_rows = self.marks.positions(ids)

    @property
    def marked(self) -> int:
        """How many rows are marked."""
        return len(self._rows_marked())

    def scope_positions(self) -> Sequence[int]:
        """Return the rows a command on many speaks of, in order.

        The marked ones if there are any, else those the filter shows, else all.
        """
        return self._rows_marked() or self.view.positions()

    def _rows_marked(self) -> Sequence[int]:
        if self._marked_rows is None:
            document = self.document
            ids = document.snapshot().ids if document is not None else ()
            self._marked_rows = self.marks.positions(ids)
        return self._marked_rows

    def is_marked(self, position: int) -> bool:
        """Whether the row at a position is marked."""
        return self.document is not None and self.document.row_id(position) in self.marks

    # -- actions ---------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark the row under the cursor or take its mark away, and go to the next row."""
        document, at = self.document, self.position
        if document is None or at >= len(document):
            return
        self.marks.toggle(document.row_id(at))
        self._marks_changed()
        if not self.in_conversation:
            self.query_one("#examples", RecordList).action_move(1)

    def action_mark_range(self) -> None:
        """Begin a range here, or end it here and mark its rows; twice in place opens the menu."""
        document, at = self.document, self.position
        if document is None or at >= len(document):
            return
        row_id = document.row_id(at)
        start, self._range_from = self._range_from, None
        if start is None:
            self._range_from = row_id
            self.rows_noted()
        elif start == row_id:
            self._choose_marks()
        else:
            self._mark_to(start, at)

    def _mark_to(self, start: int, at: int) -> None:
        document = self.document
        ids = document.snapshot().ids if document is not None else array("q")
        begun = ids.index(start) if start in ids else at  # the row may be gone by now
        first, last = sorted((begun, at))
        shown = range(self.view.nearest(first), self.view.nearest(last) + 1)
        self.marks.add(ids[self.view.position(row)] for row in shown)
        self._marks_changed()

    def _choose_marks(self) -> None:
        shown = self.view.matching
        which = "that the filter shows" if self.view.filtered else "of the file"
        choices = [
            Choice("all", "Mark all", f"{plural(shown, 'row')} {which}"),
            Choice("invert", "Invert", f"the marks of {plural(shown, 'row')} {which}"),
            Choice("clear", "Clear", f"take {plural(self.marked, 'mark')} away"),
        ]

        def take(chosen: str | None) -> None:
            self._mark_chosen(chosen)

        self.app.push_screen(Choose("Marks", choices), take)

    @work(group="marks", exclusive=True, exit_on_error=False, description="mark the rows shown")
    async def _mark_chosen(self, chosen: str | None) -> None:
        document = self.document
        if document is None or chosen is None:
            self.rows_noted()
            return
        if chosen == "clear":
            self.marks.clear()
        else:
            mark = self.marks.add if chosen == "all" else self.marks.flip
            ids, positions = document.snapshot().ids, self.view.positions()
            for start in range(0, len(positions), _AT_ONCE):
                mark(map(ids.__getitem__, positions[start : start + _AT_ONCE]))
                await asyncio.sleep(0)  # a million marks take a third of a second
        self._marks_changed()

    def leave_range(self) -> bool:
        """Give up a range that was begun; tells whether there was one."""
        begun, self._range_from = self._range_from is not None, None
        if begun:
            self.rows_noted()
        return begun

    def marks_note(self) -> str:
        """Return what the status line says of marks, after a comma, or nothing."""
        if self._range_from is not None:
            return ", range: v ends it"
        return f", {self.marked:,} marked" if self.marks and self.marked else ""

    # -- inside ----------------------------------------------------------------------

    def _marks_changed(self) -> None:
        """Show marks at once; they are counted when numpy is there."""
        if self.document is not None:
            self._ids_before = self.document.snapshot().ids
        self._marked_rows = None
        self.query_one("#examples", RecordList).refresh()
        self._tell_marks()

    @work(group="count-marks", exclusive=True, exit_on_error=False, description="count marks")
    async def _tell_marks(self) -> None:
        await asyncio.to_thread(_load_numpy)
        self.rows_noted()
        self.marks_moved()

    def marks_moved(self) -> None:
        """Tell others that rows have been marked or unmarked."""


def _load_numpy() -> None:
    """Import it off the loop: it takes a tenth of a second the first time."""
    import numpy  # noqa: F401
