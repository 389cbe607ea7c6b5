"""Draw curves and marks into a grid of characters: braille dots, axes, no colour needed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from tui.widgets.charts.plot_scale import Axis, Scale, log_scale, nice_scale

AXIS = -1  # the owner of cells that belong to no series

# The bit of each dot of a braille cell: _DOTS[row of 4][column of 2].
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
LOWEST = 5  # lines, with legend, axis and steps
_NARROWEST = 10  # columns of a plot that still says something
_SPARSE = 6  # columns between two marks of a sparse series
_LARGEST = 1e100  # beyond (or, on a logarithmic axis, below its inverse) an axis would overflow


@dataclass(frozen=True, slots=True)
class Series:
    """Points (x, y) by x. With a `mark` they are drawn as that character, else as a line.

    The marks of a `sparse` series stand some columns apart, to tell a line of many points.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    mark: str = ""
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """How series are looked at: the x axis from `first` to `last`, None for their own ends.

    `log` makes the y axis logarithmic; at `cursor` an arrow points into the x axis. `note` stands
    behind the legend.
    """

    first: float | None = None
    last: float | None = None
    log: bool = False
    cursor: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters of one owner: the index of a series, or AXIS."""

    text: str
    owner: int = AXIS


@dataclass
class _Grid:
    """The inside of a plot: per cell either braille dots or a mark, and whose it is."""

    width: int
    height: int
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    owners: dict[tuple[int, int], int] = field(default_factory=dict)

    def dot(self, column: int, row: int, owner: int) -> None:
        """Set the braille dot at a column of 2 × width and a row of 4 × height."""
        cell = (column // 2, row // 4)
        self.dots[cell] = self.dots.get(cell, 0) | _DOTS[row % 4][column % 2]
        self.owners.setdefault(cell, owner)

    def mark(self, column: int, row: int, mark: str, owner: int) -> None:
        """Put a character into a cell, over any dots."""
        self.marks[column, row] = mark
        self.owners[column, row] = owner

    def line(self, row: int) -> list[Run]:
        """Return a row of cells as runs; what is empty belongs to its neighbour on the left."""
        cells, owner = [], AXIS
        for column in range(self.width):
            owner = self.owners.get((column, row), owner)
            cells.append((self._char((column, row)), owner))
        return [
            Run("".join(char for char, _ in part), owner)
            for owner, part in groupby(cells, key=lambda cell: cell[1])
        ]

    def _char(self, cell: tuple[int, int]) -> str:
        if cell in self.marks:
            return self.marks[cell]
        return chr(0x2800 + self.dots[cell]) if cell in self.dots else " "


def plot(
    series: tuple[Series, ...], width: int, height: int, view: View | None = None
) -> list[list[Run]]:
    """Return `height` lines of `width` cells: legend, plot with a scale on the left, steps below.

    Values that are not finite numbers below 1e100, or not above 0 on a logarithmic axis, are left
    out.
    Returns no lines where nothing can be drawn.
    """
    view = view or View()
    series = tuple(_shown(one, view) for one in series)
    values = [y for one in series for _, y in one.points]
    if not values or height < LOWEST:
        return []
    rows = height - 3
    scale = _y_axis(values, rows, log=view.log)
    labels = _labels(scale, rows)
    left = max(map(len, labels.values()))
    if width - left - 1 < _NARROWEST:
        return []
    grid = _Grid(width - left - 1, rows)
    x_range = ends(series, view)
    _draw(grid, series, scale, x_range)
    lines = [_legend(series, width, view.note)]
    for row in range(rows):
        tick = "┤" if row in labels else "│"
        lines.append([Run(f"{labels.get(row, ''):>{left}}{tick}"), *grid.line(row)])
    lines.append([Run(f"{'':>{left}}└{_floor(grid.width, x_range, view.cursor)}")])
    lines.append([Run(f"{'':>{left}} {_steps(*x_range, grid.width)}")])
    return lines


def ends(series: tuple[Series, ...], view: View) -> tuple[float, float]:
    """Return where the x axis begins and ends; it is never empty."""
    starts = [one.points[0][0] for one in series if one.points]
    first = min(starts, default=0.0) if view.first is None else view.first
    own = [one.points[-1][0] for one in series if one.points]
    last = max([view.last or first, *own]) if view.first is None else view.last
    return first, max(first if last is None else last, first + 1)


def _y_axis(values: list[float], rows: int, *, log: bool) -> Axis:
    if log:
        return log_scale(min(values), max(values))
    return nice_scale(min(values), max(values), max(3, rows // 2))


def _shown(one: Series, view: View) -> Series:
    """Return what of a series can be drawn."""
    low = -math.inf if view.first is None else view.first
    high = math.inf if view.first is None or view.last is None else view.last
    kept = tuple(
        (x, y)
        for x, y in one.points
        if low <= x <= high and abs(x) < _LARGEST and _drawable(y, log=view.log)
    )
    return replace(one, points=kept)


def _drawable(value: float, *, log: bool) -> bool:
    return abs(value) < _LARGEST and (not log or value > 1 / _LARGEST)


def _floor(width: int, x_range: tuple[float, float], cursor: float | None) -> str:
    """Return the x axis, with an arrow where the cursor is."""
    if cursor is None or not x_range[0] <= cursor <= x_range[1]:
        return "─" * width
    column = round(Scale(*x_range, 1.0).at(cursor) * (width - 1))
    return f"{'─' * column}▲{'─' * (width - column - 1)}"


def _labels(scale: Axis, rows: int) -> dict[int, str]:
    """Return what stands at which row of the y axis."""
    found: dict[int, str] = {}
    for value in scale.ticks():
        row = round((1 - scale.at(value)) * (rows - 1))
        found.setdefault(row, f"{round(value, 6):g}")
    return found


def _draw(
    grid: _Grid, series: tuple[Series, ...], y_axis: Axis, x_range: tuple[float, float]
) -> None:
    x_axis = Scale(*x_range, 1.0)
    for owner, one in enumerate(series):
        if one.mark:
            before = -_SPARSE
            for x, y in one.points:
                column = round(x_axis.at(x) * (grid.width - 1))
                if one.sparse and column < before + _SPARSE:
                    continue
                before = column
                row = round((1 - y_axis.at(y)) * (grid.height - 1))
                grid.mark(column, row, one.mark, owner)
        else:
            _draw_line(grid, _columns(grid, one, x_axis, y_axis), owner)


def _columns(grid: _Grid, one: Series, x_axis: Axis, y_axis: Axis) -> list[tuple[int, int]]:
    """Return (column, row) in dots: the mean of all points that fall into a column."""
    found: dict[int, list[float]] = {}
    for x, y in one.points:
        found.setdefault(round(x_axis.at(x) * (2 * grid.width - 1)), []).append(y)
    return [
        (column, round((1 - y_axis.at(sum(ys) / len(ys))) * (4 * grid.height - 1)))
        for column, ys in sorted(found.items())
    ]


def _draw_line(grid: _Grid, dots: list[tuple[int, int]], owner: int) -> None:
    if len(dots) == 1:
        grid.dot(*dots[0], owner)
    for (x0, y0), (x1, y1) in pairwise(dots):
        length = max(x1 - x0, abs(y1 - y0), 1)
        for n in range(length + 1):
            grid.dot(x0 + round((x1 - x0) * n / length), y0 + round((y1 - y0) * n / length), owner)


def _legend(series: tuple[Series, ...], width: int, note: str = "") -> list[Run]:
    """Return the names of the series that are drawn, as many as fit beside the note."""
    room = width - (len(note) + 3 if note else 0)
    runs: list[Run] = []
    used = 0
    for owner, one in enumerate(series):
        text = f"{'   ' if runs else ''}{one.mark or '⠤⠒'} {one.name}"
        if one.points and used + len(text) <= room:
            runs.append(Run(text, owner))
            used += len(text)
    if note and len(note) + 3 <= width:
        runs.append(Run(f"{'   ' if runs else ''}{note}"))
    return runs


def _steps(first: float, last: float, width: int) -> str:
    """Return the labels below the x axis."""
    start, middle, end = f"{first:g}", f"{(first + last) / 2:.0f}", f"step {last:g}"
    room = width - len(start) - len(end)
    before = width // 2 - len(middle) // 2 - len(start)
    after = room - before - len(middle)
    if before < 2 or after < 2:
        return f"{start}{' ' * max(room, 1)}{end}"[:width]
    return f"{start}{' ' * before}{middle}{' ' * after}{end}"
