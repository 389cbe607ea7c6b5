"""How the conversation is read: Markdown laid out or as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.widgets.conversation import Conversation


class Reading:
    """The looks of a conversation, which last as long as the program runs."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    @handles("chat.raw")
    def show_raw(self) -> None:
        """Show Markdown as it is written, or laid out again."""
        self._conversation.raw = not self._conversation.raw
