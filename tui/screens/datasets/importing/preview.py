"""The preview of a conversion before anything is written: examples, dropped rows, remarks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import ContentSwitcher, Static

from tui.commands import command, key_of
from tui.core.dataset.example import parse
from tui.core.text.text import one_line, plural, visible
from tui.dispatch import handles
from tui.screens.datasets.importing.option_words import on_screen
from tui.screens.datasets.panes.example_text import turns_of
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.path import short_path
from tui.screens.dialogs.target import ask_target
from tui.screens.reporting import failure_of
from tui.widgets.conversation import Conversation
from tui.widgets.nothing_to_do import at_end
from tui.widgets.record_list import RecordList
from tui.widgets.turn_block import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tui.core.formats import ConvertedRows

SHOWN = 50  # examples that can be looked through
VIEWS = ("examples", "dropped", "remarks")
_OFFERED = (
    "write",
    "append",
    "format",
    "rows",
    "columns",
    "encoding",
)  # what it may be asked to offer


class ConversionPreview(Dialog[str]):
    """Answers with the word of the action chosen.

    `actions` are (word, title), each a command of this dialog by its name; the first one is also
    done by enter. Nothing has been written yet when it closes, but for a list of the dropped rows
    when that was asked for.
    """

    DEFAULT_CSS = """
    ConversionPreview > .dialog { width: 100; max-width: 96%; height: 94%; }
    ConversionPreview .facts { height: auto; max-height: 5; }
    ConversionPreview .views { height: 1; margin: 1 0 0 0; }
    ConversionPreview ContentSwitcher { height: 1fr; }
    ConversionPreview .detail { height: auto; max-height: 4; color: $text-muted; }
    ConversionPreview .keys { height: auto; margin: 0; }
    """
    WHERE = "conversion"

    def __init__(
        self,
        title: str,
        facts: Sequence[str],
        converted: ConvertedRows,
        actions: Sequence[tuple[str, str]],
        *,
        foreign: bool = False,
    ) -> None:
        super().__init__(title)
        self._facts, self._converted = list(facts), converted
        self._actions = dict(actions)
        self._first = next(iter(self._actions))
        self._foreign = foreign  # the lines are no OpenAI examples: shown as they are
        self._at = 0
        self._view = 0 if converted.lines or not converted.dropped else 1

    def compose_content(self) -> ComposeResult:
        """Lay out the counts, the three views and the keys."""
        yield Static(visible("\n".join(self._facts)), classes="facts", markup=False)
        yield Static(classes="views", markup=False)
        with ContentSwitcher(initial=VIEWS[self._view]):
            yield Conversation(id="examples", empty="No row could be converted.")
            yield RecordList(id="dropped", empty="No row was dropped.")
            yield RecordList(id="remarks", empty="Nothing was changed or left out.")
        yield Static(classes="detail", markup=False)
        words: dict[str, str | None] = {**self._actions, self._first: None}
        yield self.key_hints(**words, go_on=self._actions[self._first], cancel="leaves")

    def on_mount(self) -> None:
        """Fill the views."""
        self.query_one("#dropped", RecordList).show(len(self._converted.dropped), self._dropped)
        self.query_one("#remarks", RecordList).show(len(self._converted.remarks), self._remark)
        self._show_example()
        self._show_view()

    def _dropped(self, row: int, width: int) -> Text:
        one = self._converted.dropped[row]
        text = Text("✗ ", style="bold red")
        text.append(one_line(one.where, width))
        text.append(f"  {one_line(on_screen(one.reason), width)}")
        text.append(f"  {one_line(one.excerpt, width)}", style="dim")
        return text

    def _remark(self, row: int, width: int) -> Text:
        one = self._converted.remarks[row]
        text = f"· {on_screen(one.text)}, in {plural(one.count, 'row')}, first in {one.first}"
        return Text(one_line(f"{text}: {one.example}" if one.example else text, width))

    def _show_example(self) -> None:
        lines = self._converted.lines
        if not lines:
            return
        line = lines[self._at]
        turns = turns_of(parse(line), preview=True)
        if self._foreign:
            turns = [Turn("line", line.decode("utf-8", "replace"))]
        self.query_one(Conversation).show(turns, cursor=0)

    def _say(self) -> None:
        made = self._converted
        keys = f"{key_of('conversion.previous')} {key_of('conversion.next')}"
        count = plural(len(made.lines), "example")
        titles = (
            f"{min(self._at + 1, len(made.lines)):,} of {count} ({keys})",
            f"{len(made.dropped):,} dropped",
            plural(len(made.remarks), "remark"),
        )
        shown = [f"[{t}]" if n == self._view else f" {t} " for n, t in enumerate(titles)]
        self.query_one(".views", Static).update("  ".join(shown))
        detail = ""
        if VIEWS[self._view] == "dropped" and made.dropped:
            one = made.dropped[self.query_one("#dropped", RecordList).cursor]
            detail = f"{one.where}: {on_screen(one.reason)}\n{one.excerpt}"
        self.query_one(".detail", Static).update(visible(detail))

    def available(self, command_id: str) -> bool:
        """Return whether it can be done: not what was not offered, nor is there always a loss."""
        name = command(command_id).name
        if name in {"next", "previous"}:
            return VIEWS[self._view] == "examples"
        if name == "write_lost":
            return bool(self._converted.dropped or self._converted.left)
        return name not in _OFFERED or name in self._actions

    @handles("conversion.next_view", "conversion.previous_view")
    def switch_view(self, command_id: str) -> None:
        """Look at the examples, the dropped rows, or the remarks."""
        step = 1 if command_id == "conversion.next_view" else -1
        self._view = (self._view + step) % len(VIEWS)
        self._show_view()

    def _show_view(self) -> None:
        self.query_one(ContentSwitcher).current = VIEWS[self._view]
        self.query_one(f"#{VIEWS[self._view]}").focus()
        self._say()

    @handles("conversion.next", "conversion.previous")
    def step(self, command_id: str) -> None:
        """Show the next example, or the one before."""
        last = min(len(self._converted.lines), SHOWN) - 1
        step = 1 if command_id == "conversion.next" else -1
        before, self._at = self._at, max(0, min(self._at + step, last))
        if self._at == before:
            self.on_nothing_to_do(at_end("example", before, last + 1))
        self._show_example()
        self._say()

    def on_record_list_moved(self) -> None:
        """Say all of the row under the cursor."""
        self._say()

    @handles("conversion.go_on", *(f"conversion.{name}" for name in _OFFERED))
    def answer(self, command_id: str) -> None:
        """Answer, if there is something to go on with."""
        name = command(command_id).name
        word = self._first if name == "go_on" else name
        if self._converted.lines or word not in {"write", "append"}:
            self.dismiss(word)

    @handles("conversion.write_lost", group="dropped")
    async def write_lost(self) -> None:
        """Write the dropped rows with their reasons, and what was left out of others, to a file."""
        from tui.services.transfer.importing import write_dropped

        path = await ask_target(self.app, "Write what is lost to", "dropped.jsonl")
        if path is not None:
            await asyncio.to_thread(write_dropped, path, self._converted)
            self.notify(f"Wrote {short_path(path)}", markup=False, timeout=3)

    def show_error(self, error: BaseException) -> None:
        """Say why a list could not be written."""
        self.query_one(".detail", Static).update(visible(failure_of(error).as_text()))
