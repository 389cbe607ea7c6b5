"""The dialog that shows all that is known of one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.screens.dialogs.base import Dialog
from tui.widgets.reading_scroll import ReadingScroll

if TYPE_CHECKING:
    from textual.app import ComposeResult


class DetailsDialog(Dialog[None]):
    """Shows a text that is safe to show; esc closes."""

    WHERE = "details"
    DEFAULT_CSS = """
    DetailsDialog VerticalScroll { height: auto; max-height: 18; }
    DetailsDialog.-low VerticalScroll { max-height: 60vh; }
    DetailsDialog.-low .keys { margin: 0; }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title)
        self._text = text

    def show(self, text: str) -> None:
        """Show another text, once more is known."""
        self._text = text
        if self.is_mounted:
            self.query_one("VerticalScroll Static", Static).update(text)

    def compose_content(self) -> ComposeResult:
        """Lay out the text."""
        with ReadingScroll():
            yield Static(self._text, markup=False)
        yield self.key_hints(cancel="closes")
