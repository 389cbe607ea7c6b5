"""Drawing lines and marks into a grid of characters: braille dots, axes, no colour needed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import groupby, pairwise

AXIS = -1  # the owner of cells that belong to no series

# The bit of each dot of a braille cell: _DOTS[row of 4][column of 2].
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_NARROWEST = 10  # columns of a plot that still says something
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Series:
    """Points (x, y) by x. With a `mark` they are drawn as that character, else as a line."""

    name: str
    points: tuple[tuple[float, float], ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters of one owner: the index of a series, or AXIS."""

    text: str
    owner: int = AXIS


@dataclass(frozen=True, slots=True)
class Scale:
    """From the values of an axis to places: `low` at 0, `high` at 1; `step` between ticks."""

    low: float
    high: float
    step: float

    def at(self, value: float) -> float:
        """Return the place of a value, held within the axis."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def ticks(self) -> list[float]:
        """Return the values to write at the axis."""
        return [
            self.low + self.step * n for n in range(round((self.high - self.low) / self.step) + 1)
        ]


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
        """Return a row of cells as runs."""
        cells = [
            (self._char((column, row)), self.owners.get((column, row), AXIS))
            for column in range(self.width)
        ]
        return [
            Run("".join(char for char, _ in part), owner)
            for owner, part in groupby(cells, key=lambda cell: cell[1])
        ]

    def _char(self, cell: tuple[int, int]) -> str:
        if cell in self.marks:
            return self.marks[cell]
        return chr(0x2800 + self.dots[cell]) if cell in self.dots else " "


def nice_scale(low: float, high: float, ticks: int) -> Scale:
    """Return an axis around [low, high] with about `ticks` round steps; from 0 where that is near.

    Round ends change seldom while values come in, so a growing curve keeps its place.
    """
    if low > 0 and (low < 0.6 * high or low == high):
        low = 0.0
    span = high - low or abs(high) or 1.0
    # Steps no finer than the numbers themselves can tell apart.
    rough = max(span / max(ticks, 1), 1e-9 * max(abs(low), abs(high)), 1e-30)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in _NICE if power * nice >= rough * 0.999)
    bottom = math.floor(low / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    return Scale(bottom, top if top > bottom else bottom + step, step)


def plot(
    series: tuple[Series, ...], width: int, height: int, last_x: float | None = None
) -> list[list[Run]]:
    """Return `height` lines of `width` cells: legend, plot with a scale on the left, steps below.

    `last_x` is where the x axis ends; without it, at the last point. Values that are no finite
    numbers are left out. Returns no lines where nothing can be drawn.
    """
    series = tuple(_finite(one) for one in series)
    values = [y for one in series for _, y in one.points]
    if not values or height < 5:
        return []
    rows = height - 3
    scale = nice_scale(min(values), max(values), max(3, rows // 2))
    labels = _labels(scale, rows)
    left = max(map(len, labels.values()))
    if width - left - 1 < _NARROWEST:
        return []
    grid = _Grid(width - left - 1, rows)
    first_x = min(one.points[0][0] for one in series if one.points)
    end_x = max(last_x or 0, *(one.points[-1][0] for one in series if one.points), first_x + 1)
    _draw(grid, series, scale, (first_x, end_x))
    lines = [_legend(series, width)]
    for row in range(rows):
        tick = "┤" if row in labels else "│"
        lines.append([Run(f"{labels.get(row, ''):>{left}}{tick}"), *grid.line(row)])
    lines.append([Run(f"{'':>{left}}└{'─' * grid.width}")])
    lines.append([Run(f"{'':>{left}} {_steps(first_x, end_x, grid.width)}")])
    return lines


def _finite(one: Series) -> Series:
    kept = tuple((x, y) for x, y in one.points if math.isfinite(x) and math.isfinite(y))
    return Series(one.name, kept, one.mark)


def _labels(scale: Scale, rows: int) -> dict[int, str]:
    """Return what stands at which row of the y axis."""
    found: dict[int, str] = {}
    for value in scale.ticks():
        row = round((1 - scale.at(value)) * (rows - 1))
        found.setdefault(row, f"{round(value, 6):g}")
    return found


def _draw(
    grid: _Grid, series: tuple[Series, ...], y_axis: Scale, x_range: tuple[float, float]
) -> None:
    x_axis = Scale(*x_range, 1.0)
    for owner, one in enumerate(series):
        if one.mark:
            for x, y in one.points:
                column = round(x_axis.at(x) * (grid.width - 1))
                row = round((1 - y_axis.at(y)) * (grid.height - 1))
                grid.mark(column, row, one.mark, owner)
        else:
            _draw_line(grid, _columns(grid, one, x_axis, y_axis), owner)


def _columns(grid: _Grid, one: Series, x_axis: Scale, y_axis: Scale) -> list[tuple[int, int]]:
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


def _legend(series: tuple[Series, ...], width: int) -> list[Run]:
    runs: list[Run] = []
    used = 0
    for owner, one in enumerate(series):
        text = f"{'   ' if runs else ''}{one.mark or '⠤⠒'} {one.name}"
        if one.points and used + len(text) <= width:
            runs.append(Run(text, owner))
            used += len(text)
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
