"""The list of changes since the save, each example as it was and as it is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual import work
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.core.dataset.example import ALIASES, Example, parse
from tui.core.text import json_text
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.diff_view import diff_text
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tui.core.dataset.changed_rows import RowChange
    from tui.core.dataset.example import Message
    from tui.services.datasets import Snapshot

# A glyph and a word for each: readable without colour.
_WORDS = {"edited": "~ edited", "new": "+ new   ", "gone": "- gone  ", "moved": "> moved "}
# A line longer than this is compared by its beginning.
_LONGEST = 100_000
_OUTPUTS = frozenset({*ALIASES, *ALIASES.values()})


@dataclass(frozen=True, slots=True)
class ChosenChange:
    """What to do about a change: go to the example, or put it back as it was saved."""

    change: RowChange
    what: Literal["jump", "back"]


class ChangesDialog(Dialog[ChosenChange]):
    """Lists what changed since the save, with a word diff of the change under the cursor."""

    DEFAULT_CSS = """
    ChangesDialog {
        & > .dialog { width: 96%; height: 94%; }
        & RecordList { height: 1fr; max-height: 8; }
        & VerticalScroll { height: 2fr; border-top: dashed $surface-lighten-2; }
        & .keys { margin: 0; }
    }
    """
    WHERE = "changes"
    CHOSEN = "changes.go"

    def __init__(self, changes: Sequence[RowChange], saved: Snapshot, now: Snapshot) -> None:
        super().__init__(f"{plural(len(changes), 'example')} changed since the save")
        self._changes, self._saved, self._now = changes, saved, now

    def compose_content(self) -> ComposeResult:
        """Lay out the list, the diff and the keys."""
        yield RecordList(id="changes", empty="Nothing has changed since the save.")
        with VerticalScroll(can_focus=False):
            yield Static(id="change", markup=False)
        yield self.key_hints(cancel="leaves")

    def on_mount(self) -> None:
        """Show the list with the first change."""
        listing = self.query_one(RecordList)
        listing.show(len(self._changes), self._row)
        listing.focus()
        self._show()

    def _row(self, row: int, width: int) -> Text:
        change = self._changes[row]
        was, line = self._lines(change)
        number = change.now if change.now is not None else change.before
        text = Text.assemble((f"{_WORDS[change.what]} {(number or 0) + 1:>6} ", "bold"))
        if change.what == "moved":
            text.append(f"from {(change.before or 0) + 1}: ", style="dim")
        text.append(one_line(_first_words(line or was), width))
        return text

    def _lines(self, change: RowChange) -> tuple[bytes, bytes]:
        was = b"" if change.before is None else self._saved[change.before]
        line = b"" if change.now is None else self._now[change.now]
        return was, line

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Show the change under the cursor."""
        event.stop()
        self._show()

    @work(group="diff", exclusive=True, exit_on_error=False, description="compare an example")
    async def _show(self) -> None:
        if not self._changes:
            return
        was, line = self._lines(self._changes[self.query_one(RecordList).cursor])
        text = await asyncio.to_thread(change_text, was, line)
        self.query_one("#change", Static).update(text)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    @handles("changes.scroll_up", "changes.scroll_down")
    def scroll_diff(self, command_id: str) -> None:
        """Scroll the diff while the list keeps the focus."""
        by = -5 if command_id == "changes.scroll_up" else 5
        self.scroll_part(self.query_one(VerticalScroll), by)

    @handles("changes.go")
    def go(self) -> None:
        """Go to the example under the cursor."""
        self._answer("jump")

    @handles("changes.put_back")
    def put_back(self) -> None:
        """Put the example back as it was saved."""
        self._answer("back")

    def _answer(self, what: Literal["jump", "back"]) -> None:
        if not self._changes:
            self.nothing_listed()
        else:
            self.dismiss(ChosenChange(self._changes[self.query_one(RecordList).cursor], what))


def change_text(was: bytes, line: bytes) -> Text:
    """Return two states of an example as one text with what differs marked, message by message."""
    return diff_text(_laid_out(was), _laid_out(line))


def _laid_out(line: bytes) -> str:
    """Return an example as a person reads it; what is not shown so as JSON below it."""
    text = line[:_LONGEST].decode("utf-8", "replace")
    if len(line) > _LONGEST:
        return text
    example = parse(line)
    if not isinstance(example, Example):
        return text
    if not example.messages or example.kind == "completion":
        return json_text.pretty(text)
    found = [_message_text(message) for message in example.messages]
    inner = example.raw.get("input")
    rest = {k: v for k, v in example.raw.items() if k not in {"messages", "input", *_OUTPUTS}}
    rest |= {k: v for k, v in (inner if isinstance(inner, dict) else {}).items() if k != "messages"}
    if rest:
        found.append(json_text.pretty(json.dumps(rest, ensure_ascii=False)))
    return "\n\n".join(found)


def _message_text(message: Message) -> str:
    raw = message.raw if isinstance(message.raw, dict) else {}
    rest = {k: v for k, v in raw.items() if k not in {"role", "content"}}
    section = message.place.section.replace("messages", "").replace("input", "prompt")
    head = f"{message.role} {section}".strip()
    lines = [f"{head}:", message.text]
    if rest:
        lines.append(json.dumps(rest, ensure_ascii=False))
    return "\n".join(lines)


def _first_words(line: bytes) -> str:
    example = parse(line) if len(line) <= _LONGEST else None
    if isinstance(example, Example):
        return example.opening
    return line[:200].decode("utf-8", "replace")
