"""Keeps the terminal like the canvas, writing only what differs and only when the line is free."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from tui.terminal.cells.canvas import Canvas, Row, Update
from tui.terminal.cells.delta import Pen, write_changes
from tui.terminal.cells.pacing import ASK, Pacing
from tui.terminal.cells.scroll import find_move, saves, scroll

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rich.color import ColorSystem

_SYNC_FROM = 128  # bytes; less is drawn in one go anyway
_CURSOR = {True: "\x1b[?25h", False: "\x1b[?25l"}
_SYNC = ("\x1b[?2026h", "\x1b[?2026l")
_LOOK_AGAIN_S = 1.0
_ASKS_AT_ONCE = 4


class Line(Protocol):
    """The way to the terminal."""

    def write_frame(self, data: str) -> None:
        """Hand text to the terminal."""

    def write_question(self, data: str) -> None:
        """Hand over a question that the terminal will answer."""

    def is_idle(self) -> bool:
        """Whether all that was handed over has been written."""

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call something on the loop after a time."""


class Painter:
    """Paints on one terminal."""

    def __init__(
        self,
        line: Line,
        system: ColorSystem,
        erases: bool,
        glyphs: Mapping[int, str] | None = None,
    ) -> None:
        """Paint with such colours; `erases` tells whether erasing leaves the background chosen."""
        self._line = line
        self._canvas = Canvas(system, glyphs)
        self._shown: list[Row] = []
        self._pen = Pen(erases)
        self._cursor = (0, 0)
        self._pieces = 0
        self._timed = False
        self._shows_cursor = False
        self.pacing = Pacing()
        self.sync = False  # whether the terminal can show a frame at once

    def paint(self, update: Update, cursor: tuple[int, int]) -> None:
        """Show what Textual has painted, as soon as the line is free."""
        if self._canvas.paint(update):
            self.forget()
        self._cursor = cursor
        self.write_on()

    def show_cursor(self, shown: bool) -> None:
        """Have the terminal show its own cursor, or none."""
        if shown != self._shows_cursor:
            self._shows_cursor = shown
            self._line.write_frame(_CURSOR[shown])

    def retire(self) -> None:
        """Leave the terminal to somebody else."""
        self._line.write_frame("\x1b[m")

    def forget(self) -> None:
        """Note that nothing is known of what the terminal shows."""
        self._shown = [Row(self._canvas.width, None) for _ in self._canvas.rows]
        self._pen = Pen(self._pen.erases)

    def begin(self) -> None:
        """Begin on a terminal that has just become ours."""
        self.forget()
        self.pacing.begin()
        if self._shows_cursor:  # it has just been hidden
            self._line.write_frame(_CURSOR[True])
        self._ask(time.monotonic())

    def repaint(self) -> None:
        """Write all of it again."""
        self.forget()
        self.write_on()

    def write_on(self) -> None:
        """Write what differs, or as much of it as the line takes."""
        if not self._line.is_idle():
            return  # called again when it is
        now = time.monotonic()
        room = self.pacing.room(now)
        if room == 0:
            if not self.pacing.waiting:  # something else has filled the line
                self._ask(now)
            self._look_again()
            return
        left = self._write_rows(self._scrolled(self._changed()), room)
        if self._cursor != (self._pen.x, self._pen.y) and self._canvas.rows:
            self._pen.move(*self._cursor)
        if text := self._pen.take():
            self._send(text)
        if self.pacing.asks(now, left):
            self._write_question()
        if left:
            self._look_again()

    def _changed(self) -> list[int]:
        rows = zip(self._canvas.rows, self._shown, strict=True)
        return [y for y, (wanted, shown) in enumerate(rows) if not wanted.same_as(shown)]

    def _scrolled(self, changed: list[int]) -> list[int]:
        """Have the terminal scroll what has moved; return the rows that still differ."""
        wanted = self._canvas.rows
        move = find_move(self._shown, wanted, changed)
        if move is None or not saves(move, self._pen, self._shown, wanted):
            return changed
        scroll(self._pen, move, wanted)
        self._shown = move.applied(self._shown)
        return self._changed()

    def _write_rows(self, rows: Iterable[int], room: int | None) -> bool:
        """Write rows as far as there is room; return whether some were left."""
        written = 0
        for y in self._in_order(rows):
            if room is not None and written >= room:
                return True
            before = len(self._pen.out)
            write_changes(self._pen, y, self._shown[y], self._canvas.rows[y])
            written += sum(len(text.encode()) for text in self._pen.out[before:])
        return False

    def _in_order(self, rows: Iterable[int]) -> Iterable[int]:
        """Put first, on a slow line, what was changed last; in every second piece what waits."""
        if not self.pacing.slow:
            return rows
        self._pieces += 1
        newest = 1 if self._pieces % 2 else -1
        touched = [(-newest * self._canvas.rows[y].touched, y) for y in rows]
        cursor = self._cursor[1]
        return sorted((y for _, y in sorted(touched)), key=lambda y: y != cursor)

    def _send(self, text: str) -> None:
        size = len(text.encode())
        if self.sync and size >= _SYNC_FROM:
            text = text.join(_SYNC)
            size += len("".join(_SYNC))
        elif self._shows_cursor and size >= _SYNC_FROM:  # it would be seen running about
            text = text.join((_CURSOR[False], _CURSOR[True]))
            size += 12
        self.pacing.sent(size)
        self._line.write_frame(text)

    def _ask(self, now: float) -> None:
        self.pacing.ask(now)
        self._write_question()

    def _write_question(self) -> None:
        self.pacing.sent(len(ASK))
        self._line.write_question(ASK)

    def _look_again(self) -> None:
        """See to it that the rest is written even if no answer comes."""
        if not self._timed:
            self._timed = True
            self._line.later(_LOOK_AGAIN_S, self._timed_out)

    def _timed_out(self) -> None:
        self._timed = False
        self.write_on()

    def answered(self, at: float) -> None:
        """Note that the terminal has reached the point asked about, and go on."""
        self.pacing.answered(at)
        self.write_on()
