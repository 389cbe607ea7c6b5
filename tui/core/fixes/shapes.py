"""Fixes of values of the wrong shape, where only one thing can have been meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.core.checks.examples.messages import is_nearly_part
from tui.core.fixes.damaged import holds_example
from tui.core.fixes.messages import has_a_role
from tui.core.fixes.paths import message_of, put, value_at
from tui.core.fixes.registry import CannotFix, Fixed, Object, line_fix, row_fix

if TYPE_CHECKING:
    from tui.core.checks import Issue

_UNSURE = "it cannot be told what was meant"


@row_fix("content-type")
def content_as_text(raw: Object, issue: Issue) -> None:
    """Write a whole number, or what a tool gave as JSON, as the text of it."""
    message = message_of(raw, issue)
    value = message.get("content")
    whole = isinstance(value, int) and not isinstance(value, bool)
    given = isinstance(value, dict) and str(message.get("role")) in {"tool", "function"}
    if not whole and not given:
        raise CannotFix(_UNSURE)
    message["content"] = json.dumps(value, ensure_ascii=False)


@row_fix("content-part")
def whole_part(raw: Object, issue: Issue) -> None:
    """Write a bare text as a part, and the address of an image as its object has it."""
    part: Any = value_at(raw, issue.where)
    if isinstance(part, str):
        put(raw, issue.where, {"type": "text", "text": part})
        return
    address = part.get("image_url") if isinstance(part, dict) else None
    if not is_nearly_part(part, message_of(raw, issue).get("role")):
        raise CannotFix(_UNSURE)
    part["image_url"] = {"url": address}


@row_fix("output-missing")
def answer_as_list(raw: Object, issue: Issue) -> None:
    """Write an answer that is a bare text as the list of its one message."""
    value = raw.get(issue.where)
    if not isinstance(value, str) or not value.strip():
        raise CannotFix("there is no answer here")
    if not has_a_role(raw):
        raise CannotFix("no message here has a role, so this may be no pair at all")
    raw[issue.where] = [{"role": "assistant", "content": value}]


@row_fix("call-malformed")
def typed_call(raw: Object, issue: Issue) -> None:
    """Say of a call of a function, which lacks nothing else, that it is one."""
    call: Any = value_at(raw, issue.where)
    function = call.get("function") if isinstance(call, dict) else None
    named = isinstance(function, dict) and isinstance(function.get("name"), str)
    if not named or "type" in call or not isinstance(call.get("id"), str):
        raise CannotFix(_UNSURE)
    made = {"id": call["id"], "type": "function", **call}
    call.clear()
    call.update(made)


@line_fix("not-an-object")
def decoded_twice(line: bytes) -> Fixed:
    """Take an example out of the text that it was written into as JSON once more."""
    value = json.loads(line)
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        raise CannotFix("it is not an example")
    if not holds_example(value.strip()) or "\n" in value.strip():
        raise CannotFix("the text in it is not an example")
    return value.strip().encode("utf-8", "surrogatepass")
