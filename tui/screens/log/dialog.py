"""The dialog of the log: its last entries, narrowed by level, which grows while it is looked at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from tui.core.text.log_lines import LEVELS, LogEntry, at_least
from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural, visible
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.host import host_of
from tui.services.errors import ServiceError
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tui.services.logs.reading import LogReader

MOST = 2_000  # entries
LOOK_EVERY_S = 1.0
_MARKS = {"DEBUG": ("·", "dim"), "INFO": (" ", ""), "WARNING": ("!", "yellow")}
_ERROR = ("✗", "bold red")


class LogDialog(Dialog[None]):
    """Shows the end of the log; the cursor on the last entry follows what comes."""

    DEFAULT_CSS = """
    LogDialog {
        & > .dialog { width: 96%; height: 92%; }
        & RecordList { height: 1fr; }
        & #about { height: auto; max-height: 4; margin: 1 0 0 0; color: $text-muted; }
    }
    """
    WHERE = "log"

    def __init__(self, reader: LogReader, path: str) -> None:
        super().__init__("Log")
        self._reader, self._path = reader, path
        self._all: Sequence[LogEntry] = ()
        self._level = "INFO"
        self.entries: Sequence[LogEntry] = ()

    def compose_content(self) -> ComposeResult:
        """Lay out the entries, and what the cursor is on."""
        yield RecordList(empty="reading …", id="log")
        yield Static("", id="about", markup=False)
        yield self.key_hints(choose="opens", cancel="closes")

    def on_mount(self) -> None:
        """Read, and look now and then whether there is more."""
        super().on_mount()
        self.query_one(RecordList).focus()
        self._start()
        self.set_interval(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        if self.is_current:
            start_worker(self, self._read_more, "log", "look at the log", exclusive=False)

    async def _read_more(self) -> None:
        if await asyncio.to_thread(self._reader.has_changed):
            await self._read()

    def _start(self) -> None:
        start_worker(self, self._read, "log", "read the log", exclusive=False)

    async def _read(self) -> None:
        try:
            self._all = await asyncio.to_thread(self._reader.read, MOST)
        except ServiceError:
            self.query_one(RecordList).show(0, self._row, empty="It cannot be read.")
            raise
        self._show()

    def _show(self) -> None:
        """Show the entries of the level; the cursor stays on its entry, or on the last one."""
        listing = self.query_one(RecordList)
        before = self.current
        follows = before is None or listing.cursor >= len(self.entries) - 1
        self.entries = at_least(self._all, self._level)
        none = "Nothing is logged yet." if not self._all else f"Nothing of level {self._level}."
        listing.show(len(self.entries), self._row, empty=none)
        if follows or before not in self.entries:
            listing.move_to(len(self.entries) - 1)
        else:
            listing.move_to(self.entries.index(before))
        self._about()

    @property
    def current(self) -> LogEntry | None:
        """The entry under the cursor."""
        at = self.query_one(RecordList).cursor
        return self.entries[at] if 0 <= at < len(self.entries) else None

    def _row(self, row: int, width: int) -> Text:
        entry = self.entries[row]
        mark, style = _MARKS.get(entry.level, _ERROR)
        text = Text.assemble((f"{mark} ", style))
        text.append(f"{entry.time[11:19]} ", style="dim")
        text.append(one_line(entry.text, 400), style=style if entry.rank > 1 else "")
        text.truncate(width, overflow="ellipsis")
        return text

    def on_record_list_moved(self) -> None:
        """Tell what the cursor is on."""
        self._about()

    def _about(self) -> None:
        shown = f"{plural(len(self.entries), 'entry', 'entries')} from {self._level} on"
        lines = [path_line(self._path, max(self.size.width - 10, 20)), f"{shown} · times are UTC"]
        if (entry := self.current) is not None:
            lines.insert(0, one_line(f"{entry.time} {entry.level} {entry.source}", 200))
        self.query_one("#about", Static).update("\n".join(lines))

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Show all of the entry."""
        event.stop()
        if (entry := self.current) is not None:
            text = visible(f"{entry.source}\n\n{entry.text}")
            self.app.push_screen(DetailsDialog(f"{entry.time} {entry.level}", text))

    @handles("log.level")
    def next_level(self) -> None:
        """Show the next level and those above; after the last one, all."""
        self._level = LEVELS[(LEVELS.index(self._level) + 1) % len(LEVELS)]
        self._show()

    @handles("log.copy")
    def copy(self) -> None:
        """Copy the entry under the cursor."""
        if (entry := self.current) is not None:
            host_of(self).copy_out(entry.line, "The entry")
        else:
            self.nothing_listed()

    @handles("log.copy_all")
    def copy_all(self) -> None:
        """Copy all entries shown."""
        if self.entries:
            host_of(self).copy_out("\n".join(one.line for one in self.entries), "The log")
        else:
            self.nothing_listed()
