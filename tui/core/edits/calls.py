"""Edits of tool use: the calls of an answer, what replies to them, and the tools themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.edits.base import EditError, made, message_object, with_key, with_message

if TYPE_CHECKING:
    from tui.core.dataset.example import Example, Place, ToolCall


@dataclass(frozen=True, slots=True)
class CallDraft:
    """What a person says of a call; `arguments` is JSON text, written as it stands."""

    name: str
    arguments: str
    id: str


def put_call(example: Example, place: Place, at: int, draft: CallDraft) -> Example:
    """Return the example with call `at` of a message changed, or added (`at` past the last).

    The call's other keys stay. Raises EditError on a role that makes no calls.
    """
    message = message_object(example, place)
    if message.get("role") != "assistant":
        raise EditError("only an assistant message can call tools; choose an answer first")
    calls = _calls(message)
    if at >= len(calls) and at == len(calls) and isinstance(message.get("function_call"), dict):
        old = {**message["function_call"], "name": draft.name, "arguments": draft.arguments}
        return with_message(example, place, {**message, "function_call": old})
    before = calls[at] if at < len(calls) and isinstance(calls[at], dict) else {"type": "function"}
    function = before.get("function")
    made_function = {
        **(function if isinstance(function, dict) else {}),
        "name": draft.name,
        "arguments": draft.arguments,
    }
    call = {**({} if "id" in before else {"id": draft.id}), **before}
    call = {**call, "id": draft.id, "function": made_function}
    calls[at : at + 1] = [call]
    return with_message(example, place, {**message, "tool_calls": calls})


def delete_call(example: Example, place: Place, at: int) -> Example:
    """Return the example without call `at` of a message; with the last one the key goes."""
    message = dict(message_object(example, place))
    calls = _calls(message)
    if at == len(calls) and "function_call" in message:
        del message["function_call"]
        return with_message(example, place, message)
    if not 0 <= at < len(calls):
        raise EditError("that call is not there any more; look at the message again")
    del calls[at]
    message["tool_calls"] = calls
    if not calls:
        del message["tool_calls"]
    return with_message(example, place, message)


def open_calls(example: Example, place: Place) -> list[ToolCall]:
    """Return the calls made before `place` that no other tool message has answered.

    The call that the message at `place` answers now is among them.
    """
    same = [m for m in example.messages if m.place.section == place.section]
    calls = [c for m in same if m.place.index < place.index for c in m.tool_calls if c.id]
    answered = {m.tool_call_id for m in same if m.place != place and m.tool_call_id}
    return [call for call in calls if call.id not in answered]


def set_tool_call_id(example: Example, place: Place, call_id: str) -> Example:
    """Return the example with the call named that a tool message answers."""
    if message_object(example, place).get("role") != "tool":
        raise EditError(
            "only a tool message answers a call; choose one, or change the role to tool"
        )
    return with_key(example, place, "tool_call_id", call_id, drop=not call_id)


def new_call_id(example: Example) -> str:
    """Return an id that no call of the example has, such as call_3."""
    taken = {call.id for message in example.messages for call in message.tool_calls}
    number = len(taken) + 1
    while f"call_{number}" in taken:
        number += 1
    return f"call_{number}"


def set_tools(example: Example, tools: list[Any] | None) -> Example:
    """Return the example with its tools replaced; None takes the key away."""
    return _with_setting(example, "tools", tools)


def set_parallel(example: Example, parallel: bool | None) -> Example:
    """Return the example with `parallel_tool_calls` set; None takes the key away."""
    return _with_setting(example, "parallel_tool_calls", parallel)


def _with_setting(example: Example, key: str, value: object) -> Example:
    """Set a key of the example, which a preference pair keeps inside its input."""
    raw = dict(example.raw)
    holder = raw
    if example.kind == "preference" and not (key in raw and key not in _input(raw)):
        holder = raw["input"] = dict(_input(raw))
    elif example.kind not in {"chat", "preference"}:
        raise EditError(
            "only chat examples and preference pairs have tools; make a chat of it first"
        )
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value
    return made(raw)


def _input(raw: dict[str, Any]) -> dict[str, Any]:
    inner = raw.get("input")
    return inner if isinstance(inner, dict) else {}


def _calls(message: dict[str, Any]) -> list[Any]:
    calls = message.get("tool_calls")
    if calls is not None and not isinstance(calls, list):
        raise EditError("tool_calls is not a list; edit the example as JSON instead")
    return [*(calls or [])]
