"""Prefilter of chats that are not plain, with tools say: well-formed ones need few rules."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.formats.turns import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EXAMPLE = frozenset({"messages", "tools", "parallel_tool_calls"})
_KEYS = {
    "system": frozenset({"role", "content"}),
    "developer": frozenset({"role", "content"}),
    "user": frozenset({"role", "content"}),
    "assistant": frozenset({"role", "content", "weight", "tool_calls"}),
    "tool": frozenset({"role", "content", "tool_call_id"}),
}
_LEADERS = frozenset(INSTRUCTING_ROLES)
_SPEAKERS = frozenset({"user", "assistant", *_LEADERS})


class WellFormed(NamedTuple):
    """Of what no rule can find anything: keys and types, or also order and white space."""

    parts: bool = False
    order: bool = False


_NOTHING = WellFormed()


def well_formed(raw: Mapping[str, Any]) -> WellFormed:
    """Return what is surely as it should be in an example; no claim about tools and calls."""
    messages = raw.get("messages")
    if not isinstance(messages, list) or not messages or not raw.keys() <= _EXAMPLE:
        return _NOTHING
    if None in raw.values():
        return _NOTHING
    if not all(map(_is_well_formed, messages)):
        return _NOTHING
    roles = [message["role"] for message in messages]
    texts = [message.get("content") for message in messages]
    stripped = all(text is None or (text and text.strip() == text) for text in texts)
    echoes = any(text is not None and text == before for before, text in pairwise(texts))
    return WellFormed(True, stripped and not echoes and in_order(roles))


def _is_well_formed(message: object) -> bool:
    if not isinstance(message, dict) or not isinstance(role := message.get("role"), str):
        return False
    if len(message) == 2 and role in _SPEAKERS and isinstance(message.get("content"), str):
        return True  # as most are
    if role not in _KEYS or not message.keys() <= _KEYS[role]:
        return False
    weight = message.get("weight", 1)
    if type(weight) is not int or weight not in {0, 1}:
        return False
    if message.get("tool_calls", 0) is None:
        return False
    content = message.get("content")
    return isinstance(content, str) or (content is None and bool(message.get("tool_calls")))


def tools_of_anthropic(raw: Mapping[str, Any]) -> bool:
    """Whether tools are defined as Anthropic does: all else well-formed chats have is OpenAI's."""
    tools = raw.get("tools")
    if not isinstance(tools, list):
        return False
    return any(
        isinstance(one, dict) and "input_schema" in one
        for tool in tools
        if isinstance(tool, dict)
        for one in (tool, tool.get("function"))
    )


def is_own(raw: Mapping[str, Any]) -> bool:
    """Whether an example, well-formed or not, is surely of no other program's format.

    Such has nothing, or messages of which each has a role that no other format knows, and at most
    a content beside it that is not a list or object. No claim about calls written into texts.
    """
    if not raw:
        return True
    messages = raw.get("messages")
    if len(raw) > 1 or not isinstance(messages, list) or not messages:
        return False
    return all(map(_is_own_message, messages))


def _is_own_message(message: object) -> bool:
    if not isinstance(message, dict) or not isinstance(role := message.get("role"), str):
        return False
    if len(message) > 2 or (len(message) == 2 and "content" not in message):
        return False
    if isinstance(message.get("content"), (list, dict)):
        return False
    return role in _KEYS or (role.isalpha() and role.islower() and role not in ROLE_NAMES)


def in_order(roles: Sequence[str]) -> bool:
    """Return whether a chat's roles follow each other as they should; tools reply in any number."""
    if not roles:
        return False
    talk = roles[1:] if roles[0] in _LEADERS else roles
    if "user" not in talk or talk[-1] != "assistant" or not _LEADERS.isdisjoint(talk):
        return False
    return all(a != b or a == "tool" for a, b in pairwise(talk))
