"""The selection in the open dataset: the row and the message that commands work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.example import Example, Message
from tui.core.listeners import Listeners

if TYPE_CHECKING:
    from tui.core.dataset.example import Broken
    from tui.screens.datasets.shown_rows import ShownRows
    from tui.services.datasets import Document
    from tui.widgets.conversation import Conversation
    from tui.widgets.record_list import RecordList


class Selection:
    """The open document, and what the cursors of list and conversation are on."""

    def __init__(self, rows: ShownRows, listing: RecordList, conversation: Conversation) -> None:
        self._rows = rows
        self.listing = listing
        self.conversation = conversation
        self.document: Document | None = None
        self.shown = -1  # the position of the example in the conversation
        self.moved = Listeners[[]]()  # another example is under the cursor

    def begin(self, document: Document) -> None:
        """Start over, in another document."""
        self.document, self.shown = document, -1

    @property
    def position(self) -> int:
        """The row under the cursor; the number of rows when the list shows none."""
        return self._rows.position(self.listing.cursor)

    @property
    def example(self) -> Example | Broken | None:
        """The example under the cursor."""
        document, at = self.document, self.position
        return document.example(at) if document is not None and at < len(document) else None

    @property
    def message(self) -> Message | None:
        """The message under the cursor of the conversation."""
        example, at = self.example, self.conversation.cursor
        if isinstance(example, Example) and at < len(example.messages):
            return example.messages[at]
        return None

    @property
    def in_conversation(self) -> bool:
        """Whether the conversation has the focus, so that commands speak of its message."""
        talk = self.conversation
        # A key may come before what it would speak of is laid out.
        return talk.is_attached and talk.screen.focused is talk

    def go_to(self, position: int, *, center: bool = False) -> None:
        """Put the list's cursor on a row of the document, also on one the filter hides."""
        row = self._rows.row(position)
        if row is None:
            self.keep(position)
            row = self._rows.nearest(position)
            self._rows.changed.tell()
        self.listing.move_to(row, center=center)
        self.follow()

    def keep(self, position: int) -> None:
        """Show a row although the filter hides it."""
        if self.document is not None and position < len(self.document):
            self._rows.keep(position, self.document.row_id(position))

    def follow(self) -> None:
        """Tell when the cursor has come to another example than the one shown."""
        if self.position != self.shown:
            self.moved.tell()

    def focus_list(self) -> None:
        """Give the list the focus at once, before the next key is looked at."""
        self.listing.screen.set_focus(self.listing)
