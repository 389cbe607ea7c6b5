"""The dialog that tells what becomes of a job at another profile, before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.core.text.text import visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.reading_scroll import ReadingScroll

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class MoveReport(Dialog[bool]):
    """Shows what is carried and what is not; enter goes on to the form, esc leaves it."""

    WHERE = "move_report"
    DEFAULT_CSS = """
    MoveReport VerticalScroll { height: auto; max-height: 16; }
    MoveReport.-low VerticalScroll { max-height: 60vh; }
    MoveReport.-low .keys { margin: 0; }
    """

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__(title)
        self._lines = lines

    def compose_content(self) -> ComposeResult:
        """Lay out the lines and the keys."""
        with ReadingScroll():
            yield Static("\n".join(visible(line) for line in self._lines), markup=False)
        yield self.key_hints(cancel="leaves it")

    @handles("move_report.go")
    def go_on(self) -> None:
        """Go on to the form."""
        self.dismiss(True)
