"""Marks on files: one by one, by ranges, all, or the orphans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.provider.files import StoredFile
from tui.core.text.text import plural
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.files.sending import FileSending
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from tui.screens.files.rows import Entry


class FileMarks(FileSending):
    """Mark files for a command on several; the keys are those of Datasets."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self._range_from: str | None = None  # the id of the file where a range begins

    @property
    def current(self) -> Entry | None:
        """What the cursor is on."""
        at = self.query_one(RecordList).cursor
        return self.entries[at] if 0 <= at < len(self.entries) else None

    @property
    def files(self) -> list[StoredFile]:
        """The files listed."""
        return [entry for entry in self.entries if isinstance(entry, StoredFile)]

    def marks_changed(self) -> None:
        """Show the marks anew."""
        raise NotImplementedError

    def action_mark(self) -> None:
        """Mark the file under the cursor, or take its mark away, and go to the next."""
        current = self.current
        if isinstance(current, StoredFile):
            self.marked ^= {current.id}
            self.marks_changed()
        self.query_one(RecordList).action_move(1)

    def action_mark_range(self) -> None:
        """Begin a range here, or end it here and mark its files; twice in place: a menu."""
        current = self.current
        if not isinstance(current, StoredFile):
            return
        start, self._range_from = self._range_from, None
        ids = [file.id for file in self.files]
        if start == current.id:
            self._choose_marks()
        elif start is None or start not in ids:
            self._range_from = current.id
        else:
            first, last = sorted((ids.index(start), ids.index(current.id)))
            self.marked |= {*ids[first : last + 1]}
        self.marks_changed()

    def _choose_marks(self) -> None:
        orphans = {file.id for file in self.files if file.orphan}
        every = {file.id for file in self.files}
        choices = [
            Choice("orphans", "Mark orphans", plural(len(orphans), "file")),
            Choice("all", "Mark all", plural(len(every), "file")),
            Choice("invert", "Invert", "mark those that are not, and only those"),
            Choice("clear", "Clear", f"take {plural(len(self.marked), 'mark')} away"),
        ]

        def take(chosen: str | None) -> None:
            made = {
                "orphans": self.marked | orphans,
                "all": every,
                "invert": every - self.marked,
                "clear": set[str](),
            }
            self.marked = made.get(chosen or "", self.marked)
            self.marks_changed()

        self.app.push_screen(Choose("Marks", choices), take)

    def leave_marks(self) -> bool:
        """Give up a range that was begun, else all marks; tells whether there were any."""
        had = self._range_from is not None or bool(self.marked)
        if self._range_from is None:
            self.marked = set()
        self._range_from = None
        if had:
            self.marks_changed()
        return had

    def marks_note(self) -> str:
        """Return what the status line says of marks, or nothing."""
        if self._range_from is not None:
            return " · range: v ends it"
        return f" · {len(self.marked)} marked" if self.marked else ""
