"""Rules on preference pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.checks.registry import Finding, closed_to_tidy, row_rule
from tui.core.checks.row import Row, json_type
from tui.core.dataset.digest import number_of
from tui.core.dataset.example import section_list

if TYPE_CHECKING:
    from collections.abc import Iterable

_OUTPUTS = ("preferred_output", "non_preferred_output")


@closed_to_tidy
def _is_pair(row: Row) -> bool:
    return row.kind == "preference"


@row_rule(
    "input-missing",
    "error",
    "Preference pair without a prompt",
    "“input” holds the messages before the two answers.",
    gate=_is_pair,
)
def input_missing(row: Row) -> Iterable[Finding]:
    """Find pairs whose input has no messages."""
    value = section_list(row.raw, "input")
    if isinstance(value, list) and value:
        return ()
    return (Finding('There is no prompt. Add "input": {"messages": […]}.', "input.messages"),)


@row_rule(
    "output-missing",
    "error",
    "Preference pair without an answer",
    "Both outputs are lists with the assistant's answer.",
    fixable=True,
    gate=_is_pair,
)
def output_missing(row: Row) -> Iterable[Finding]:
    """Find pairs that lack an output, or whose output is not a list."""
    found = []
    for name in _OUTPUTS:
        value = section_list(row.raw, name)
        if isinstance(value, list) and value:
            continue
        is_what = "missing" if value is None else "empty" if value == [] else json_type(value)
        text = f"“{name}” is {is_what}. Make it a list with the assistant's answer."
        said = isinstance(value, str) and bool(value.strip()) and row.raw.get(name) == value
        found.append(Finding(text, name, by_hand=not said))
    return found


@row_rule(
    "output-role",
    "error",
    "Output without the assistant's answer",
    "Outputs hold the assistant's message, and at most tool messages besides.",
    gate=_is_pair,
)
def output_role(row: Row) -> Iterable[Finding]:
    """Find outputs of other roles, or without an assistant message."""
    found = []
    for name in _OUTPUTS:
        turns = row.output(name)
        wrong = [t for t in turns if t.role not in {"assistant", "tool"}]
        text = "An output holds only the assistant's answer. Change the role to assistant."
        found += [t.find(text, ".role") for t in wrong]
        if turns and not wrong and not any(t.role == "assistant" for t in turns):
            found.append(turns[0].find("There is no assistant message. Add the answer.", ".role"))
    return found


@row_rule(
    "output-turns",
    "warning",
    "Output of several turns",
    "OpenAI compares one answer with one; more turns are refused by some providers.",
    gate=_is_pair,
)
def output_turns(row: Row) -> Iterable[Finding]:
    """Find outputs with more than one assistant message."""
    return [
        turn.find("This output has several answers. Keep one.")
        for name in _OUTPUTS
        for turn in [t for t in row.output(name) if t.role == "assistant"][1:]
    ]


@row_rule(
    "input-ends-with-answer",
    "warning",
    "Prompt ends with an answer",
    "The two outputs answer the last message of the prompt, which should be the user's.",
    gate=_is_pair,
)
def input_ends_with_answer(row: Row) -> Iterable[Finding]:
    """Find prompts whose last message is the assistant's."""
    if not row.dialogue or row.dialogue[-1].role != "assistant":
        return ()
    if row.dialogue[-1].raw.get("tool_calls"):
        return ()
    text = "The prompt ends with an answer. Move it to the outputs, or add the next question."
    return (row.dialogue[-1].find(text, ".role"),)


@row_rule(
    "identical-pair",
    "warning",
    "Two equal answers",
    "A pair of equal answers has no preference to learn.",
    gate=_is_pair,
)
def identical_pair(row: Row) -> Iterable[Finding]:
    """Find pairs whose two outputs are the same."""
    preferred, other = (section_list(row.raw, name) for name in _OUTPUTS)
    same = number_of(preferred)
    if not preferred or not same or same != number_of(other):
        return ()
    turns = row.output("non_preferred_output")
    text = "Both answers are the same. Change one, or delete the line."
    return (turns[0].find(text),) if turns else (Finding(text, "non_preferred_output"),)
