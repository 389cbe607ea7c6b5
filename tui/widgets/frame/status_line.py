"""The status line: profile, background work, and the age of the data."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.containers import Horizontal
from textual.widgets import Static

from tui.core.text.moments import moment_words
from tui.core.text.text import one_line, visible
from tui.widgets.parts import DOT, parts_in

if TYPE_CHECKING:
    from textual.app import ComposeResult


@dataclass(frozen=True, slots=True)
class Status:
    """What every screen's status line says. `work` is empty while nothing is being done.

    `costs` says what costs by the hour at the provider, empty for nothing.
    """

    profile: str = ""
    provider: str = ""
    read_only: bool = False
    work: str = ""
    costs: str = ""


_COSTS = 62  # percent of the line, at most
_PROFILE = 30  # cells of the profile's name, at most
_FIRST = 24  # cells of what a screen says first, before which the age gives way


class StatusLine(Horizontal):
    """One line. When the data came is a time of day: nothing is written while nothing comes."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1; background: $panel; color: $text-muted; padding: 0 1;
        & > #status-text {
            width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > #status-costs {
            width: auto; max-width: 62%; height: 1; color: $text-warning; text-style: bold;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > #status-age { width: auto; max-width: 26; height: 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._status = Status()
        self._note = ""
        self._age = ""

    def compose(self) -> ComposeResult:
        """Lay out the text and the age."""
        yield Static(id="status-text")
        yield Static(id="status-costs", markup=False)
        yield Static(self._age, id="status-age")

    def show(self, status: Status) -> None:
        """Show the state of the whole program."""
        if status.costs != self._status.costs:
            words = f" {one_line(status.costs)} " if status.costs else ""
            self.query_one("#status-costs", Static).update(words)
        self._status = status
        self._paint()

    def note(self, text: str) -> None:
        """Show a remark of this screen, such as the file's name and number of examples."""
        self._note = text
        self._paint()

    def fetched(self, at: float | None) -> None:
        """Say when (unix time in seconds) the data shown came from the provider; None hides it."""
        words = moment_words(at, time.time())
        age = f"  updated {words}" if words else ""  # no gap where nothing is said
        if age == self._age:
            return
        self._age = age
        if self.is_mounted:
            self.query_one("#status-age", Static).update(age)

    def _paint(self) -> None:
        status = self._status
        text = Text(no_wrap=True, overflow="ellipsis")
        profile = Text(visible(status.profile) or "…", style="bold")
        profile.truncate(_PROFILE, overflow="ellipsis")
        text.append_text(profile)
        if status.provider:
            text.append(f" ({visible(status.provider)})")
        if status.read_only:
            text.append(" read-only", style="bold reverse")
        shown = self.query_one("#status-text", Static)
        work = f"  ◐ {one_line(status.work)}" if status.work else ""
        if self._note:
            # What is being done stands whole, also where there is no room for both.
            taken = text.cell_len + cell_len(work) + len("  ")
            note = one_line(self._note)
            if self.size.width:
                note = parts_in(note, self._room(note, taken) - taken)
            text.append("  ").append(note)
        text.append(work, style="italic")
        shown.update(text, layout=False)

    def _room(self, note: str, taken: int) -> int:
        """Return the columns of the text. The age stands only where the first part does, too."""
        width, costs = self.size.width, one_line(self._status.costs)
        room = width - (min(cell_len(costs) + 2, width * _COSTS // 100) if costs else 0)
        beside = room - cell_len(self._age)
        first = cell_len(note.partition(DOT)[0])
        shown = beside - taken >= min(first, _FIRST)
        self.query_one("#status-age", Static).display = shown
        return beside if shown else room

    def on_resize(self) -> None:
        """Divide the room again."""
        self._paint()
