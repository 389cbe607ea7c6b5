"""Rules for the messages of an example. Each returns what is wrong, in words, or None."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROLES: Final = ("system", "developer", "user", "assistant", "tool", "function")
_KEYS: Final = {
    "system": {"role", "content", "name"},
    "developer": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {
        "role", "content", "name", "weight", "tool_calls", "function_call", "refusal",
    },
    "tool": {"role", "content", "name", "tool_call_id"},
    "function": {"role", "content", "name"},
}  # fmt: skip
_PARTS: Final = {"user": ("text", "image_url"), "assistant": ("text", "refusal")}


def messages_problem(value: object, where: str = "messages") -> str | None:
    """Return what is wrong with a list of messages."""
    if not isinstance(value, list):
        return f"'{where}' must be an array of messages"
    if not value:
        return f"'{where}' is empty"
    calls: set[str] = set()
    for number, message in enumerate(value):
        problem = _message_problem(message, calls)
        if problem is not None:
            return f"{where}[{number}]: {problem}"
    return None


def has_assistant(messages: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any message is the assistant's."""
    return any(message.get("role") == "assistant" for message in messages)


def _message_problem(message: object, calls: set[str]) -> str | None:
    if not isinstance(message, dict):
        return "a message must be an object"
    role = message.get("role")
    if not isinstance(role, str):
        return "the message has no 'role'"
    if role not in ROLES:
        return f"unknown role {role!r}, must be one of {', '.join(ROLES)}"
    return _known_role_problem(message, role, calls)


def _known_role_problem(message: Mapping[str, Any], role: str, calls: set[str]) -> str | None:
    extra = sorted(set(message) - _KEYS[role])
    if extra:
        return f"unexpected key {extra[0]!r} in a {role} message"
    if "name" in message and not isinstance(message["name"], str):
        return "'name' must be a string"
    if role == "assistant":
        return _assistant_problem(message, calls)
    problem = _answers_call(message, calls) if role == "tool" else None
    return problem or _content_problem(message.get("content"), role)


def _answers_call(message: Mapping[str, Any], calls: set[str]) -> str | None:
    call = message.get("tool_call_id")
    if not isinstance(call, str):
        return "a tool message needs a 'tool_call_id'"
    if call not in calls:
        return f"'tool_call_id' {call!r} answers no preceding tool call"
    return None


def _assistant_problem(message: Mapping[str, Any], calls: set[str]) -> str | None:
    if "weight" in message:
        weight = message["weight"]
        if isinstance(weight, bool) or weight not in (0, 1):
            return "'weight' must be 0 or 1"
    if message.get("tool_calls") is not None:
        problem = _calls_problem(message["tool_calls"], calls)
        if problem is not None:
            return problem
    if message.get("function_call") is not None:
        problem = _function_problem(message["function_call"], "function_call")
        if problem is not None:
            return problem
    content = message.get("content")
    speaks = [message.get(key) for key in ("tool_calls", "function_call", "refusal")]
    if content is None:
        return None if any(speaks) else "the assistant message has no content"
    return _content_problem(content, "assistant")


def _calls_problem(value: object, calls: set[str]) -> str | None:
    if not isinstance(value, list) or not value:
        return "'tool_calls' must be a non-empty array"
    for call in value:
        if not isinstance(call, dict) or not isinstance(call.get("id"), str):
            return "a tool call needs an 'id'"
        if call.get("type", "function") != "function":
            return "a tool call's 'type' must be 'function'"
        problem = _function_problem(call.get("function"), "function")
        if problem is not None:
            return problem
        calls.add(call["id"])
    return None


def _function_problem(value: object, where: str) -> str | None:
    if not isinstance(value, dict):
        return f"'{where}' must be an object"
    if not isinstance(value.get("name"), str) or not value["name"]:
        return f"'{where}' needs a 'name'"
    if not isinstance(value.get("arguments"), str):
        return f"the 'arguments' of '{where}' must be a string of JSON"
    return None


def _content_problem(content: object, role: str) -> str | None:
    if isinstance(content, str):
        return None
    if content is None:
        return f"the {role} message has no content"
    if not isinstance(content, list):
        return "'content' must be a string or an array of content parts"
    if not content:
        return "'content' is an empty array"
    for part in content:
        problem = _part_problem(part, role)
        if problem is not None:
            return problem
    return None


def _part_problem(part: object, role: str) -> str | None:
    if not isinstance(part, dict):
        return "a content part must be an object"
    kind = part.get("type")
    allowed = _PARTS.get(role, ("text",))
    if kind not in allowed:
        return f"content part of type {kind!r} in a {role} message, may be {', '.join(allowed)}"
    value = part.get(kind)
    if kind == "image_url":
        if not isinstance(value, dict) or not isinstance(value.get("url"), str):
            return "an image part needs 'image_url' with a 'url'"
        return None
    return None if isinstance(value, str) else f"the '{kind}' of a content part must be a string"
