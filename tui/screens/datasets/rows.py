"""How examples, messages and problems are put into words for the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.example import Broken, Example, Message
from tui.core.text import one_line
from tui.widgets.conversation import Turn

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
    edited: bool,
    width: int,
    marked: bool = False,
) -> Text:
    """Return one line for an example: number, state, what the user says first, the answer."""
    glyph, colour = SEVERITY.get(worst or "", (" ", ""))
    text = Text(number, style="dim")
    text.append("▣" if marked else " ", style="bold")
    text.append(glyph, style=f"bold {colour}")
    text.append("*" if edited else " ", style="bold")
    if isinstance(example, Broken):
        blank = not example.text.strip()
        shown = "(blank line)" if blank else one_line(example.text, width)
        text.append(f" {shown}", style="italic")
        return text
    if width > 60:
        text.append(f" {len(example.messages):>2} msg", style="dim")
    first = example.first("user") or next((m.text for m in example.messages if m.text), "")
    text.append(f" {one_line(first, width)}")
    if width > 60 and (answer := example.first("assistant")):
        text.append(f" → {one_line(answer, width)}", style="dim")
    return text


def turns_of(example: Example | Broken) -> list[Turn]:
    """Return what the conversation shows for an example, or for a line that is none."""
    if isinstance(example, Broken):
        return [Turn("line", example.text, f"not JSON: {example.reason}; e edits it")]
    return [_turn(message, example) for message in example.messages] or [
        Turn("object", str(dict(example.raw)), "no messages in it; e edits the JSON")
    ]


def _turn(message: Message, example: Example) -> Turn:
    parts = [message.text]
    parts += [f"→ calls {call.name}({call.arguments})" for call in message.tool_calls]
    if message.refusal:
        parts.append(f"refuses: {message.refusal}")
    return Turn(
        role=message.role,
        text="\n".join(part for part in parts if part) or "(empty)",
        remark=" · ".join(_remarks(message, example)),
        dim=message.role == "assistant" and message.weight == 0,
    )


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
