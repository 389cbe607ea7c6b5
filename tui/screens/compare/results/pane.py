"""The results pane: the summary of a run on top, and one row a prompt below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widgets import Static

from tui.commands import key_hint, key_of
from tui.core.compare.document import summary_table
from tui.core.compare.listing import ORDERS, SHOWN, value_words
from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural
from tui.widgets.line_view import Pane
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tui.core.compare.listing import PromptRow
    from tui.core.compare.plan import Plan
    from tui.core.compare.table import HeadToHead, Summary
    from tui.screens.compare.results.state import RunSummary, ShownRun


def no_results() -> str:
    """Return what is said before there are results."""
    asks, earlier = key_of("compare.run"), key_of("compare.earlier")
    return (
        "No results yet.\n\n"
        f"  {asks}  ask every prompt of a dataset    {earlier}  open an earlier run"
    )


_LINE = 6
_CELL = 14
MOST_VERSUS = 4


class ResultsPane(Pane):
    """The run that is looked at. Texts of the models are shown as text, whatever they hold."""

    DEFAULT_CSS = """
    ResultsPane {
        height: 1fr;
        & > #results-sum {
            height: auto; max-height: 12; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > #results-verdict { height: auto; max-height: 5; padding: 0 1; text-style: bold; }
        & > #results-head { height: 1; color: $text-muted; }
        & > RecordList { height: 1fr; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="results-pane", classes="pane")
        self.list = RecordList(id="results", empty=no_results())
        self._sum = Static("", id="results-sum", markup=False)
        self._verdict = Static("", id="results-verdict", markup=False)
        self._head = Static("", id="results-head", markup=False)
        self._looked_at: ShownRun | None = None
        self.rows: list[PromptRow] = []
        self._summaries: Sequence[Summary] = ()
        self._wanted: int | None = None  # the line to begin at
        self._at_top = False  # whether the cursor begins at the top the next time

    def compose(self) -> ComposeResult:
        """Lay out the sums, the verdict, the columns' names and the rows."""
        yield self._sum
        yield self._verdict
        yield self._head
        yield self.list

    def forget_cursor(self) -> None:
        """Begin at the top the next time, whatever prompt stands there."""
        self._at_top = True

    def look_for(self, line: int) -> None:
        """Begin at the prompt of a line the next time."""
        self._wanted = line

    @property
    def current(self) -> PromptRow | None:
        """The prompt under the cursor."""
        at = self.list.cursor
        return self.rows[at] if at < len(self.rows) else None

    def show_run(self, looked_at: ShownRun | None, sums: RunSummary) -> None:
        """Show a run as far as it is, the cursor on the same prompt as before."""
        before = self.current
        self._looked_at = looked_at
        for part in (self._sum, self._verdict, self._head):
            part.display = looked_at is not None
        self.rows = [*sums.rows]
        empty = no_results() if looked_at is None else _empty(looked_at)
        self.list.show(len(self.rows), self._row, empty=empty)
        lines = [row.prompt.line for row in self.rows]
        wanted, self._wanted = self._wanted, None
        if wanted in lines:
            self.list.move_to(lines.index(wanted))
        elif self._at_top:
            self.list.move_to(0)
        elif before is not None and before.prompt.line in lines:
            self.list.move_to(lines.index(before.prompt.line))
        self._at_top = False
        if looked_at is None:
            self.label("Results")
            return
        self.label(*_titles(looked_at))
        self._summaries = sums.summaries
        self._show_sums()
        self._verdict.update("\n".join(_verdicts(looked_at, sums.versus)))
        self._show_head()

    def on_resize(self) -> None:
        """Fit the columns to a new width."""
        self.call_after_refresh(self._show_head)
        self.call_after_refresh(self._show_sums)

    def _show_sums(self) -> None:
        if self._looked_at is not None:
            width = max(self.size.width - 5, 20)
            self._sum.update(_sums(self._looked_at, self._summaries, width))

    def _show_head(self) -> None:
        if self._looked_at is None:
            return
        width, names = self.list.scrollable_content_region.width, self._looked_at.names
        cell = _cell_width(width, len(names))
        text = set_cell_size(f"{'line':>{_LINE - 1}} prompt", _title_width(width, len(names)))
        text += "".join(_right(_short(name, cell - 1), cell) for name in names)
        self._head.update(text)

    def _row(self, at: int, width: int) -> Text:
        assert self._looked_at is not None
        row, names = self.rows[at], self._looked_at.names
        measure, slow = self._looked_at.listing.measure, self._looked_at.listing.order == "slowest"
        cell = _cell_width(width, len(names))
        title = f"{row.prompt.line:>{_LINE - 1}} {one_line(row.prompt.title, 200)}"
        text = Text(title, no_wrap=True)
        room = _title_width(width, len(names))
        text.truncate(room - 1, overflow="ellipsis")  # a gap before the first value
        text.append(" " * (room - text.cell_len))
        for name in names:
            answers = row.answers.get(name, [])
            failed = any(one.error is not None for one in answers)
            words = "" if not answers else value_words(row.value(name, measure), measure)
            seconds = row.latency(name)
            if seconds is not None and (slow or words == "–"):
                words = f"{words} {seconds:.1f} s" if words != "–" else f"{seconds:.1f} s"
            if failed:
                words = f"{words} failed".strip("– ")
            text.append(_right(words, cell), style="bold red" if failed else "")
        return text


def _empty(looked_at: ShownRun) -> str:
    if not looked_at.answered:
        return "No answer has come yet."
    return f"No prompt to show. {key_hint('compare.filter', 'shows')} others."


def _title_width(width: int, columns: int) -> int:
    return max(width - columns * _cell_width(width, columns), _LINE + 8)


def _cell_width(width: int, columns: int) -> int:
    return max(8, min(_CELL, (width - _LINE - 16) // max(columns, 1)))


def _right(text: str, width: int) -> str:
    """Return a text at the right of its cells, as numbers stand below each other."""
    return set_cell_size(" " * (width - cell_len(text)) + text, width)


def _short(name: str, width: int) -> str:
    """Return a name's end where there is no room for all of it: the beginning is common."""
    flat = one_line(name, 100)
    return flat if len(flat) <= width else f"…{flat[-(width - 1) :]}"


def _titles(looked_at: ShownRun) -> tuple[str, str]:
    plan, listing = looked_at.plan, looked_at.listing
    prompts = plural(len(plan.prompts), "prompt")
    title = f"{_kind(plan)} {looked_at.id} · {path_line(plan.source, 40)} · {prompts}"
    if plan.repeats > 1:
        title += f" × {plan.repeats}"
    told = [listing.measure, ORDERS[listing.order]]
    if listing.shown != "all":
        told.append(SHOWN[listing.shown])
    return title.replace("[", r"\["), " · ".join(told)


def _sums(looked_at: ShownRun, found: Sequence[Summary], width: int) -> Text:
    head, rows = summary_table(found)
    if not any(one.failed for one in found):
        head, rows = head[:-1], [row[:-1] for row in rows]
    lines = [head, *rows]
    widths = [max(len(one_line(row[i], 30)) for row in lines) for i in range(len(head))]
    widths[0] = max(10, min(40, width - sum(widths[1:]) - 2 * (len(head) - 1)))
    widths[0] = min(widths[0], max(len(row[0]) for row in lines))
    text = Text(no_wrap=True, overflow="ellipsis")
    for number, row in enumerate(lines):
        names = _short(row[0], widths[0])
        cells = [names.ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]
        text.append("  ".join(cells) + "\n", style="dim" if number == 0 else "")
    if looked_at.missing:
        how = (
            "asking …"
            if looked_at.asking
            else f"{looked_at.stopped or 'not finished'}; {key_hint('compare.stop', 'goes')} on"
        )
        text.append(f"{looked_at.answered:,} of {looked_at.plan.size:,} answers · {how}\n")
    if looked_at.judging:
        text.append(f"judging: {looked_at.judging}")
    text.rstrip()
    return text


def _verdicts(looked_at: ShownRun, versus: Sequence[HeadToHead]) -> list[str]:
    """Return the paired results of the measure looked at; the first model is the base."""
    measure = looked_at.listing.measure
    mine = [one for one in versus if one.measure == measure]
    base = looked_at.names[0] if looked_at.names else ""
    found = [
        f"{_short(one.b, 40)} against {_short(one.a, 40)}, {measure}: {_turned(one)}"
        for one in mine
        if one.a == base
    ]
    return found[:MOST_VERSUS]


def _turned(one: HeadToHead) -> str:
    from tui.core.compare.paired import PairedResult

    result = one.result
    return PairedResult(result.losses, result.wins, result.ties).words


def _kind(plan: Plan) -> str:
    return "Recording" if plan.records else "Run"
