"""Rules on how tool messages answer calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.checks.fast.tool_prefilter import doubtful_calls
from tui.core.checks.registry import Finding, row_rule
from tui.core.checks.row import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.checks.row import Row


@row_rule(
    "reply-without-id",
    "error",
    "Tool message without tool_call_id",
    "A tool message says with tool_call_id which call it answers.",
    gate=doubtful_calls,
)
def reply_without_id(row: Row) -> Iterable[Finding]:
    """Find tool messages that name no call."""
    return [
        turn.find("This tool message names no call. Add its tool_call_id.", ".tool_call_id")
        for turn in row.turns
        if turn.role == "tool" and not isinstance(turn.raw.get("tool_call_id"), str)
    ]


@row_rule(
    "reply-unknown-call",
    "error",
    "Tool message answers no call",
    "The tool_call_id has to be the id of a call that was made before.",
    gate=doubtful_calls,
)
def reply_unknown_call(row: Row) -> Iterable[Finding]:
    """Find tool messages whose call was not made in an earlier message."""
    made: set[str] = set()
    found = []
    for turn in row.turns:
        made.update(c["id"] for _, c in turn.calls() if isinstance(c.get("id"), str))
        name = turn.raw.get("tool_call_id")
        if turn.role == "tool" and isinstance(name, str) and name not in made:
            text = f"No call before has the id {quoted(name)}. Correct the id, or move the message."
            found.append(turn.find(text, ".tool_call_id"))
    return found


@row_rule(
    "reply-late",
    "warning",
    "Tool message apart from its call",
    "Replies stand directly after the message that made the calls.",
    gate=doubtful_calls,
)
def reply_late(row: Row) -> Iterable[Finding]:
    """Find replies that another message separates from their call."""
    pending: set[object] = set()
    earlier: set[object] = set()
    found = []
    for turn in row.dialogue:
        if turn.role == "tool":
            name = turn.raw.get("tool_call_id")
            if isinstance(name, str) and name in earlier and name not in pending:
                text = "This reply does not follow its call. Move it behind the call."
                found.append(turn.find(text, ".tool_call_id"))
            continue
        earlier |= pending
        pending = {c["id"] for _, c in turn.calls() if isinstance(c.get("id"), str)}
    return found


@row_rule(
    "call-unanswered",
    "warning",
    "Call without a reply",
    "When the conversation goes on, every call needs the tool's reply.",
    gate=doubtful_calls,
)
def call_unanswered(row: Row) -> Iterable[Finding]:
    """Find calls without a reply in a conversation that goes on after them."""
    replies = (t.raw.get("tool_call_id") for t in row.turns if t.role == "tool")
    answered = {name for name in replies if isinstance(name, str)}
    found = []
    for turn in row.dialogue[:-1]:
        for path, call in turn.calls():
            name = call.get("id")
            if isinstance(name, str) and name not in answered:
                text = f"Nothing answers the call {quoted(name)}. Add a tool message."
                found.append(Finding(text, path, turn.place))
    return found


@row_rule(
    "function-call",
    "warning",
    "Outdated function_call",
    "function_call is replaced by tool_calls; the two must not be mixed.",
    fixable=True,
    gate=doubtful_calls,
)
def function_call(row: Row) -> Iterable[Finding]:
    """Find the form of a call that tool_calls has replaced."""
    return [
        turn.find("function_call is outdated. Write it as tool_calls.", ".function_call")
        for turn in row.turns
        if turn.raw.get("function_call") is not None
    ]
