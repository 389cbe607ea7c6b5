"""OpenAI's own format, and the same messages as Hugging Face and others write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.example import kind_of
from tui.core.formats.model import Notes, Object, Unfit
from tui.core.formats.parts import json_text, no_more, objects_in, plain_text, tools_in

if TYPE_CHECKING:
    from collections.abc import Mapping

CHAT_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
MESSAGE_KEYS = {
    "role", "content", "name", "weight", "tool_calls", "tool_call_id", "refusal",
    "function_call", "audio",
}  # fmt: skip
_LISTS = ("messages", "conversation", "conversations", "dialogue", "dialog")


def read_openai(row: Mapping[str, Any], notes: Notes) -> Object:
    """Take a line as it is; only what is no example at all is unfit."""
    kind = kind_of(row)
    if kind == "chat":
        objects_in(row["messages"], "messages")
    elif kind == "preference":
        inner = row.get("input")
        if not isinstance(inner, dict):
            raise Unfit("input is missing or no object")
        objects_in(inner.get("messages"), "input.messages")
    elif kind == "unknown":
        raise Unfit(f"no messages; it has {_named(row)}")
    else:
        raise Unfit("prompt and completion, the older format; import it as that")
    del notes
    return dict(row)


def read_hf(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read messages under the usual names; nulls a table adds go, arguments become JSON text."""
    key = next((k for k in _LISTS if row.get(k) not in (None, "")), None)
    if key is None:
        raise Unfit(f"no messages; it has {_named(row)}")
    made: Object = {"messages": [hf_message(m, notes) for m in objects_in(row[key], key)]}
    if row.get("tools") not in (None, "", [], "[]"):
        made["tools"] = tools_in(row["tools"])
    if isinstance(row.get("parallel_tool_calls"), bool):
        made["parallel_tool_calls"] = row["parallel_tool_calls"]
    no_more(row, {key, "tools", "parallel_tool_calls"}, notes)
    return made


def hf_message(raw: Mapping[str, Any], notes: Notes) -> Object:
    """Return one message as OpenAI writes it. Raises Unfit."""
    role = raw.get("role")
    if not isinstance(role, str) or not role:
        raise Unfit("a message has no role")
    made = {k: v for k, v in raw.items() if k in MESSAGE_KEYS and (v is not None or k == "content")}
    if made.get("content") is None and (made.get("tool_calls") or "content" not in raw):
        made.pop("content", None)
    if isinstance(made.get("content"), list):
        made["content"] = [_part(part) for part in made["content"]]
    calls = made.pop("tool_calls", None)
    if calls not in (None, [], ""):
        made["tool_calls"] = [
            _call(one, n) for n, one in enumerate(objects_in(calls, "tool_calls"), 1)
        ]
    weight = made.get("weight")
    if isinstance(weight, float) and weight.is_integer():
        made["weight"] = int(weight)
    no_more(raw, MESSAGE_KEYS, notes, "message key ")
    return made


def _part(part: object) -> object:
    """Drop the nulls with which a table fills up parts of different kinds."""
    if isinstance(part, dict):
        return {key: value for key, value in part.items() if value is not None}
    return part


def _call(one: Mapping[str, Any], number: int) -> Object:
    function = one.get("function")
    function = function if isinstance(function, dict) else one
    name = function.get("name")
    if not isinstance(name, str) or not name:
        raise Unfit("a tool call has no name")
    arguments = function.get("arguments")
    text = json_text({} if arguments is None else arguments)
    call_id = one.get("id") if isinstance(one.get("id"), str) else f"call_{number}"
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": text}}


def write_openai(row: Mapping[str, Any], notes: Notes) -> Object:
    """Give the example back as it is."""
    del notes
    return dict(row)


def chat_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the messages of a chat example, or of a prompt with its completion. Raises Unfit."""
    kind = kind_of(row)
    if kind == "chat":
        return objects_in(row["messages"], "messages")
    if kind == "completion":
        return [
            {"role": "user", "content": plain_text(row["prompt"], "prompt")},
            {"role": "assistant", "content": plain_text(row["completion"], "completion")},
        ]
    if kind == "preference":
        raise Unfit("a preference pair, which this format cannot hold")
    raise Unfit("no messages")


def role_of(message: Mapping[str, Any]) -> str:
    """Return the role of a message. Raises Unfit when it has none."""
    role = message.get("role")
    if not isinstance(role, str):
        raise Unfit("a message has no role")
    return role


def _named(row: Mapping[str, Any]) -> str:
    keys = ", ".join(map(str, list(row)[:6]))
    return keys or "no keys"
