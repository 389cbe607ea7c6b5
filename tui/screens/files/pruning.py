"""The prune dialog: what would be deleted is listed while it is chosen; nothing is yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.widgets import Input, Static

from tui.core.provider.files import prunable, read_age, total_bytes
from tui.core.text.text import one_line, plural, size_words
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.files.deletion_words import line_of
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from tui.core.provider.files import StoredFile

OLD = "30d"
NOTHING_TO_DELETE = "Nothing fits: nothing would be deleted."


class PruneDialog(Dialog[tuple[str, ...]]):
    """Answers with the ids of the files to delete, which somebody has yet to confirm."""

    DEFAULT_CSS = """
    PruneDialog RecordList { height: 10; }
    PruneDialog.-low RecordList { height: 6; }
    """
    WHERE = "prune"

    def __init__(self, files: Sequence[StoredFile]) -> None:
        super().__init__("Clean up: what would be deleted")
        self._files = files
        self._orphans = True
        self._found: list[StoredFile] = []

    def compose_content(self) -> ComposeResult:
        """Lay out the age, the switch, and what fits."""
        yield Static("older than (such as 30d, 12h, 2w; empty: of any age)", markup=False)
        yield Entry(OLD, id="age")
        yield Static("", classes="problem", markup=False)
        yield Static(id="which", markup=False)
        yield RecordList(empty=NOTHING_TO_DELETE, id="prunable")
        yield self.key_hints(up="scroll", down="scroll")

    def on_mount(self) -> None:
        """Show what fits the start."""
        self._look()

    def on_input_changed(self) -> None:
        """Show what fits now."""
        self._look()

    def remembered(self) -> Mapping[str, Any]:
        """Return whether only orphans are listed."""
        return {"orphans": self._orphans}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """List the files listed then."""
        self._orphans = remembered.get("orphans") is not False
        self._look()

    @handles("prune.orphans")
    def switch_orphans(self) -> None:
        """Switch between orphans and all files that no running job needs."""
        self._orphans = not self._orphans
        self._look()

    @handles("prune.go_on")
    def go_on(self) -> None:
        """Go on to the confirmation with what is listed."""
        if self._found:
            self.dismiss(tuple(file.id for file in self._found))
        else:
            self.notify(NOTHING_TO_DELETE, timeout=4)

    def _look(self) -> None:
        text = self.query_one(Input).value.strip()
        problem = ""
        try:
            age = read_age(text) if text else None
            self._found = prunable(self._files, time.time(), older_than=age, orphans=self._orphans)
        except ValueError as error:
            problem, self._found = f"{error}.", []
        which = "all files that no running job needs"
        if self._orphans:
            which = "only orphans, the files that no job known uses"
        together = size_words(total_bytes(self._found))
        said = f"{which}: {plural(len(self._found), 'file')}, {together}"
        self.query_one("#which", Static).update("" if problem else said)
        self.query_one(".problem", Static).update(one_line(problem, 200))
        empty = "" if problem else NOTHING_TO_DELETE
        self.query_one(RecordList).show(len(self._found), self._row, empty=empty)

    def _row(self, row: int, width: int) -> Text:
        return Text(line_of(self._found[row], width), no_wrap=True)
