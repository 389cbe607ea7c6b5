"""The difference between two rows of cells, as a terminal is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.terminal.cells.clusters import all_sure
from tui.terminal.cells.looks import Look, transition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.terminal.cells.canvas import Row

_GAP = 8  # cells between two changes that may be cheaper to write again than to skip
_EL, _ECH = 4, 6  # the number of blanks from which on erasing takes fewer bytes
_SKIPPED = 5  # more of them, when something follows in the row


@dataclass(slots=True)
class Pen:
    """Where the terminal writes next and in which look, as far as that is known."""

    erases: bool  # whether erasing leaves the background that is chosen
    x: int | None = None
    y: int = 0
    look: Look | None = None
    out: list[str] = field(default_factory=list)

    def take(self) -> str:
        """Return what was written since the last time."""
        text = "".join(self.out)
        self.out.clear()
        return text

    def put(self, look: Look, text: str, cells: int, width: int) -> None:
        """Write text of this many cells; at the right edge the column is not known any more."""
        self.wear(look)
        self.out.append(text)
        if self.x is not None:
            self.x += cells
            if self.x >= width:
                self.x = None

    def wear(self, look: Look) -> None:
        """Go on in this look."""
        if look is not self.look:
            self.out.append(transition(self.look, look))
            self.look = look

    def wear_blank(self, blank: Look, following: Look | None) -> None:
        """Go on in any look in which a blank cell shows the same."""
        if self.look is not None and self.look.blank is blank:
            return
        if following is not None and following.blank is blank:
            self.wear(following)
        elif self.look is None or self.look.marks_blanks or blank.marks_blanks:
            self.wear(blank)
        else:
            self.wear(self.look.on(blank.background))

    def move(self, x: int, y: int) -> None:
        """Go to a cell."""
        self.out.append(self.way(x, y))
        self.x, self.y = x, y

    def scroll(self, top: int, bottom: int, by: int, blank: Look) -> None:
        """Move what stands in these rows up, or down by a negative number; what is new is blank.

        Lines are deleted or inserted within margins, which every terminal can (VT102) and none
        keeps for its scrollback. Margins send the cursor home, except where it is told otherwise:
        where it stands is not known afterwards.
        """
        self.wear_blank(blank, None)  # some fill new rows with it
        number = abs(by) if abs(by) > 1 else ""
        lines = f"\x1b[{number}{'M' if by > 0 else 'L'}"
        self.out.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H{lines}\x1b[r")
        self.x = None

    def way(self, x: int, y: int) -> str:
        """Return the shortest way to a cell."""
        if (x, y) == (self.x, self.y):
            return ""
        there = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
        return min([there, *self._ways(x, y)], key=len)

    def _ways(self, x: int, y: int) -> Iterator[str]:
        if self.x is None:
            return
        down = "" if y == self.y else _steps(y - self.y, "B", "A")
        across = "" if x == self.x else _steps(x - self.x, "C", "D")
        yield down + across
        if not x:
            yield "\r" + down


def _steps(count: int, forth: str, back: str) -> str:
    number = abs(count)
    return f"\x1b[{number if number > 1 else ''}{forth if count > 0 else back}"


def write_changes(pen: Pen, y: int, shown: Row, wanted: Row) -> None:
    """Write what turns one row into another, and note it as shown."""
    sure = all_sure(filter(None, wanted.chars)) and all_sure(filter(None, shown.chars))
    if sure:
        _write_spans(pen, y, shown, wanted)
    else:
        _write_anew(pen, y, wanted)
    shown.chars[:], shown.looks[:] = wanted.chars, wanted.looks


def _write_anew(pen: Pen, y: int, wanted: Row) -> None:
    """Write a whole row. Where its characters stand is said for each that may be misjudged."""
    chars, looks = wanted.chars, wanted.looks
    width, x = len(chars), 0
    while x < width:
        end = x + 1
        while end < width and chars[end] == "":
            end += 1
        text = chars[x] or " "
        pen.move(x, y)
        if all_sure((text,)):
            pen.put(looks[x], text, end - x, width)
        else:  # nothing of what was there may stay beside it, nor may it move what follows
            pen.put(looks[x].blank, " " * (end - x), end - x, width)
            pen.move(x, y)
            pen.put(looks[x], text, 0, width)
            pen.x = None
        x = end


def _write_spans(pen: Pen, y: int, shown: Row, wanted: Row) -> None:
    width = len(wanted.chars)
    tail = _blank_from(wanted)
    for start, end in _spans(shown, wanted):
        if pen.x is not None and pen.y == y and 0 < start - pen.x <= _GAP:
            _bridge(pen, y, start, wanted)
        pen.move(start, y)
        x = start
        while x < end:
            x = _write_run(pen, x, end, wanted, tail)
        if x == width:  # perhaps erased to its end
            return


def _blank_from(row: Row) -> int:
    """Return the column from which on the row has only blanks of one look."""
    chars, looks = row.chars, row.looks
    x = len(chars)
    last = looks[-1] if looks else None
    while x and chars[x - 1] == " " and looks[x - 1] is last:
        x -= 1
    return x


def _spans(shown: Row, wanted: Row) -> Iterator[tuple[int, int]]:
    """Yield the stretches of cells that differ, characters whole."""
    chars, looks = wanted.chars, wanted.looks
    width = len(chars)
    start = end = -1
    for x in range(width):
        if chars[x] == shown.chars[x] and looks[x] is shown.looks[x]:
            continue
        if x < end:
            continue
        first, last = x, x + 1
        while first and chars[first] == "":
            first -= 1
        while last < width and chars[last] == "":
            last += 1
        if first <= end:
            end = last
            continue
        if start >= 0:
            yield start, end
        start, end = first, last
    if start >= 0:
        yield start, end


def _bridge(pen: Pen, y: int, start: int, wanted: Row) -> None:
    """Write what stands between here and a column again, if that is shorter than to go there."""
    assert pen.x is not None
    trial = Pen(False, pen.x, pen.y, pen.look)
    width = len(wanted.chars)
    x = pen.x
    if wanted.chars[x] == "":
        return
    while x < start:
        x = _write_run(trial, x, start, wanted, width)
    if trial.x != start:  # erasing does not go on
        return
    here, there = trial.take(), pen.way(start, y)
    look = wanted.looks[start]
    along = len(here.encode()) + len(transition(trial.look, look))
    if along <= len(there) + len(transition(pen.look, look)):
        pen.out.append(here)
        pen.look, pen.x = trial.look, start


def _write_run(pen: Pen, x: int, end: int, wanted: Row, tail: int) -> int:
    """Write the cells from x on that have one look, at most to `end`; return where it stopped."""
    chars, looks = wanted.chars, wanted.looks
    look, width = looks[x], len(chars)
    if chars[x] != " " or look.marks_blanks:
        stop = x + 1
        while stop < end and looks[stop] is look and chars[stop] != " ":
            stop += 1
        pen.put(look, "".join(chars[x:stop]), stop - x, width)  # type: ignore[arg-type]
        return stop
    stop = x + 1
    while stop < end and chars[stop] == " " and looks[stop] is look:
        stop += 1
    pen.wear_blank(look, looks[stop] if stop < end else None)
    if pen.erases or not look.background:
        if x >= tail and width - x >= _EL:
            pen.out.append("\x1b[K")
            return width
        if stop - x >= (_ECH if stop == end else _ECH + _SKIPPED) and pen.x is not None:
            pen.out.append(f"\x1b[{stop - x}X")
            if stop < end:
                pen.move(stop, pen.y)
            return stop
    pen.out.append(" " * (stop - x))
    if pen.x is not None:
        pen.x = stop if stop < width else None
    return stop
