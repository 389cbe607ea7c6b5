"""Open Assistant's message trees: the path to the best leaf becomes the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.parts import no_more, text_in
from tui.core.formats.results import Notes, Object, Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROLES = {"prompter": "user", "assistant": "assistant"}
_KNOWN = {"prompt", "message_tree_id", "tree_state"}
_DEEPEST = 1000


def read_tree(row: Mapping[str, Any], notes: Notes) -> Object:
    """Follow the replies ranked best down to a leaf; a last question without answer goes."""
    if "parent_id" in row:
        raise Unfit("one message of a flat export; import the export of trees instead")
    node = row.get("prompt")
    messages: list[Object] = []
    while isinstance(node, dict):
        if len(messages) == _DEEPEST:
            raise Unfit(f"a tree of more than {_DEEPEST:,} levels")
        role = _ROLES.get(str(node.get("role")))
        if role is None:
            raise Unfit(f"role {node.get('role')!r:.40} is not one of a tree")
        messages.append({"role": role, "content": text_in(node.get("text"), "a message")})
        no_more(node, {"role", "text", "replies", "rank"}, notes, "message key ")
        node = _best(node.get("replies"), notes)
    if messages and messages[-1]["role"] == "user":
        notes.lose("a last question without an answer", messages.pop()["content"])
    if not messages:
        raise Unfit("a tree without an answer")
    no_more(row, _KNOWN, notes)
    return {"messages": messages}


def _best(replies: object, notes: Notes) -> Mapping[str, Any] | None:
    if not isinstance(replies, list):
        return None
    kept = [r for r in replies if isinstance(r, dict) and not _refused(r)]
    best = min(kept, key=_rank, default=None)
    for reply in replies:
        if reply is not best:
            kind = "a reply ranked lower" if reply in kept else "a reply deleted or refused"
            notes.lose(kind, reply)
    return best


def _refused(reply: Mapping[str, Any]) -> bool:
    return bool(reply.get("deleted")) or reply.get("review_result") is False


def _rank(reply: Mapping[str, Any]) -> float:
    rank = reply.get("rank")
    return float(rank) if isinstance(rank, (int, float)) else float("inf")
