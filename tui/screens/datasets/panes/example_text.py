"""Format examples, messages and problems as rows of a list and turns of a conversation."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.text import Text

from tui.commands import key_hint
from tui.core.dataset.example import Broken, Example, Message
from tui.core.edits import other_keys, parts_of
from tui.core.edits.base import EXAMPLE_KEYS
from tui.core.edits.whole import setting
from tui.core.text.text import one_line, plural
from tui.screens.datasets.importing.inviting import invitation
from tui.widgets.diff_view import side_by_side
from tui.widgets.turn_block import Turn

if TYPE_CHECKING:
    from tui.core.checks import Issue

# A glyph as well as a colour: state must be readable without colours.
SEVERITY = {"error": ("✗", "red"), "warning": ("!", "yellow"), "info": ("·", "cyan")}

_SECTIONS = {
    "input": "prompt",
    "preferred_output": "preferred",
    "non_preferred_output": "non-preferred",
}


def example_row(
    number: str,
    example: Example | Broken,
    *,
    worst: str | None,
    unsaved: bool,
    width: int,
    marked: bool = False,
) -> Text:
    """Return one line for an example: number, state, what the user says first, the answer."""
    glyph, colour = SEVERITY.get(worst or "", (" ", ""))
    text = Text(number, style="dim")
    text.append("▣" if marked else " ", style="bold")
    text.append(glyph, style=f"bold {colour}")
    text.append("*" if unsaved else " ", style="bold")
    if isinstance(example, Broken):
        blank = not example.text.strip()
        shown = "(blank line)" if blank else one_line(example.text, width)
        text.append(f" {shown}", style="italic")
        return text
    if width > 60:
        text.append(f" {len(example.messages):>2} msg", style="dim")
    text.append(f" {one_line(example.opening, width)}")
    if width > 60 and (answer := example.first("assistant")):
        text.append(f" → {one_line(answer, width)}", style="dim")
    return text


def turns_of(example: Example | Broken, *, preview: bool = False) -> list[Turn]:
    """Return what the conversation shows for an example, or for a line that is none.

    The outputs of a preference pair are turns of its two sides, what differs marked in « ».
    A `preview` names no keys: those of the list do nothing in it.
    """
    if isinstance(example, Broken):
        why = f"not JSON: {example.reason}"
        edits = "" if preview else f"{key_hint('datasets.edit', 'edits it')} · "
        return [Turn("line", example.text, f"{edits}{why}")]
    turns = [_turn(message, example) for message in example.messages]
    if example.kind == "preference":
        return _with_sides(example, turns)
    return turns or [_without_messages(example, preview=preview)]


def _without_messages(example: Example, *, preview: bool) -> Turn:
    """Show the JSON of an example without messages, and say what it is."""
    from tui.core.formats.detection.foreign import foreign_format

    shown = json.dumps(dict(example.raw), ensure_ascii=False)
    found = foreign_format(example.raw)
    if found is None:
        edits = "" if preview else f"{key_hint('datasets.edit', 'edits the JSON')} · "
        return Turn("object", shown, f"{edits}no messages in it")
    looks, _, way = invitation(found).partition(": ")
    return Turn(looks, shown, "" if preview else way)


def settings_words(example: Example | Broken) -> str:
    """Return what an example has beside its messages: tools, parallel calls, other keys."""
    if isinstance(example, Broken):
        return ""
    words = []
    tools = setting(example, "tools")
    if isinstance(tools, list):
        words.append(plural(len(tools), "tool"))
    parallel = setting(example, "parallel_tool_calls")
    if parallel is not None:
        words.append("calls in parallel" if parallel else "calls one by one")
    if example.kind in {"chat", "preference"} and (others := other_keys(example.raw, EXAMPLE_KEYS)):
        words.append(f"also {', '.join(others)}")
    return one_line(" · ".join(words), 60)


def _turn(message: Message, example: Example) -> Turn:
    text = message.text
    if isinstance(message.raw, dict) and isinstance(message.raw.get("content"), list):
        parts = parts_of(message.raw["content"])
        text = "\n".join(f"[{p.words}]" if p.text is None else p.text for p in parts)
    lines = [text]
    lines += [f"→ calls {call.name}({call.arguments})" for call in message.tool_calls]
    if message.refusal:
        lines.append(f"refuses: {message.refusal}")
    others = other_keys(message.raw)
    return Turn(
        role=message.role,
        text="\n".join(line for line in lines if line) or "(empty)",
        remark=" · ".join(_remarks(message, example)),
        dim=message.role == "assistant" and message.weight == 0,
        note=f"also {', '.join(f'{k}: {one_line(str(v), 60)}' for k, v in others.items())}"
        if others
        else "",
    )


def _with_sides(example: Example, turns: list[Turn]) -> list[Turn]:
    """Mark in the two outputs what differs, answer by answer."""
    places = [message.place.section for message in example.messages]
    left = [i for i, section in enumerate(places) if section == "preferred_output"]
    right = [i for i, section in enumerate(places) if section == "non_preferred_output"]
    for one, other in zip_longest(left, right):
        texts = ("" if i is None else turns[i].text for i in (one, other))
        for at, made in zip((one, other), side_by_side(*texts), strict=True):
            if at is not None:
                turns[at] = replace(turns[at], text=made.text, side=made.side, marks=made.marks)
    return turns


def _remarks(message: Message, example: Example) -> list[str]:
    remarks = []
    if example.kind == "preference":
        remarks.append(_SECTIONS[message.place.section])
    if message.name:
        remarks.append(f"name {message.name}")
    if message.weight is not None:
        trained = "not trained" if message.weight == 0 else "trained"
        remarks.append(f"weight {message.weight}: {trained}")
    if message.tool_call_id:
        remarks.append(f"answers {message.tool_call_id}")
    return remarks


def issue_row(issue: Issue, width: int) -> Text:
    """Return one line for a problem: line number, severity, where, and what to do."""
    glyph, colour = SEVERITY[issue.severity]
    line = f"{issue.line:>5}" if issue.line else " file"
    text = Text(f"{line} ", style="dim")
    text.append(f"{glyph} ", style=f"bold {colour}")
    if issue.where:
        text.append(f"{one_line(issue.where, 40)}: ", style="bold")
    text.append(one_line(issue.message, width * 2))
    return text
