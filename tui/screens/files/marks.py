"""Marks on files: one by one, by ranges, all, or the orphans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.marks import Marks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tui.screens.controller_context import ScreenContext
    from tui.screens.files.file_list import FileList


class FileMarks(Marks):
    """Mark files for a command on several."""

    noun = "file"

    def __init__(self, context: ScreenContext, listed: FileList) -> None:
        super().__init__(context, listed)
        self._files = listed

    def groups(self) -> Sequence[tuple[str, Collection[str]]]:
        """Return the orphans."""
        return (("orphans", {file.id for file in self._files.files if file.orphan}),)

    @handles("files.mark")
    def mark(self) -> None:
        """Mark the file under the cursor, or take its mark away, and go to the next."""
        self.mark_one()

    @handles("files.mark_range")
    def mark_range(self) -> None:
        """Begin a range here, or end it here and mark its files; twice in place: a menu."""
        self.mark_a_range()
