"""The answer on the screen while it streams."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.core.chat.reply import Reply, assistant_message
from tui.screens.chat.turns.words import ending_note

if TYPE_CHECKING:
    from tui.core.catalog.models import ModelFacts
    from tui.core.chat.conversation import Node, State
    from tui.services.chat.service import Delta


@dataclass(slots=True)
class GrowingAnswer:
    """Collects an answer for the message `node`; times are in seconds since it was asked for."""

    node: Node
    state: State = "streaming"
    note: str = ""
    reply: Reply | None = None
    pieces: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    first_s: float | None = None

    @property
    def text(self) -> str:
        """The text that has come."""
        return "".join(self.pieces) if self.reply is None else self.reply.text

    @property
    def anything(self) -> bool:
        """Whether something has come that is worth keeping."""
        reply = self.reply
        ended = reply is not None and (reply.complete or bool(reply.text or reply.tool_calls))
        return ended or bool(self.pieces or self.thoughts)

    @property
    def size(self) -> int:
        """Count the pieces that have come."""
        return len(self.pieces) + len(self.thoughts)

    def take(self, delta: Delta, seconds: float) -> None:
        """Add a piece."""
        if self.first_s is None:
            self.first_s = seconds
        if delta.text:
            self.pieces.append(delta.text)
        if delta.reasoning:
            self.thoughts.append(delta.reasoning)

    def finish(self, reply: Reply, facts: ModelFacts | None) -> None:
        """Take the end of the stream."""
        self.reply = reply
        self.state = "done" if reply.complete else "cut"
        self.note = ending_note(reply, facts)

    def stop(self, seconds: float) -> None:
        """End at the user's wish; what has come stays."""
        self._break_off("stopped", "stopped: you ended it here", seconds)

    def cut(self, cause: str, seconds: float) -> None:
        """End because the stream broke."""
        self._break_off("cut", f"cut off: {cause}", seconds)

    def _break_off(self, state: State, note: str, seconds: float) -> None:
        if self.reply is None:  # else it was whole by then
            self.state, self.note = state, note
            self.reply = Reply(
                self.text, None, None, seconds, self.first_s, complete=False,
                broken=note, reasoning="".join(self.thoughts).strip(),
            )  # fmt: skip

    def _so_far(self) -> Reply | None:
        """Return the reasoning that has come as a part of a reply, None where there is none."""
        if not self.thoughts:
            return None
        thought = "".join(self.thoughts)
        return Reply(self.text, None, None, 0.0, self.first_s, complete=False, reasoning=thought)

    def as_node(self) -> Node:
        """Return the message as it is now."""
        reply = self.reply or self._so_far()
        message = assistant_message(self.text) if reply is None else reply.message()
        return replace(self.node, message=message, state=self.state, reply=reply, note=self.note)
