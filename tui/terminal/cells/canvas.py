"""Cells as they should be, row by row."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from textual._compositor import ChopsUpdate, LayoutUpdate

from tui.terminal.cells.clusters import cells_of
from tui.terminal.cells.looks import PLAIN, Look, look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.color import ColorSystem
    from textual.strip import Strip

Update = LayoutUpdate | ChopsUpdate


class Row:
    """One row of cells: what stands in each, and its look. A None in it is not known."""

    __slots__ = ("chars", "looks", "touched")

    def __init__(self, width: int, char: str | None = " ") -> None:
        self.chars: list[str | None] = [char] * width
        self.looks: list[Look] = [PLAIN] * width
        self.touched = 0  # number of the update that changed it last

    def copy(self) -> Row:
        """Return another that shows the same."""
        other = Row(0)
        other.chars, other.looks, other.touched = self.chars[:], self.looks[:], self.touched
        return other

    def same_as(self, other: Row) -> bool:
        """Whether both show the same."""
        return self.chars == other.chars and self.looks == other.looks


class Canvas:
    """What the terminal is to show."""

    def __init__(self, system: ColorSystem, glyphs: Mapping[int, str] | None = None) -> None:
        """Paint with such colours; `glyphs` is shown in place of characters, by their number."""
        self._system = system
        self._glyphs = glyphs
        self.rows: list[Row] = []
        self.width = 0
        self.updates = 0  # how many have been painted

    def paint(self, update: Update) -> bool:
        """Take over what Textual has painted; return whether the size is another now."""
        self.updates += 1
        if isinstance(update, LayoutUpdate):
            return self._paint_all(update)
        for y, start, end in update.spans:
            if not 0 <= y < len(self.rows):
                continue
            for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is None or x > end or stop <= start:
                    continue
                # What is beyond the span may not have been painted.
                self._put(x, y, (strip if stop <= end else strip.crop(0, end - x),))
        return False

    def _paint_all(self, update: LayoutUpdate) -> bool:
        left, top, width, height = update.region
        resized = (width, height) != (self.width, len(self.rows)) and not left and not top
        if resized:
            self.width, self.rows = width, [Row(width) for _ in range(height)]
        for y, strips in enumerate(update.strips, top):
            if 0 <= y < len(self.rows):
                self._put(left, y, strips)
        return resized

    def _put(self, x: int, y: int, strips: Iterable[Strip]) -> None:
        chars: list[str | None] = []
        looks: list[Look] = []
        for strip in strips:
            for text, style, control in strip:
                if not control:
                    if self._glyphs is not None:
                        text = text.translate(self._glyphs)  # noqa: PLW2901
                    before, more, their_looks = _cells(text, look_of(style, self._system))
                    if before and chars:
                        _append(chars, before)
                    chars += more
                    looks += their_looks
        room = self.width - x
        if len(chars) > room:
            _split(chars, looks, room)
            del chars[room:], looks[room:]
        row, end = self.rows[y], x + len(chars)
        if row.chars[x:end] == chars and row.looks[x:end] == looks:
            return
        row.touched = self.updates
        _split(row.chars, row.looks, x)
        _split(row.chars, row.looks, end)
        row.chars[x:end], row.looks[x:end] = chars, looks


@lru_cache(2048)
def _cells(text: str, look: Look) -> tuple[str, tuple[str, ...], list[Look]]:
    before, cells = cells_of(text)
    blank = look.blank
    if blank is look or " " not in text:
        return before, cells, [look] * len(cells)
    return before, cells, [blank if cell == " " else look for cell in cells]


def _append(chars: list[str | None], marks: str) -> None:
    """Add marks without a width to the last character."""
    last = len(chars) - 1
    while last and chars[last] == "":
        last -= 1
    chars[last] = (chars[last] or "") + marks


def _split(chars: list[str | None], looks: list[Look], x: int) -> None:
    """Leave blanks of a character that reaches over the left of column x."""
    if not 0 < x < len(chars) or chars[x] != "":
        return
    first, end = x - 1, x
    while first and chars[first] == "":
        first -= 1
    while end < len(chars) and chars[end] == "":
        end += 1
    for at in range(first, end):
        chars[at], looks[at] = " ", looks[at].blank
