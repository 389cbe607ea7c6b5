"""Bulk operations on messages: roles, weights, tool-call ids, turns after the last answer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tui.core.bulk.edited_lines import edited
from tui.core.bulk.examples import conversations, dialogue, messages
from tui.core.bulk.operations import BadParameter, EachRow, Parameter, Work, operation
from tui.core.dataset.example import ROLES, is_answer
from tui.core.fixes.messages import cut_trailing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.bulk.operations import Count
    from tui.core.fixes.registry import Object


@operation(
    "roles",
    "Map roles",
    "such as human to user, system to developer",
    Parameter("from", "From role", "system"),
    Parameter("to", "To role", "developer", ", ".join(ROLES)),
)
def roles(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that gives messages of one role another."""
    del count
    before, after = values["from"].strip(), values["to"].strip()
    if not before:
        raise BadParameter("from", "the role as it stands in the file")
    if after not in ROLES:
        raise BadParameter("to", f"one of {', '.join(ROLES)}")

    def apply(raw: Object) -> None:
        for message in messages(raw):
            if message.get("role") == before:
                message["role"] = after
                if after != "assistant":
                    message.pop("weight", None)  # the only role that may carry one

    return EachRow(f"roles {before} to {after}", edited(apply))


@operation(
    "weights",
    "Weights",
    "which answers are trained",
    Parameter(
        "train", "Train", "the last answer", "", ("the last answer", "all answers", "no tool calls")
    ),
)
def weights(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that sets weights: 0 for what is left out, none for what is trained."""
    del count
    train = values["train"]

    def apply(raw: Object) -> None:
        answers = [m for m in dialogue(raw) or () if is_answer(m)]
        for answer in answers:
            keep = train == "all answers" or (
                answer is answers[-1] if train == "the last answer" else not _calls(answer)
            )
            if keep:
                if answer.get("weight", 1) != 1:
                    del answer["weight"]
            else:
                answer["weight"] = 0

    return EachRow(f"train {train}", edited(apply))


def _calls(message: Object) -> list[Any]:
    calls = message.get("tool_calls")
    return [one for one in calls if isinstance(one, dict)] if isinstance(calls, list) else []


@operation("ids", "Renumber tool calls", "call_1, call_2 … and their replies")
def ids(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that numbers tool calls through."""
    del values, count

    def apply(raw: Object) -> None:
        open_: defaultdict[object, list[str]] = defaultdict(list)
        number = 0
        for message in (m for items in conversations(raw) for m in items if isinstance(m, dict)):
            for old in {c["id"] for c in _calls(message) if isinstance(c.get("id"), str)}:
                open_[old] = []  # used again: replies from here on are to this message
            for call in _calls(message):
                number += 1
                if isinstance(call.get("id"), str):
                    open_[call["id"]].append(f"call_{number}")
                call["id"] = f"call_{number}"
            old = message.get("tool_call_id")
            if isinstance(old, str) and open_[old]:
                waiting = open_[old]
                # One call may have several replies: the last id stays for them.
                message["tool_call_id"] = waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return EachRow("renumber tool calls", edited(apply))


@operation("cut", "Cut after the last answer", "what nothing answers is not trained")
def cut(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that cuts what follows the last answer."""
    del values, count

    def apply(raw: Object) -> None:
        items = dialogue(raw)
        if items is not None and "messages" in raw:
            cut_trailing(items)

    return EachRow("cut after the last answer", edited(apply))
