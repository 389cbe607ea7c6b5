"""Rules on single messages: role, keys, content, name, weight."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tui.core.checks.gates import unusual
from tui.core.checks.registry import Finding, row_rule
from tui.core.checks.row import Row, Turn, json_type, quoted
from tui.core.dataset.example import ROLES
from tui.core.dataset.names import MOST_CHARACTERS, VALID_NAME
from tui.core.formats.turns import IN_LANGUAGES, ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

_COMMON = frozenset({"role", "content", "name"})
_KEYS = {
    "system": _COMMON,
    "developer": _COMMON,
    "user": _COMMON,
    "assistant": _COMMON | {"weight", "tool_calls", "function_call", "refusal"},
    "tool": _COMMON | {"tool_call_id"},
    "function": _COMMON,
}
_PARTS = {"user": ("text", "image_url"), "assistant": ("text", "refusal")}
# How people call the roles elsewhere. Only some of what an import reads as a role: these are put
# right without asking, and a role such as "output" or "operator" may be meant as it is.
_ALIASES = {
    name: ROLE_NAMES[name]
    for name in (
        *("human", "customer", "prompter"),
        *("gpt", "bot", "ai", "model", "chatgpt"),
        "observation",
        *IN_LANGUAGES,
    )
}


@row_rule(
    "role-missing", "error", "No role", "Each message says with “role” who speaks.", gate=unusual
)
def role_missing(row: Row) -> Iterable[Finding]:
    """Find messages without a role, or with one that is not a string."""
    return [
        turn.find(f"This message has no role. Add one of {', '.join(ROLES[:5])}.", ".role")
        for turn in row.turns
        if not isinstance(turn.role, str)
    ]


@row_rule(
    "role-unknown",
    "error",
    "Unknown role",
    "Roles are system, developer, user, assistant and tool.",
    fixable=True,
    gate=unusual,
)
def role_unknown(row: Row) -> Iterable[Finding]:
    """Find roles no server knows."""
    return [
        turn.find(
            f"There is no role {quoted(turn.role)}. {_advice(turn.role)}",
            ".role",
            by_hand=role_meant(turn.role) is None,
        )
        for turn in row.turns
        if isinstance(turn.role, str) and turn.role not in _KEYS
    ]


def role_meant(role: str) -> str | None:
    """Return the role that a text stands for: in other letters, or as others call it."""
    plain = role.strip().lower()
    return plain if plain in _KEYS else _ALIASES.get(plain)


def _advice(role: str) -> str:
    meant = role_meant(role)
    return f"Use {meant}." if meant else f"Use one of {', '.join(ROLES[:5])}."


@row_rule(
    "role-function",
    "warning",
    "Outdated role function",
    "The role function is replaced by tool, with tool_calls and a tool_call_id.",
    fixable=True,
    gate=unusual,
)
def role_function(row: Row) -> Iterable[Finding]:
    """Find the role that tool has replaced."""
    return [
        turn.find("The role function is outdated. Use tool with a tool_call_id.", ".role")
        for turn in row.turns
        if turn.role == "function"
    ]


@row_rule(
    "message-key-unknown",
    "error",
    "Unknown key in a message",
    "The server refuses keys that a message of this role does not have.",
    fixable=True,
    gate=unusual,
)
def message_key_unknown(row: Row) -> Iterable[Finding]:
    """Find keys that do not belong to the message's role; `weight` has its own rule."""
    found: list[Finding] = []
    for turn in row.turns:
        allowed = _KEYS.get(turn.role) if isinstance(turn.role, str) else None
        if allowed is None or turn.raw.keys() <= allowed:
            continue
        found += [
            turn.find(
                f"The key {quoted(key)} does not belong in a message of role {turn.role}. "
                "Remove it.",
                f".{key}",
            )
            for key in turn.raw
            if key not in allowed and key != "weight"
        ]
    return found


@row_rule(
    "content-missing",
    "error",
    "No content",
    "A message needs content; only an assistant that calls a tool or refuses may leave it out.",
    gate=unusual,
)
def content_missing(row: Row) -> Iterable[Finding]:
    """Find messages without content, tool calls or refusal."""
    return [
        turn.find("This message has no content. Write it, or delete the message.", ".content")
        for turn in row.turns
        if turn.content is None and not _speaks_otherwise(turn)
    ]


def _speaks_otherwise(turn: Turn) -> bool:
    if turn.role != "assistant":
        return False
    return any(turn.raw.get(key) for key in ("tool_calls", "function_call", "refusal"))


@row_rule(
    "content-type",
    "error",
    "Content of the wrong type",
    "Content is a text, or a list of parts such as text and image_url.",
    fixable=True,
    gate=unusual,
)
def content_type(row: Row) -> Iterable[Finding]:
    """Find content that is neither a text nor a list with something in it."""
    return [
        turn.find(
            f"The content is {_kind(turn.content)}. Make it a text.",
            ".content",
            by_hand=not _says_one_thing(turn),
        )
        for turn in row.turns
        if turn.content is not None and not isinstance(turn.content, str)
        if not (isinstance(turn.content, list) and turn.content)
    ]


