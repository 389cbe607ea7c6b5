"""The answer that a dataset expects, as one more try at a turn of a chat: never sent, never lost.

It stands beside the model's answers as a branch does, so it is saved with the chat, can be
stepped to, and makes pairs like any other try.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.core.chat.conversation import Conversation, add, siblings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.chat.conversation import Node

REFERENCE = "reference"  # stands where a model's name stands


def with_reference(tree: Conversation, message: Mapping[str, Any]) -> Conversation:
    """Put the expected answer beside what will answer the head, which stays the head."""
    kept = {key: value for key, value in message.items() if key != "weight"}
    return replace(add(tree, kept, model=REFERENCE), head=tree.head)


def reference_beside(tree: Conversation, at: int) -> Node | None:
    """Return the expected answer beside a model's answer; None without one, and for itself."""
    if tree.nodes[at].model == REFERENCE or tree.nodes[at].role != "assistant":
        return None
    beside = (tree.nodes[one] for one in siblings(tree, at))
    return next((node for node in beside if node.model == REFERENCE), None)
