"""Two datasets compared by example: the list of changes, and one of them word by word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.core.dataset.example import Example, parse
from tui.core.text.text import one_line, visible
from tui.core.text.word_diff import word_diff
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.core.dataset.diff import DatasetDiff, Difference
    from tui.core.dataset.lines import Lines

_MARKS = {
    "added": ("+", "green"),
    "removed": ("-", "red"),
    "changed": ("~", "yellow"),
    "moved": (">", "cyan"),
}
_SHOWN = 20_000


class DiffDialog(Dialog[int]):
    """Shows the changes; answers with a position in the newer dataset to go to."""

    DEFAULT_CSS = """
    DiffDialog > .dialog { width: 110; max-width: 96%; height: 94%; }
    DiffDialog RecordList { height: 8; }
    DiffDialog VerticalScroll { height: 1fr; border-top: solid $surface-lighten-2; }
    DiffDialog .after { height: auto; }
    """
    WHERE = "diff"
    CHOSEN = "diff.go"

    def __init__(self, title: str, found: DatasetDiff, before: Lines, after: Lines) -> None:
        super().__init__(title)
        self._found, self._before, self._after = found, before, after

    def compose_content(self) -> ComposeResult:
        """Lay out the counts, the list and the change under the cursor."""
        yield Static(self._found.words, classes="facts", markup=False)
        yield RecordList(id="changes", empty="Nothing differs.")
        with VerticalScroll():
            yield Static(classes="after", markup=False)
        yield self.key_hints(up="changes", down="changes", next="scrolls below", cancel="closes")

    def on_mount(self) -> None:
        """Show the first change."""
        self.query_one(RecordList).show(len(self._found.changes), self._row)
        self.query_one(RecordList).focus()
        self._show()

    def _row(self, row: int, width: int) -> Text:
        change = self._found.changes[row]
        mark, colour = _MARKS[change.kind]
        text = Text.assemble((f"{mark} {change.kind:<8}", colour))
        places = [f"{at + 1:,}" for at in (change.before, change.after) if at is not None]
        text.append(f"{' → '.join(places):<12} ", style="dim")
        text.append(one_line(self._first_words(change), width))
        return text

    def _first_words(self, change: Difference) -> str:
        if change.after is not None:
            line = self._after[change.after]
        else:
            line = self._before[change.before or 0]
        example = parse(line)
        if isinstance(example, Example) and example.messages:
            return example.first("user") or example.messages[0].text
        return line[:400].decode("utf-8", "replace")

    def on_record_list_moved(self) -> None:
        """Show the change under the cursor."""
        self._show()

    def _show(self) -> None:
        changes = self._found.changes
        if not changes:
            return
        change = changes[self.query_one(RecordList).cursor]
        old = "" if change.before is None else _written(self._before[change.before])
        new = "" if change.after is None else _written(self._after[change.after])
        self.query_one(".after", Static).update(_marked(old, new))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    @handles("diff.go")
    def go(self) -> None:
        """Go to the example, if the newer dataset has it."""
        at = self.query_one(RecordList).cursor
        after = self._found.changes[at].after if self._found.changes else None
        if after is not None:
            self.dismiss(after)
        elif self._found.changes:
            self.notify("The newer dataset has no such example to go to", timeout=3)
        else:
            self.nothing_listed()


def _written(line: bytes) -> str:
    """Return an example as text: its messages, and what else it has."""
    example = parse(line)
    if not isinstance(example, Example) or not example.messages:
        return visible(line[:_SHOWN].decode("utf-8", "replace"))
    parts = []
    for message in example.messages:
        parts.append(f"{message.role}: {message.text}")
        if message.weight is not None:
            parts.append(f"  weight {message.weight}")
        parts += [f"  calls {call.name}({call.arguments})" for call in message.tool_calls]
    extra = {k: v for k, v in example.raw.items() if k in {"tools", "parallel_tool_calls"}}
    if extra:
        parts.append(str(extra))
    return visible("\n".join(parts)[:_SHOWN])


def _marked(old: str, new: str) -> Text:
    text = Text()
    for piece in word_diff(old, new):
        if piece.kind == "same":
            text.append(piece.text)
        elif piece.kind == "gone":
            text.append(f"[-{piece.text}-]", "red strike")
        else:
            text.append(f"{{+{piece.text}+}}", "bold green")
    return text
