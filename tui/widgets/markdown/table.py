"""Lay out tables of Markdown: columns fitted to a width, cells wrapped, long ones cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.widgets.markdown.spans import MUTED, Line, cut, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.widgets.markdown.spans import Span

    Cell = tuple[Span, ...]

LEAST = 4  # cells of a column, where it could use them
TALLEST = 6  # lines of a cell; what is longer is cut
_BETWEEN = " │ "


def columns_that_fit(rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """Return the widths of the columns that fit, widest columns giving way first."""
    wanted = [0] * len(rows[0])
    for row in rows:
        for at, cell in enumerate(row[: len(wanted)]):
            wide = max(map(cell_len, "".join(text for text, _ in cell).split("\n")))
            wanted[at] = max(wanted[at], wide, 1)
    least = [min(wide, LEAST) for wide in wanted]
    while len(least) > 1 and sum(least) + len(_BETWEEN) * (len(least) - 1) > width:
        least.pop()
    room = width - len(_BETWEEN) * (len(least) - 1)
    return _shared(wanted[: len(least)], room)


def _shared(wanted: list[int], room: int) -> list[int]:
    """Give each column what it wants, or an equal share of what the modest ones leave."""
    left, given = room, [0] * len(wanted)
    for place, at in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        share = left // (len(wanted) - place)
        given[at] = max(1, min(wanted[at], share))
        left -= given[at]
    return given


def table_lines(
    rows: Sequence[Sequence[Cell]], aligns: Sequence[str], widths: Sequence[int], flags: int = 0
) -> list[Line]:
    """Return the lines of rows whose columns are this wide; text gets `flags` too."""
    return [line for row in rows for line in _row_lines(row, aligns, widths, flags)]


def _row_lines(
    row: Sequence[Cell], aligns: Sequence[str], widths: Sequence[int], flags: int
) -> list[Line]:
    cells = [_cell_lines(cell, wide) for cell, wide in zip(row, widths, strict=False)]
    lines = []
    for at in range(max(map(len, cells), default=0)):
        spans: list[Span] = []
        for column, cell in enumerate(cells):
            if column:
                spans.append((_BETWEEN, MUTED))
            piece = cell[at] if at < len(cell) else ()
            blank = max(widths[column] - sum(cell_len(text) for text, _ in piece), 0)
            before = {"right": blank, "center": blank // 2}.get(aligns[column], 0)
            spans.append((" " * before, 0))
            spans += [(text, flag | flags) for text, flag in piece]
            spans.append((" " * (blank - before), 0))
        lines.append(Line(tuple(span for span in spans if span[0])))
    return lines


def _cell_lines(cell: Cell, width: int) -> list[tuple[Span, ...]]:
    lines = wrap(cell, width)
    if len(lines) > TALLEST:
        last = (*lines[TALLEST - 1], ("…" * width, 0))
        lines = [*lines[: TALLEST - 1], cut(last, width)]
    return lines
