"""The bottom line: provider, what goes on in the background, and how old the data is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Horizontal
from textual.widgets import Static

from tui.core.text import one_line, visible

if TYPE_CHECKING:
    from textual.app import ComposeResult


@dataclass(frozen=True, slots=True)
class Status:
    """What every screen's status line says. `work` is empty while nothing runs."""

    profile: str = ""
    provider: str = ""
    read_only: bool = False
    work: str = ""


def age_words(seconds: float) -> str:
    """Return an age in words that change rarely: "now", "30 s ago", "3 min ago", "2 h ago".

    Whoever does nothing gets next to nothing written, over SSH too.
    """
    if seconds < 10:
        return "now"
    if seconds < 60:
        return f"{10 if seconds < 30 else 30} s ago"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    return f"{int(seconds // 3600)} h ago"


class StatusLine(Horizontal):
    """One line. The age sits in a cell of its own, so its clock repaints next to nothing."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1; background: $panel; color: $text-muted; padding: 0 1;
        & > #status-text { width: 1fr; height: 1; }
        & > #status-age { width: auto; max-width: 24; height: 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._status = Status()
        self._fetched: float | None = None
        self._note = ""
        self._age = ""

    def compose(self) -> ComposeResult:
        """Lay out the text and the age."""
        yield Static(id="status-text")
        yield Static(id="status-age")

    def on_mount(self) -> None:
        """Start the clock of the age; it writes only when the words change."""
        self.set_interval(1.0, self._tick)

    def show(self, status: Status) -> None:
        """Show the state of the whole program."""
        self._status = status
        self._paint()

    def note(self, text: str) -> None:
        """Show a remark of this screen, such as the file's name and number of examples."""
        self._note = text
        self._paint()

    def fetched(self, at: float | None) -> None:
        """Say when (unix time in seconds) the data shown came from the provider; None hides it."""
        self._fetched = at
        self._tick()

    def _paint(self) -> None:
        status = self._status
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(visible(status.profile) or "…", style="bold")
        if status.provider:
            text.append(f" ({visible(status.provider)})")
        if status.read_only:
            text.append(" read-only", style="bold reverse")
        if self._note:
            text.append(f"  {one_line(self._note)}")
        if status.work:
            text.append(f"  ◐ {one_line(status.work)}", style="italic")
        self.query_one("#status-text", Static).update(text, layout=False)

    def _tick(self) -> None:
        age = "" if self._fetched is None else f"updated {age_words(time.time() - self._fetched)}"
        if age != self._age and self.is_mounted:
            self._age = age
            self.query_one("#status-age", Static).update(age)
