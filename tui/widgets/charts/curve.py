"""Curves over steps, drawn with characters; only cells that changed are painted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.core.jobs.curves import loss_words
from tui.core.text.text import one_line
from tui.widgets.charts.plot import AXIS, LOWEST, Run, Series, View, ends, plot

if TYPE_CHECKING:
    from textual.geometry import Size

__all__ = ["Curve", "Series", "View"]

_PARTS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


class Curve(Widget):
    """Draws up to seven series. A line is dots, other series are told apart by their marks."""

    DEFAULT_CSS = """
    Curve {
        height: 1fr;
        & > .curve--axis { color: $text-muted; }
        & > .curve--first { color: $text; }
        & > .curve--second { color: $text-warning; text-style: bold; }
        & > .curve--third { color: $text-success; text-style: bold; }
        & > .curve--fourth { color: $text-accent; text-style: bold; }
        & > .curve--fifth { color: $text-primary; text-style: bold; }
        & > .curve--sixth { color: $text-secondary; text-style: bold; }
        & > .curve--seventh { color: $text-error; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "curve--axis",
        *(f"curve--{part}" for part in _PARTS),
    }

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._series: tuple[Series, ...] = ()
        self._view = View()
        self._empty = empty
        self._lines: list[list[Run]] = []

    @property
    def lines(self) -> list[str]:
        """What is drawn, as plain text."""
        return ["".join(run.text for run in line) for line in self._lines]

    @property
    def x_range(self) -> tuple[float, float]:
        """Where the x axis begins and ends."""
        return ends(self._series, self._view)

    @property
    def column(self) -> float:
        """How many steps a column stands for."""
        first, last = self.x_range
        return (last - first) / max(self.size.width - 8, 1)

    def show(
        self,
        series: tuple[Series, ...],
        view: View | None = None,
        *,
        empty: str | None = None,
    ) -> None:
        """Draw series as looked at; the same again does nothing.

        `empty` is said in one line while there is nothing to draw.
        """
        view = view or View()
        same_words = empty is None or empty == self._empty
        if (series, view) == (self._series, self._view) and same_words:
            return
        self._series, self._view = series, view
        self._empty = self._empty if empty is None else empty
        self._draw(self.size)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw(self.size)

    def _draw(self, size: Size) -> None:
        before, width = self.lines, size.width
        self._lines = plot(self._series, width, size.height, self._view)
        if not self._lines:
            said = _numbers(self._series, size) or [self._empty]
            self._lines = [[Run(one_line(line, max(width, 1)))] for line in said if line]
        after = self.lines
        for y in range(max(len(before), len(after))):
            old = before[y] if y < len(before) else ""
            new = after[y] if y < len(after) else ""
            if (changed := changed_rows(old, new, y)) is not None:
                self.refresh(changed)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        styles = {AXIS: self.get_component_rich_style("curve--axis", partial=True)} | {
            owner: self.get_component_rich_style(f"curve--{part}", partial=True)
            for owner, part in enumerate(_PARTS)
        }
        segments = [Segment(run.text, base + styles[run.owner]) for run in self._lines[y]]
        return Strip(segments).adjust_cell_length(width, base)


def _numbers(series: tuple[Series, ...], size: Size) -> list[str]:
    """Return the last value of each series in words, where there is no room to draw them."""
    lines = [
        f"{one.mark or '·'} {one.name}: {loss_words(one.points[-1][1])} at step "
        f"{one.points[-1][0]:g}, from {loss_words(one.points[0][1])}"
        for one in series
        if one.points
    ]
    if not lines or size.width < 1 or size.height < 1:
        return []
    why = "Too low here to draw the curve" if size.height < LOWEST else "Too narrow for the curve"
    if size.height > len(lines):
        return [f"{why}; its last values:", *lines]
    # Each series with its value, as far as they go: what there is to see comes first.
    return [*lines[: size.height - 1], " · ".join(lines[size.height - 1 :])]


def changed_rows(old: str, new: str, y: int) -> Region | None:
    """Return the stretch of line `y` in which two texts look different, None when they do not."""
    longest = max(len(old), len(new))
    old, new = old.ljust(longest), new.ljust(longest)
    different = [x for x in range(longest) if old[x] != new[x]]
    if not different:  # one has more blanks at its end
        return None
    return Region(different[0], y, different[-1] - different[0] + 1, 1)
