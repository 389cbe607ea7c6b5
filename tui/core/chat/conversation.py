"""The tree of a conversation: all messages tried, and the branch that is shown and sent.

An edit and another answer are siblings of what they stand beside, so nothing is ever lost.
All functions are pure: they return a new conversation.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.chat.reply import Reply

State = Literal["done", "streaming", "stopped", "cut"]


@dataclass(frozen=True, slots=True)
class Node:
    """One message of a conversation, after the message `parent` (None for a first one).

    `message` is the JSON object of the protocol. For a model's answer `model` is its id and
    `reply` what was measured, None while it comes and for an answer somebody wrote or edited;
    `note` says how it ended, of a question what its images are called. `edited` is whether it was
    written in place of another message.
    """

    id: int
    parent: int | None
    message: Mapping[str, Any]
    state: State = "done"
    model: str = ""
    reply: Reply | None = None
    note: str = ""
    edited: bool = False

    @property
    def role(self) -> str:
        """The role of its message."""
        role = self.message.get("role")
        return role if isinstance(role, str) else "?"


@dataclass(frozen=True, slots=True)
class Conversation:
    """All messages by id, and `head`, the last one of the branch that counts.

    Ids grow in the order of making and are never given twice.
    """

    nodes: Mapping[int, Node] = field(default_factory=dict)
    head: int | None = None
    last_id: int = 0


def path(conversation: Conversation, to: int | None = None) -> tuple[Node, ...]:
    """Return the messages from the first to `to`, or to the head when None."""
    found = []
    at = conversation.head if to is None else to
    while at is not None:
        node = conversation.nodes[at]
        found.append(node)
        at = node.parent
    return tuple(reversed(found))


def messages(
    conversation: Conversation, to: int | None = None, *, system: str = ""
) -> tuple[Mapping[str, Any], ...]:
    """Return what to send so that the message `to`, or the head, is answered.

    An answer that was stopped before its text began is left out, with its question.
    """
    found: list[Mapping[str, Any]] = [{"role": "system", "content": system}] if system else []
    for node in path(conversation, to):
        if node.role == "assistant" and not (
            node.message.get("content") or node.message.get("tool_calls")
        ):
            if found and found[-1].get("role") == "user":
                found.pop()
        else:
            found.append(node.message)
    return tuple(found)


def add(
    conversation: Conversation,
    message: Mapping[str, Any],
    *,
    state: State = "done",
    model: str = "",
) -> Conversation:
    """Add a message after the head, which it becomes."""
    return add_after(conversation, conversation.head, message, state=state, model=model)


def add_after(
    conversation: Conversation,
    parent: int | None,
    message: Mapping[str, Any],
    *,
    state: State = "done",
    model: str = "",
    note: str = "",
    edited: bool = False,
) -> Conversation:
    """Add a message after any other one, None for a first one; it becomes the head."""
    new = Node(conversation.last_id + 1, parent, message, state, model, note=note, edited=edited)
    return Conversation({**conversation.nodes, new.id: new}, new.id, new.id)


def put(conversation: Conversation, node: Node) -> Conversation:
    """Put a node in place of the one with its id, as an answer grows and ends."""
    return replace(conversation, nodes={**conversation.nodes, node.id: node})


def edit(conversation: Conversation, at: int, message: Mapping[str, Any]) -> Conversation:
    """Write another message in place of one: its new sibling, which becomes the head."""
    old = conversation.nodes[at]
    return add_after(conversation, old.parent, message, edited=True)


def siblings(conversation: Conversation, at: int) -> tuple[int, ...]:
    """Return the messages tried at this place, itself among them, oldest first."""
    return _children(conversation, conversation.nodes[at].parent)


def position(conversation: Conversation, at: int) -> tuple[int, int]:
    """Return which of its siblings a message is, from 1, and how many there are."""
    found = siblings(conversation, at)
    return found.index(at) + 1, len(found)


def positions(conversation: Conversation) -> dict[int, tuple[int, int]]:
    """Return `position` of every message."""
    beside: dict[int | None, list[int]] = {}
    for id_ in sorted(conversation.nodes):
        beside.setdefault(conversation.nodes[id_].parent, []).append(id_)
    return {id_: (at, len(ids)) for ids in beside.values() for at, id_ in enumerate(ids, start=1)}


def step(conversation: Conversation, at: int, by: int) -> Conversation:
    """Go to the sibling `by` places on, and down its newest branch; past the ends nothing."""
    found = siblings(conversation, at)
    wanted = found.index(at) + by
    if not 0 <= wanted < len(found):
        return conversation
    return replace(conversation, head=_newest_leaf(conversation, found[wanted]))


def back_to(conversation: Conversation, at: int | None) -> Conversation:
    """Make an earlier message the head, None for none: what followed stays as a branch."""
    return replace(conversation, head=at)


def fork(conversation: Conversation, at: int | None = None) -> Conversation:
    """Return a conversation of its own with the messages up to one, or the head, only."""
    found = Conversation()
    for node in path(conversation, at):
        new = replace(node, id=found.last_id + 1, parent=found.head)
        found = Conversation({**found.nodes, new.id: new}, new.id, new.id)
    return found


def _children(conversation: Conversation, parent: int | None) -> tuple[int, ...]:
    return tuple(sorted(n.id for n in conversation.nodes.values() if n.parent == parent))


def _newest_leaf(conversation: Conversation, at: int) -> int:
    while children := _children(conversation, at):
        at = children[-1]
    return at


def open_calls(conversation: Conversation) -> tuple[Mapping[str, Any], ...]:
    """Return the tool calls at the end that nobody has answered yet."""
    answered = set()
    for node in reversed(path(conversation)):
        if node.role == "tool":
            answered.add(node.message.get("tool_call_id"))
            continue
        calls = node.message.get("tool_calls")
        found = calls if isinstance(calls, list) and node.role == "assistant" else []
        return tuple(call for call in found if call.get("id") not in answered)
    return ()
