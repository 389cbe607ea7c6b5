"""Where one is in the open dataset: the row and the message that commands speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.example import Example, Message
from tui.screens.base import ModeScreen
from tui.screens.datasets.shown_rows import View
from tui.widgets.conversation import Conversation
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path

    from textual.timer import Timer

    from tui.services.datasets import Document

_FRAME_S = 1 / 250


class PlaceInDataset(ModeScreen):
    """The open document, and what its two cursors are on."""

    document: Document | None = None

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.view = View()
        self._frames: Timer | None = None

    @property
    def _update_timer(self) -> Timer:
        """What paints the screen. A key may not wait for the next of Textual's 60 frames a second.

        It paints at once only what comes first after a rest; the next after up to two frames.
        """
        if self._frames is None:
            self._frames = self.set_interval(
                _FRAME_S, self._on_timer_update, name="screen_update", pause=True
            )
        return self._frames

    @property
    def position(self) -> int:
        """The row under the cursor; the number of rows when the list shows none."""
        return self.view.position(self.query_one("#examples", RecordList).cursor)

    def go_to(self, position: int, *, center: bool = False) -> None:
        """Put the list's cursor on a row of the document, also on one the filter hides."""
        listing = self.query_one("#examples", RecordList)
        row = self.view.row(position)
        if row is None:
            self.keep(position)
            row = self.view.nearest(position)
            self.show_rows()
        listing.move_to(row, center=center)
        self.cursor_moved()

    async def import_path(self, path: Path) -> None:
        """Bring a foreign file in."""

    def keep(self, position: int) -> None:
        """Show a row although the filter hides it."""
        self.view.keep(position)

    def show_rows(self) -> None:
        """Give the list the rows of the view."""

    def cursor_moved(self) -> None:
        """Show the example under the cursor, if it is another one now."""

    def rows_noted(self) -> None:
        """Say anew in the status line what the list shows."""

    @property
    def in_conversation(self) -> bool:
        """Whether the conversation has the focus, so that commands speak of its message."""
        return self.focused is self.query_one("#conversation", Conversation)

    @property
    def message(self) -> Message | None:
        """The message under the cursor of the conversation."""
        if self.document is None or self.position >= len(self.document):
            return None
        example = self.document.example(self.position)
        at = self.query_one("#conversation", Conversation).cursor
        if isinstance(example, Example) and at < len(example.messages):
            return example.messages[at]
        return None
