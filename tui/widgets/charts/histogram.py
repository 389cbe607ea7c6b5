"""A histogram drawn in eighth blocks, with a cursor on its bars that says what each holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Offset, Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.core.text.text import figure
from tui.widgets.charts.bars import Bar, bars_of, in_short, in_words
from tui.widgets.nothing_to_do import NothingToDo, at_end

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

    from tui.core.tokens import distribution

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_LEAST_BAR, _WIDEST_BAR = 2, 6
# Below this height what the cursor is on is told in one line, and the bars get the other.
_ROOMY = 8


class Histogram(Widget, can_focus=True):
    """Bars over an axis; the cursor is marked ▲, bars over the limit are hatched."""

    PLACES = ("bars",)
    DEFAULT_CSS = """
    Histogram {
        height: 1fr; min-height: 5;
        & > .histogram--bar { color: $primary; }
        & > .histogram--over { color: $error; }
        & > .histogram--cursor { color: $accent; text-style: bold; }
        & > .histogram--limit { color: $text-error; }
        & > .histogram--axis { color: $text-muted; }
        & > .histogram--told { color: $text; }
        &:focus > .histogram--told { text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "histogram--bar",
        "histogram--over",
        "histogram--cursor",
        "histogram--limit",
        "histogram--axis",
        "histogram--told",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Left", show=False, id="bars.left"),
        Binding("right,l", "move(1)", "Right", show=False, id="bars.right"),
        Binding("pageup", "move(-5)", "Five left", show=False, id="bars.five_left"),
        Binding("pagedown", "move(5)", "Five right", show=False, id="bars.five_right"),
        Binding("home,g", "move(-1000000)", "First", show=False, id="bars.first"),
        Binding("end,G", "move(1000000)", "Last", show=False, id="bars.last"),
        Binding("enter", "choose", "List", show=False, id="bars.choose"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Moved(Message):
        """A person has moved the cursor; `point_at` tells nobody."""

        histogram: Histogram
        bar: Bar

        @property
        def control(self) -> Histogram:
            """The histogram it happened in."""
            return self.histogram

    @dataclass
    class Chosen(Message):
        """Enter was pressed, or the bar under the cursor clicked."""

        histogram: Histogram
        bar: Bar

        @property
        def control(self) -> Histogram:
            """The histogram it happened in."""
            return self.histogram

    def __init__(
        self,
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._label, self._unit, self._empty = "", "token", empty
        self._histogram: distribution.Histogram | None = None
        self._total = 0
        self._largest: float = 0
        self._bars: tuple[Bar, ...] = ()
        self._lines: dict[int, Strip] = {}  # of the bars, by row; only the cursor's bar is added
        self._value: float = 0  # what the cursor is on, whatever the width makes of the bars

    # -- what is shown ---------------------------------------------------------------

    def show(
        self,
        histogram: distribution.Histogram,
        largest: float,
        label: str = "",
        unit: str = "",
        most: int = 0,
    ) -> None:
        """Show bins; the cursor stays on the values it was on.

        `largest` is the greatest value there is. `label`, such as "A", tells two histograms
        apart; `unit` is what is measured, in the singular, when it is another than before.
        `most` is the largest count of those drawn over one axis, so that their bars line up.
        """
        self._unit = unit or self._unit
        self._histogram, self._largest, self._label = histogram, largest, label
        self._total = max(most, sum(each.count for each in histogram.bins))
        self._draw_anew()

    @property
    def bar(self) -> Bar | None:
        """The bar under the cursor."""
        return self._bars[self.cursor] if self.cursor < len(self._bars) else None

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars as they are drawn at this width."""
        return self._bars

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where it says what the cursor is on, for the terminal's own cursor."""
        told = self._plot_height + 2 if self._bars else 0
        return self.content_region.offset + Offset(0, told)

    @property
    def told(self) -> tuple[str, str]:
        """What the cursor is on, in words: range, count and share; then all up to here."""
        if (bar := self.bar) is None:
            return "", ""
        return in_words(bar, self._bars[-1].up_to, self._unit)

    @property
    def told_shortly(self) -> str:
        """The same in one line, with fewer words where it is narrow."""
        if (bar := self.bar) is None:
            return self._label
        return in_short(bar, self._bars[-1].up_to, self._label, self.size.width)

    def point_at(self, value: float) -> None:
        """Put the cursor on the bar that holds a value, or on the nearest."""
        self._value = value
        self.cursor = self._bar_at(value)

    def _bar_at(self, value: float) -> int:
        return max(0, sum(bar.first <= value for bar in self._bars) - 1)

    def _go(self, at: int) -> None:
        if self._bars:
            bar = self._bars[max(0, min(at, len(self._bars) - 1))]
            self.point_at(bar.first)
            self.post_message(self.Moved(self, bar))

    def notify_style_update(self) -> None:
        """Redraw the bars in other colours."""
        super().notify_style_update()
        self._lines.clear()

    def on_resize(self) -> None:
        """Draw as many bars as the new width takes."""
        self._draw_anew()

    def _draw_anew(self) -> None:
        if self._histogram is None or not self.size.width:
            return  # bars for a width that nobody knows yet would be painted twice
        most = max(1, self._plot_width // _LEAST_BAR)
        self._bars = bars_of(self._histogram, most, self._largest)
        self.cursor = self._bar_at(self._value)
        self._lines.clear()
        self.refresh()

    # -- measures --------------------------------------------------------------------

    @property
    def _told_rows(self) -> int:
        return 2 if self.size.height >= _ROOMY else 1

    @property
    def _plot_height(self) -> int:
        return max(1, self.size.height - 2 - self._told_rows)

    @property
    def _gutter(self) -> int:
        # The whole count fits in any bar, so this width does not change with the bars.
        return len(f"{self._total:,}") + 1

    @property
    def _plot_width(self) -> int:
        return max(1, self.size.width - self._gutter)

    @property
    def _bar_width(self) -> int:
        return max(1, min(_WIDEST_BAR, self._plot_width // max(1, len(self._bars))))

    def _column(self, value: float) -> int | None:
        """Return the column (0-based, within the plot) of a value; None beyond the bars."""
        if not self._bars or not self._bars[0].first <= value < self._bars[-1].last:
            return None
        at = self._bar_at(value)
        bar = self._bars[at]
        # Bars need not be equally wide: what counts is how far it is into its own.
        part = (value - bar.first + 1) / max(bar.last - bar.first + 1, 1)
        column = int((at + min(part, 1)) * self._bar_width)
        between = self._bar_width > _LEAST_BAR and column % self._bar_width == 0
        return column - between  # between two bars it stands in the gap, where nothing hides it

    # -- drawing ---------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line: bars, then the axis, its ends, and what the cursor is on."""
        plot = self._plot_height
        if not self._bars:
            return self._words(self._empty if y == 0 else "", "axis")
        if y < plot:
            return self._plot_line(y, plot)
        if y == plot:
            return self._axis_line()
        if y == plot + 1:
            return self._ends_line()
        if self._told_rows == 1:
            return self._words(self.told_shortly, "told")
        return self._words(self.told[min(y - plot - 2, 1)], "told")

    def _plot_line(self, y: int, plot: int) -> Strip:
        if y not in self._lines:
            self._lines[y] = self._bars_line(y, plot)
        line, width = self._lines[y], self._bar_width
        start = self._gutter + self.cursor * width
        bar = line.crop(start, start + width).text
        style = self.get_component_rich_style("histogram--cursor")
        return Strip([*line.crop(0, start), Segment(bar, style), *line.crop(start + width)])

    def _bars_line(self, y: int, plot: int) -> Strip:
        """Draw one line of all bars, as they are without the cursor."""
        highest = max(bar.count for bar in self._bars) or 1
        width, gutter = self._bar_width, self._gutter
        mark = f"{highest:,}" if y == 0 else ""
        cells: list[tuple[str, str]] = [(c, "axis") for c in f"{mark:>{gutter - 1}}│"]
        for bar in self._bars:
            eighths = -(-bar.count * plot * 8 // highest)
            glyph = _EIGHTHS[max(0, min(8, eighths - (plot - 1 - y) * 8))]
            over = self._is_over(bar)
            kind = "over" if over else "bar"
            glyph = "▒" if over and glyph == "█" else glyph
            gap = 1 if width > _LEAST_BAR else 0
            cells += [(glyph, kind)] * (width - gap) + [(" ", kind)] * gap
        limit = self._limit_column
        if limit is not None and limit + gutter < len(cells) and cells[limit + gutter][0] == " ":
            cells[limit + gutter] = ("┊", "limit")
        return self._strip(cells)

    def _is_over(self, bar: Bar) -> bool:
        limit = self._histogram.limit if self._histogram else None
        return limit is not None and bar.first > limit

    @property
    def _limit_column(self) -> int | None:
        limit = self._histogram.limit if self._histogram else None
        return None if limit is None else self._column(limit)

    def _axis_line(self) -> Strip:
        width, gutter = self._bar_width, self._gutter
        cells = [(c, "axis") for c in f"{'0':>{gutter - 1}}└" + "─" * width * len(self._bars)]
        if (limit := self._limit_column) is not None and limit + gutter < len(cells):
            cells[limit + gutter] = ("┼", "limit")
        start = gutter + self.cursor * width
        for column in range(start, min(start + max(1, width - (width > _LEAST_BAR)), len(cells))):
            cells[column] = ("▲", "cursor")
        return self._strip(cells)

    def _ends_line(self) -> Strip:
        low, high = figure(self._bars[0].first), figure(self._bars[-1].last)
        used = self._bar_width * len(self._bars)
        ends = low + high.rjust(max(used - len(low), len(high) + 1))
        return self._words(" " * self._gutter + self._with_limit(ends, len(low), len(high)), "axis")

    def _with_limit(self, ends: str, low: int, high: int) -> str:
        """Write the limit into the line of the axis' ends: at its place, or as near as it fits."""
        limit = self._histogram.limit if self._histogram else None
        if limit is None:
            return ends
        words, column = f"limit {figure(limit)}", self._limit_column
        if column is None:
            words = f"◂ {words}" if limit < self._bars[0].first else f"{words} ▸"
            if len(ends) + 2 + len(words) <= self._plot_width:
                return f"{ends}  {words}"
            column = 0 if words.startswith("◂") else len(ends)
        first, last = low + 1, len(ends) - high - 1 - len(words)
        if first > last:
            return f"{ends}  {words}"
        at = max(first, min(column - len(words) // 2, last))
        return ends[:at] + words + ends[at + len(words) :]

    def _words(self, text: str, kind: str) -> Strip:
        return self._strip([(text, kind)])

    def _strip(self, cells: list[tuple[str, str]]) -> Strip:
        segments = []
        for kind, group in groupby(cells, key=lambda cell: cell[1]):
            style = self.get_component_rich_style(f"histogram--{kind}")
            segments.append(Segment("".join(cell[0] for cell in group), style))
        # An empty style, for the background comes with the frame around it; but a style there
        # must be: what takes the colours out under NO_COLOR looks into every one.
        return Strip(segments).adjust_cell_length(self.size.width, Style.null())

    # -- the cursor ------------------------------------------------------------------

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the two bars concerned, the axis and the words; nothing else changes."""
        plot, width = self._plot_height, self._bar_width
        regions = [Region(self._gutter + at * width, 0, width, plot + 1) for at in (before, after)]
        self.refresh(*regions, Region(0, plot + 2, self.size.width, self._told_rows))

    def action_move(self, by: int) -> None:
        """Move the cursor by some bars."""
        before = self.cursor
        self._go(before + by)
        if not self._bars:
            self.post_message(NothingToDo(" ".join(self._empty.split())))
        elif self.cursor == before:
            self.post_message(at_end("bar", before, len(self._bars)))

    def action_choose(self) -> None:
        """Report the bar under the cursor as chosen."""
        if self.bar is not None:
            self.post_message(self.Chosen(self, self.bar))
        else:
            self.post_message(NothingToDo(" ".join(self._empty.split())))

    def on_click(self, event: events.Click) -> None:
        """Move to the bar clicked; a second click chooses it."""
        at = (event.x - self._gutter) // self._bar_width
        if not 0 <= at < len(self._bars) or event.y > self._plot_height:
            return
        if at == self.cursor:
            self.action_choose()
        else:
            self._go(at)
