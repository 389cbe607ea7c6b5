"""Show the current branch in the conversation widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.chat.conversation import path, position, positions
from tui.screens.chat.turns.words import turn_of

if TYPE_CHECKING:
    from tui.core.chat.conversation import Node
    from tui.screens.chat.session import ChatSession
    from tui.widgets.conversation import Conversation, Turn


class ChatView:
    """Shows the chat of a session, and knows which message the cursor is on."""

    def __init__(self, session: ChatSession, conversation: Conversation) -> None:
        self._session, self.widget = session, conversation

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The messages shown."""
        return path(self._session.tree)

    @property
    def under_cursor(self) -> Node | None:
        """The message under the cursor, None in an empty chat."""
        nodes = self.nodes
        return nodes[min(self.widget.cursor, len(nodes) - 1)] if nodes else None

    def show(self, at: int | None = None) -> None:
        """Show the chat with the cursor on the turn `at`, the last one when None."""
        places = positions(self._session.tree)
        turns = [turn_of(node, places[node.id]) for node in self.nodes]
        self.widget.show(turns, cursor=len(turns) - 1 if at is None else at)

    def _turn(self, node: Node, thoughts: str = "") -> Turn:
        return turn_of(node, position(self._session.tree, node.id), thoughts=thoughts)

    def show_last(self) -> None:
        """Show the last turn as it is now."""
        if nodes := self.nodes:
            self.widget.update_last(self._turn(nodes[-1]))

    def stream_last(self, thoughts: str = "") -> bool:
        """Show the last turn as it grows, unless that has to wait; tells whether it was done."""
        nodes = self.nodes
        return bool(nodes) and self.widget.stream_last(self._turn(nodes[-1], thoughts))
