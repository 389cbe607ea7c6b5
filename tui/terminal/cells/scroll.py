"""Rows that have moved up or down, which a terminal can be told to scroll.

Only whole rows are scrolled, so whatever stands beside a text has to move with it; but for the
last few columns, where its scrollbar is: they are written again.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tui.terminal.cells.canvas import Row
from tui.terminal.cells.delta import Pen, write_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST = 4  # rows; fewer are written
_SCROLLBAR = 8  # columns at the right, with the frames of a dialog and of what is behind it
_GAIN = 32  # bytes; for less it is not worth the restlessness

_Text = tuple[str | None, ...] | None


class Move(NamedTuple):
    """Rows from `top` to `bottom` are to be scrolled up by so many, or down by a negative number.

    At least half of them then show what they are to show, the others are blank.
    """

    top: int
    bottom: int
    by: int

    def new_rows(self) -> range:
        """Return the rows into which nothing is scrolled."""
        if self.by > 0:
            return range(self.bottom - self.by + 1, self.bottom + 1)
        return range(self.top, self.top - self.by)

    def applied(self, rows: Sequence[Row]) -> list[Row]:
        """Return what a terminal that shows such rows then shows. New rows are not known."""
        moved = list(rows)
        for y in range(self.top, self.bottom + 1):
            moved[y] = rows[min(max(y + self.by, self.top), self.bottom)]
        for y in self.new_rows():
            moved[y] = Row(len(rows[y].chars), None)
        return moved


def find_move(shown: Sequence[Row], wanted: Sequence[Row], changed: Sequence[int]) -> Move | None:
    """Return the largest block of rows that has moved, if any; `changed` in ascending order.

    It does not reach beyond what has changed: what stays stays.
    """
    if len(changed) < LEAST:
        return None
    by = _usual_distance(shown, wanted, changed)
    if not by:
        return None
    first, end = changed[0], changed[-1] + 1
    before = [_text(row) for row in shown[first:end]]
    after = [_text(row) for row in wanted[first:end]]
    start, stop = _longest_run(before, after, by)
    if by > 0 and _has_grown(before, after, stop, by):
        stop += 1
    if stop - start < max(LEAST, abs(by)):
        return None
    if by > 0:
        return Move(first + start, first + stop - 1 + by, by)
    return Move(first + start + by, first + stop - 1, by)


def _text(row: Row) -> _Text:
    text = tuple(row.chars[:-_SCROLLBAR])
    return None if None in text else text


def _usual_distance(shown: Sequence[Row], wanted: Sequence[Row], changed: Sequence[int]) -> int:
    """Return how far up most rows have moved that were there only once; 0 when none has."""
    places: dict[_Text, int | None] = {None: None}
    for y in changed:
        text = _text(shown[y])
        places[text] = None if text in places else y
    distances: Counter[int] = Counter()
    for y in changed:
        if (place := places.get(_text(wanted[y]))) is not None:
            distances[place - y] += 1
    return distances.most_common(1)[0][0] if distances else 0


def _longest_run(before: list[_Text], after: list[_Text], by: int) -> tuple[int, int]:
    """Return from where to where rows show what stood that far below."""
    best = 0, 0
    begin = max(0, -by)
    for y in range(begin, min(len(after), len(after) - by)):
        if after[y] is None or after[y] != before[y + by]:
            begin = y + 1
        elif y + 1 - begin > best[1] - best[0]:
            best = begin, y + 1
    return best


def _has_grown(before: list[_Text], after: list[_Text], y: int, by: int) -> bool:
    """Whether a row shows what stood that far below, and more, as a text does that is written."""
    if y + by >= len(before) or before[y + by] == after[y + by]:
        return False
    was, now = before[y + by], after[y]
    if was is None or now is None:
        return False
    kept = [old == new for old, new in zip(was, now, strict=True) if old != " "]
    return 2 * sum(kept) > len(kept)


def saves(move: Move, pen: Pen, shown: Sequence[Row], wanted: Sequence[Row]) -> bool:
    """Whether scrolling takes fewer bytes than writing the rows again."""
    trial = Pen(pen.erases, pen.x, pen.y, pen.look)
    scroll(trial, move, wanted)
    scrolled = _cost(trial, move, move.applied(shown), wanted)
    anew = Pen(pen.erases, pen.x, pen.y, pen.look)
    return _cost(anew, move, shown, wanted, scrolled + _GAIN) >= scrolled + _GAIN


def scroll(pen: Pen, move: Move, wanted: Sequence[Row]) -> None:
    """Have the terminal scroll, over the background of what comes into view."""
    pen.scroll(*move, wanted[move.new_rows()[0]].looks[0].blank)


def _cost(
    pen: Pen, move: Move, shown: Sequence[Row], wanted: Sequence[Row], enough: int = 1 << 30
) -> int:
    """Return how many bytes the rows of a move take, or, from `enough` on, some of them."""
    count = len(pen.take().encode())
    for y in range(move.top, move.bottom + 1):
        if count >= enough:
            break
        if not wanted[y].same_as(shown[y]):
            write_changes(pen, y, shown[y].copy(), wanted[y])
            count += len(pen.take().encode())
    return count
