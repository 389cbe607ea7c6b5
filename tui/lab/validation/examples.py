"""Rules for a whole example: a chat, or a preference pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from tui.lab.validation.messages import has_assistant, messages_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHAT_KEYS: Final = {"messages", "tools", "parallel_tool_calls", "functions"}
_INPUT_KEYS: Final = {"messages", "tools", "parallel_tool_calls"}
_NAMES: Final = ("preferred", "non_preferred")


def parse(line: bytes) -> tuple[dict[str, Any] | None, str | None]:
    """Return the object of a line, or what keeps it from being one."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return None, "is not valid UTF-8"
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return None, f"is not valid JSON ({str(error).split(':')[0]})"
    if not isinstance(value, dict):
        return None, "is not a JSON object"
    return value, None


def example_problem(example: Mapping[str, Any], method: str) -> str | None:
    """Return what is wrong with an example for a method, in words, or None."""
    if method == "dpo":
        return _preference_problem(example)
    return _chat_problem(example)


def trains(example: Mapping[str, Any], method: str) -> bool:
    """Whether a well-formed example has anything that carries loss."""
    if method == "dpo":
        return True
    return any(
        message["role"] == "assistant" and message.get("weight", 1) != 0
        for message in example["messages"]
    )


def _chat_problem(example: Mapping[str, Any]) -> str | None:
    if "messages" not in example:
        if "input" in example:
            return "has no 'messages': this is a preference pair, use the method 'dpo'"
        return "has no 'messages'"
    extra = sorted(set(example) - _CHAT_KEYS)
    if extra:
        return f"has an unexpected key {extra[0]!r}"
    problem = _tools_problem(example) or messages_problem(example["messages"])
    if problem is not None:
        return problem
    if not has_assistant(example["messages"]):
        return "has no assistant message"
    return None


def _tools_problem(example: Mapping[str, Any]) -> str | None:
    for key in ("tools", "functions"):
        if not isinstance(example.get(key, []), list):
            return f"'{key}' must be an array"
    if not isinstance(example.get("parallel_tool_calls", True), bool):
        return "'parallel_tool_calls' must be true or false"
    return None


def _preference_problem(example: Mapping[str, Any]) -> str | None:
    if "input" not in example:
        return "has no 'input': a preference pair needs input, preferred and non-preferred output"
    given = example["input"]
    if not isinstance(given, dict):
        return "'input' must be an object with 'messages'"
    allowed = {"input"} | {f"{name}_{kind}" for name in _NAMES for kind in ("output", "completion")}
    extra = sorted(set(example) - allowed) or sorted(set(given) - _INPUT_KEYS)
    if extra:
        return f"has an unexpected key {extra[0]!r}"
    problem = _tools_problem(given) or messages_problem(given.get("messages", []), "input.messages")
    if problem is not None:
        return problem
    return _output_problem(example, "preferred") or _output_problem(example, "non_preferred")


def _output_problem(example: Mapping[str, Any], name: str) -> str | None:
    key = f"{name}_output" if f"{name}_output" in example else f"{name}_completion"
    if key not in example:
        return f"has no '{name}_output'"
    output = example[key]
    problem = messages_problem(output, key)
    if problem is not None:
        return problem
    roles = {message["role"] for message in output}
    if "assistant" not in roles:
        return f"'{key}' has no assistant message"
    if roles - {"assistant", "tool"}:
        return f"'{key}' may hold assistant and tool messages only"
    return None
