"""The panes of the Tokens mode: the report, or a list of examples, or why there is neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.commands import key_of
from tui.core.text.text import one_line
from tui.screens.tokens.report.fitting import put
from tui.widgets.charts.histogram import Histogram
from tui.widgets.line_view import Pane
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.text import Text
    from textual.app import ComposeResult

    from tui.core.tokens.distribution import Histogram as Bars
    from tui.widgets.charts.bars import Bar


def nothing_open() -> str:
    """Return what is said, with the keys in use."""
    return (
        f"No dataset is open. Press {key_of('app.mode_datasets')}, then "
        f"{key_of('datasets.open')} to open one, or {key_of('datasets.sample')} for "
        "the sample."
    )


class TokensView(Vertical):
    """Shows one of three things: a sentence, the report, or examples."""

    def __init__(self) -> None:
        super().__init__(id="tokens", classes="-waiting")
        self.first = Histogram(id="first", empty="No example to count.")
        self._second = Histogram(id="second", empty="No example to count.")
        self._second.can_focus = False  # it follows the cursor of the first
        self._charts = Pane(self.first, self._second, id="charts", classes="pane")
        self._figures = Static(id="figures")
        self._figures_pane = Pane(self._figures, id="figures-pane", classes="pane")
        self._facts = Static(id="facts")
        self.lines = RecordList(id="lines")
        self._lines_pane = Pane(self.lines, id="lines-pane", classes="pane")

    def compose(self) -> ComposeResult:
        """Lay out the sentence for when there is nothing, the report, and the list behind it."""
        yield Static(nothing_open(), id="state", markup=False)
        with Vertical(id="report"):
            with Horizontal(id="measures"):
                yield self._charts
                yield self._figures_pane
            yield self._facts
        yield self._lines_pane

    # -- which of the three ----------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Whether it shows a sentence."""
        return self.has_class("-waiting")

    def wait_with(self, sentence: str) -> None:
        """Show a sentence in place of all else."""
        self.query_one("#state", Static).update(one_line(sentence))
        self.remove_class("-listing")
        self.add_class("-waiting")

    @property
    def listing(self) -> bool:
        """Whether it shows examples."""
        return self.has_class("-listing")

    def list_examples(
        self, title: str, count: int, make: Callable[[int, int], Text], empty: str
    ) -> None:
        """Show a list of examples in place of the report."""
        self._lines_pane.border_title = title
        opened = not self.listing
        self.add_class("-listing")
        self.lines.show(count, make, empty=empty)
        if opened:
            self.lines.move_to(0)
            self.lines.focus()

    def close_list(self) -> bool:
        """Show the report in place of the list; return whether there was one."""
        was_listing = self.listing
        self.remove_class("-listing")
        if was_listing:
            self.first.focus()
        return was_listing

    # -- the report ------------------------------------------------------------------

    def show_bars(
        self, charts: Sequence[Bars], largest: float, unit: str, most: int, at: float | None
    ) -> None:
        """Draw one histogram or two; `at` puts their cursors on a number of tokens."""
        both = len(charts) > 1
        self.set_class(both, "-comparing")
        for histogram, letter, bars in zip((self.first, self._second), "AB", charts, strict=False):
            histogram.show(bars, largest, letter if both else "", unit, most)
        if at is not None:
            self.point_at(at)

    def show_figures(self, table: Text, facts: Text, *, partial: bool) -> None:
        """Show the figures; `partial` keeps the room they have, more will come."""
        put(self._figures, table, shrink=not partial)
        put(self._facts, facts, shrink=not partial)

    def label(self, charts: tuple[str, str], figures: str) -> None:
        """Write the titles on the frames."""
        self._charts.label(*charts)
        self._figures_pane.label(figures)

    def begin(self) -> bool:
        """Show the report in place of the sentence; return whether there was one."""
        was_waiting = self.waiting
        self.remove_class("-waiting")
        return was_waiting

    @property
    def bar(self) -> Bar | None:
        """The bar under the cursor."""
        return self.first.bar

    def point_at(self, tokens: float) -> None:
        """Put the cursors of both histograms on a number of tokens."""
        for chart in (self.first, self._second):
            chart.point_at(tokens)
