"""Show the current branch in the conversation widget."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.chat.conversation import path, position, positions, siblings
from tui.core.chat.reference import reference_beside
from tui.core.compare.sides.marking import marked
from tui.screens.chat.turns.words import text_of, turn_of
from tui.widgets.diff_view import SHOWN
from tui.widgets.turn_block import shown_text

if TYPE_CHECKING:
    from tui.core.chat.conversation import Node
    from tui.core.compare.sides.marking import MarkedText
    from tui.screens.chat.session import ChatSession
    from tui.widgets.conversation import Conversation
    from tui.widgets.turn_block import Turn


_REFERENCE_CHARACTERS = 1200  # shown of the expected answer below the model's


class ChatView:
    """Shows the chat of a session, and knows which message the cursor is on."""

    def __init__(self, session: ChatSession, conversation: Conversation) -> None:
        self._session, self.widget = session, conversation
        # What is marked: the texts compared, and what the latter has that the former has not.
        self._marked: dict[tuple[str, str], MarkedText] = {}

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
        turns = [self._compared(node, places[node.id]) for node in self.nodes]
        self.widget.show(turns, cursor=len(turns) - 1 if at is None else at)

    def _turn(self, node: Node, thoughts: str = "") -> Turn:
        return self._compared(node, position(self._session.tree, node.id), thoughts)

    def _compared(self, node: Node, place: tuple[int, int], thoughts: str = "") -> Turn:
        """Return a turn with the answer that was expected, or with what differs from it."""
        turn = turn_of(node, place, thoughts=thoughts)
        if place[1] == 1 or node.role != "assistant" or node.state == "streaming":
            return turn
        expected = reference_beside(self._session.tree, node.id)
        if expected is not None:
            words = f"reference: {one_text(text_of(expected.message))}"
            turn = replace(turn, note="\n".join(filter(None, [turn.note, words])))
        found = self._marked.get(self._texts(node)) if self._marked else None
        if found is not None:
            turn = replace(turn, text=found.text, marks=found.marks, markdown=False, tokens=())
        return turn

    async def switch_marks(self, node: Node) -> bool | None:
        """Mark what an answer has that the reference, or the try before, has not; or no more.

        Returns whether it is marked now, None where there is nothing to compare it with.
        """
        texts = self._texts(node)
        if texts in self._marked:
            del self._marked[texts]
        elif not texts[0]:
            return None
        else:  # a second or two for long ones
            base, text = (shown_text(one[:SHOWN]) for one in texts)
            self._marked[texts] = await asyncio.to_thread(marked, base, text)
        self.show(self.widget.cursor)
        return texts in self._marked

    def _texts(self, node: Node) -> tuple[str, str]:
        """Return what an answer is compared with, and its own text."""
        tree = self._session.tree
        base = reference_beside(tree, node.id)
        if base is None:
            tries = siblings(tree, node.id)
            at = tries.index(node.id)
            base = tree.nodes[tries[at - 1]] if at else None
        return "" if base is None else text_of(base.message), text_of(node.message)

    def show_last(self) -> None:
        """Show the last turn as it is now."""
        if nodes := self.nodes:
            self.widget.update_last(self._turn(nodes[-1]))

    def stream_last(self, thoughts: str = "") -> bool:
        """Show the last turn as it grows, unless that has to wait; return whether it was done."""
        nodes = self.nodes
        return bool(nodes) and self.widget.stream_last(self._turn(nodes[-1], thoughts))


def one_text(text: str) -> str:
    """Return the text of an expected answer as it stands below another, cut where it is long."""
    shown = text[:_REFERENCE_CHARACTERS]
    more = key_hint("chat.branch_before", "goes to all of it")
    return shown if shown == text else f"{shown}… ({more})"
