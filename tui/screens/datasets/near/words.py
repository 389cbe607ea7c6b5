"""Texts of the view of duplicates: titles, rows of groups and members, differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.dataset.example import Example, parse
from tui.core.near.example_text import message_text
from tui.core.text.text import one_line, plural, visible
from tui.core.text.word_diff import word_diff

if TYPE_CHECKING:
    from tui.core.near.groups import Group, Reason
    from tui.services.checks.near_finder import Kind, NearGroups

TITLES: dict[Kind, str] = {
    "same": "Exact duplicates",
    "near": "Near duplicates",
    "prompt": "Contradictions",
    "leak": "Leakage",
}
EMPTY: dict[Kind, str] = {
    "same": "No example stands\nhere twice.",
    "near": "No two examples are\nthat much alike.",
    "prompt": "No prompt is answered\nin two ways.",
    "leak": "The two files\nshare nothing.",
}
_REASONS: dict[Reason, str] = {"same": "equal", "prompt": "prompt", "near": ""}
# A longer text is compared up to here.
_SHOWN = 20_000


def title(found: NearGroups, groups: int, against: str) -> str:
    """Return the head of the view."""
    kind = found.question.kind
    share = f" from {percent(found.question.threshold or 1)} on" if kind == "near" else ""
    beside = f" against {against}" if kind == "leak" else ""
    return f"{TITLES[kind]}{share}{beside}: {plural(groups, 'group')}"


def group_row(group: Group, line: bytes, width: int) -> Text:
    """Return one line for a group: its size, how alike, and how its first example begins."""
    size = len(group.rows) + len(group.others)
    text = Text.assemble((f"{size:>3}× ", "bold"))
    reason = _REASONS[group.reason] if group.others else ""
    text.append(f"{reason or percent(group.least):>6} ")
    text.append(one_line(beginning(line), width), style="dim")
    return text


def member_row(label: str, alike: str, line: bytes, width: int) -> Text:
    """Return one line for a member: where it stands, how alike, and how it begins."""
    text = Text.assemble((f"{label:>9} ", "bold"))
    text.append(f"{alike:>6} ")
    text.append(one_line(beginning(line), width), style="dim")
    return text


def percent(share: float) -> str:
    """Return a similarity, never rounded up to one that it is not."""
    return f"{int(share * 100 + 1e-9)} %"


def beginning(line: bytes) -> str:
    """Return what the user says first in an example, or its text."""
    example = parse(line)
    if not isinstance(example, Example):
        return line[:400].decode("utf-8", "replace")
    return example.opening


def whole(line: bytes) -> str:
    """Return an example as text, message by message."""
    example = parse(line)
    if not isinstance(example, Example):
        return line[:_SHOWN].decode("utf-8", "replace")
    said = (f"{m.role}: {message_text(m)}" for m in example.messages)
    return "\n\n".join(said)[:_SHOWN]


def differences(old: bytes, new: bytes) -> Text:
    """Return a member's text with what differs from another's: [-gone-] and {+new+}."""
    text = Text()
    for piece in word_diff(whole(old), whole(new)):
        shown = visible(piece.text)
        if piece.kind == "same":
            text.append(shown)
        elif piece.kind == "gone":
            text.append(f"[-{shown}-]", style="red")
        else:
            text.append(f"{{+{shown}+}}", style="green")
    return text
