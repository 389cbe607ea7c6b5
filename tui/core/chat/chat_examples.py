"""What a saved chat teaches: its branch as an example, its corrections as preference pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.chat.conversation import messages, path, siblings
from tui.core.chat.reference import REFERENCE
from tui.core.dataset.from_answers import MadeExample, Origin, chat_example, preference_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.core.chat.conversation import Conversation, Node
    from tui.core.chat.saved import Chat


def answer_model(node: Node) -> str:
    """Return the model that gave an answer; empty for one that somebody wrote."""
    return "" if node.edited or node.model == REFERENCE else node.model


def example_of(chat: Chat, chat_id: str) -> MadeExample | None:
    """Return the branch that counts up to its last whole answer; None without one."""
    tree = chat.conversation
    ended = [node for node in path(tree) if _is_whole(node)]
    if not ended or ended[-1].parent is None:
        return None
    last = ended[-1]
    origin = Origin("chat", chat_id, model=answer_model(last))
    said = messages(tree, last.id, system=chat.system)
    return chat_example(said, chat.parameters.tools, origin)


def pairs_of(chat: Chat, chat_id: str) -> Iterator[MadeExample]:
    """Yield a pair for each answer of the branch that corrects a model's: it is preferred."""
    tree = chat.conversation
    for node in path(tree):
        corrected = _corrected(tree, node)
        if corrected is None or node.parent is None:
            continue
        before = messages(tree, node.parent, system=chat.system)
        origin = Origin("chat", chat_id, rejected=corrected.model)
        yield preference_pair(
            before, chat.parameters.tools, node.message, corrected.message, origin
        )


def _corrected(tree: Conversation, node: Node) -> Node | None:
    """Return the model's answer that an edited one was written in place of, most likely."""
    if node.role != "assistant" or not node.edited:
        return None
    tries = (tree.nodes[one] for one in siblings(tree, node.id) if one < node.id)
    found = [
        one for one in tries if _is_whole(one) and answer_model(one) and one.message != node.message
    ]
    return found[-1] if found else None


def _is_whole(node: Node) -> bool:
    said = bool(node.message.get("content") or node.message.get("tool_calls"))
    return node.role == "assistant" and node.state == "done" and said
