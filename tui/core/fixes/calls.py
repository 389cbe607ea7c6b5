"""Fixes of tool calls and of what belongs to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.core.checks.tool_use.tool_schema import described_keys
from tui.core.fixes.messages import renew_call, renew_functions
from tui.core.fixes.paths import message_of, messages_of, spot, value_at
from tui.core.fixes.registry import Object, row_fix

if TYPE_CHECKING:
    from tui.core.checks import Issue


@row_fix("parallel-without-tools", "null-value", "null-optional", "tools-empty", "calls-empty")
def without_key(raw: Object, issue: Issue) -> None:
    """Remove a key that says nothing: `parallel_tool_calls` without tools, null, an empty list."""
    inside, key = spot(raw, issue.where)
    inside.pop(key, None)


@row_fix("tool-null")
def without_nulls(raw: Object, issue: Issue) -> None:
    """Remove the keys of all tool definitions that are null."""
    del issue
    for owner in (raw, raw.get("input")):
        tools = owner.get("tools") if isinstance(owner, dict) else None
        for tool in tools if isinstance(tools, list) else ():
            if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
                for one in [*described_keys(tool["function"])]:
                    if one.value is None and isinstance(one.holder, dict):
                        one.holder.pop(one.key, None)


@row_fix("arguments-type")
def arguments_as_text(raw: Object, issue: Issue) -> None:
    """Write arguments as the text of their JSON; missing ones as an empty object."""
    function, key = spot(raw, issue.where)
    value = function.get(key)
    function[key] = "{}" if value is None else json.dumps(value, ensure_ascii=False)


@row_fix("function-call")
def as_tool_call(raw: Object, issue: Issue) -> None:
    """Write an outdated function_call as a tool call."""
    message = message_of(raw, issue)
    if issue.place is not None:
        renew_call(message, issue.place.index)
        renew_functions(raw)


@row_fix("call-id-duplicate")
def other_id(raw: Object, issue: Issue) -> None:
    """Give the second call of an id another, and with it the reply that is its own."""
    call = value_at(raw, issue.where.removesuffix(".id"))
    if issue.place is None:
        return
    messages = messages_of(raw, issue.place)
    old, at = call["id"], issue.place.index
    new = _free_id(old, messages)
    # Replies come in the order of the calls of one message.
    made = messages[at]["tool_calls"]
    number = sum(one["id"] == old for one in made[: _index(made, call)] if _has_id(one))
    replies = [m for m in messages[at + 1 :] if isinstance(m, dict) and _answers(m, old)]
    call["id"] = new
    if number < len(replies):
        replies[number]["tool_call_id"] = new


def _index(calls: list[Any], call: object) -> int:
    return next(n for n, one in enumerate(calls) if one is call)


def _has_id(call: object) -> bool:
    return isinstance(call, dict) and isinstance(call.get("id"), str)


def _answers(message: Object, call: str) -> bool:
    return message.get("role") == "tool" and message.get("tool_call_id") == call


def _free_id(old: str, messages: list[Any]) -> str:
    taken = json.dumps(messages)
    number = 2
    while json.dumps(f"{old}_{number}") in taken:
        number += 1
    return f"{old}_{number}"