def _kind(content: object) -> str:
    return "an empty list" if content == [] else json_type(content)


@row_rule(
    "content-part",
    "error",
    "Unknown content part",
    "A part is an object with a type: text; in user messages also image_url; in assistant "
    "messages also refusal.",
    fixable=True,
    gate=unusual,
)
def content_part(row: Row) -> Iterable[Finding]:
    """Find parts of a type that the role cannot have, or without their value."""
    return [
        turn.find(problem, f".content[{number}]", by_hand=not is_nearly_part(part, turn.role))
        for turn in row.turns
        if isinstance(turn.content, list)
        for number, part in enumerate(turn.content)
        if (problem := _part_problem(part, turn.role))
    ]


def _says_one_thing(turn: Turn) -> bool:
    """Whether content of the wrong type can be written as text in one way only."""
    if isinstance(turn.content, dict):
        return turn.role in {"tool", "function"}
    return isinstance(turn.content, int) and not isinstance(turn.content, bool)


def is_nearly_part(part: object, role: object) -> bool:
    """Whether a part is a bare text, or an image with its address in place of an object."""
    if not isinstance(part, dict):
        return isinstance(part, str)
    address = part.get("image_url")
    if part.get("type") != "image_url" or role != "user" or not isinstance(address, str):
        return False
    return address.startswith(("https://", "data:image/"))


def _part_problem(part: object, role: object) -> str:
    allowed = _PARTS.get(role, ("text",)) if isinstance(role, str) else ("text",)
    if not isinstance(part, dict):
        return f'This part is {json_type(part)}. Write it as {{"type": "text", "text": …}}.'
    kind = part.get("type")
    if kind not in allowed:
        return (
            f"A part of type {quoted(kind)} cannot stand here. "
            f"Use {' or '.join(allowed)}, or remove the part."
        )
    value = part.get(str(kind))
    if kind == "image_url":
        fine = isinstance(value, dict) and isinstance(value.get("url"), str)
        return "" if fine else 'This image has no url. Write "image_url": {"url": …}.'
    return "" if isinstance(value, str) else f"This part has no {kind}. Add it, or remove the part."


@row_rule(
    "name-type", "error", "Name is not text", "The name of a speaker is a text.", gate=unusual
)
def name_type(row: Row) -> Iterable[Finding]:
    """Find names that are not strings."""
    return [
        turn.find(f"The name is {json_type(turn.raw['name'])}. Make it a text.", ".name")
        for turn in row.turns
        if turn.raw.get("name") is not None and not isinstance(turn.raw["name"], str)
    ]


@row_rule(
    "name-pattern",
    "warning",
    "Name with unusual characters",
    f"Names are 1 to {MOST_CHARACTERS} letters, digits, _ and -; others are refused when the "
    "model is used.",
    fixable=True,
    gate=unusual,
)
def name_pattern(row: Row) -> Iterable[Finding]:
    """Find names other than 1 to `MOST_CHARACTERS` ASCII letters, digits, `_` and `-`."""
    return [
        turn.find(
            f"The name {quoted(name)} should be 1 to {MOST_CHARACTERS} letters, digits, _ or -. "
            "Change it.",
            ".name",
        )
        for turn in row.turns
        if isinstance(name := turn.raw.get("name"), str) and not VALID_NAME.fullmatch(name)
    ]


@row_rule(
    "weight-value",
    "error",
    "Weight is not 0 or 1",
    "Weight 1 trains an answer, weight 0 leaves it out; nothing between.",
    fixable=True,
    gate=unusual,
)
def weight_value(row: Row) -> Iterable[Finding]:
    """Find weights other than 0 and 1."""
    return [
        turn.find(f"The weight is {_weight_words(turn.raw['weight'])}. Use 0 or 1.", ".weight")
        for turn in row.turns
        if "weight" in turn.raw
        and turn.role == "assistant"
        and (isinstance(turn.raw["weight"], bool) or turn.raw["weight"] not in (0, 1))
    ]


def _weight_words(weight: object) -> str:
    """Return a weight as it is written; of a text, that it is one."""
    if isinstance(weight, str):
        return f"the text {quoted(weight)}"
    return json_type(weight) if isinstance(weight, (dict, list)) else json.dumps(weight)


@row_rule(
    "weight-role",
    "error",
    "Weight on a message that is not trained",
    "Only assistant messages are trained, so only they can have a weight.",
    fixable=True,
    gate=unusual,
)
def weight_role(row: Row) -> Iterable[Finding]:
    """Find a weight on another role than assistant."""
    return [
        turn.find("Only assistant messages have a weight. Remove it here.", ".weight")
        for turn in row.turns
        if "weight" in turn.raw and turn.role != "assistant"
    ]
