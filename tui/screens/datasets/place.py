"""Where one is in the open dataset: the row and the message that commands speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.example import Example, Message
from tui.screens.base import ModeScreen
from tui.widgets.conversation import Conversation
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from tui.services.datasets import Document


class PlaceInDataset(ModeScreen):
    """The open document, and what its two cursors are on."""

    document: Document | None = None

    @property
    def position(self) -> int:
        """The row under the cursor."""
        return self.query_one("#examples", RecordList).cursor

    @property
    def in_conversation(self) -> bool:
        """Whether the conversation has the focus, so that commands speak of its message."""
        return self.focused is self.query_one("#conversation", Conversation)

    @property
    def message(self) -> Message | None:
        """The message under the cursor of the conversation."""
        if self.document is None or not len(self.document):
            return None
        example = self.document.example(self.position)
        at = self.query_one("#conversation", Conversation).cursor
        if isinstance(example, Example) and at < len(example.messages):
            return example.messages[at]
        return None
