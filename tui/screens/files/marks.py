"""Marks on files: one by one, by ranges, all, or the orphans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.provider.files import StoredFile
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.files.file_list import FileList


class FileMarks:
    """Mark files for a command on several; the keys are those of Datasets."""

    def __init__(self, context: ScreenContext, listed: FileList) -> None:
        self._context, self._listed = context, listed
        self._range_from: str | None = None  # the id of the file where a range begins

    @handles("files.mark")
    def mark(self) -> None:
        """Mark the file under the cursor, or take its mark away, and go to the next."""
        current = self._listed.current
        if isinstance(current, StoredFile):
            self._listed.marked ^= {current.id}
            self._changed()
        self._listed.pane.list.action_move(1)

    @handles("files.mark_range")
    def mark_range(self) -> None:
        """Begin a range here, or end it here and mark its files; twice in place: a menu."""
        current = self._listed.current
        if not isinstance(current, StoredFile):
            return
        start, self._range_from = self._range_from, None
        ids = [file.id for file in self._listed.files]
        if start == current.id:
            self._choose()
        elif start is None or start not in ids:
            self._range_from = current.id
        else:
            first, last = sorted((ids.index(start), ids.index(current.id)))
            self._listed.marked |= {*ids[first : last + 1]}
        self._changed()

    def _choose(self) -> None:
        listed = self._listed
        orphans = {file.id for file in listed.files if file.orphan}
        choices = [
            Choice("orphans", "Mark orphans", plural(len(orphans), "file")),
            Choice("all", "Mark all", plural(len(listed.ids), "file")),
            Choice("invert", "Invert", "mark those that are not, and only those"),
            Choice("clear", "Clear", f"take {plural(len(listed.marked), 'mark')} away"),
        ]

        def take(chosen: str | None) -> None:
            made = {
                "orphans": listed.marked | orphans,
                "all": listed.ids,
                "invert": listed.ids - listed.marked,
                "clear": set[str](),
            }
            listed.marked = made.get(chosen or "", listed.marked)
            self._changed()

        self._context.open(Choose("Marks", choices), take)

    def clear(self) -> bool:
        """Give up a range that was begun, else all marks; tells whether there were any."""
        had = self._range_from is not None or bool(self._listed.marked)
        if self._range_from is None:
            self._listed.marked = set()
        self._range_from = None
        if had:
            self._changed()
        return had

    def _changed(self) -> None:
        self._listed.marks_note = " · range: v ends it" if self._range_from is not None else ""
        self._listed.show_marks()
