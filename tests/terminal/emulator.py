"""A terminal in memory (pyte): what a person would see of the bytes that a program writes."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from functools import lru_cache
from typing import Any, NamedTuple

import pyte
from pyte import modes
from pyte.charsets import LAT1_MAP
from wcwidth import wcwidth

# pyte takes these for text: the keyboard protocol of kitty, and requests for a mode's state.
_NOT_KNOWN = re.compile(r"\x1b\[(?:[<>=][0-9;]*[a-z]|\??[0-9;]*\$[a-z])")
_UNFINISHED = re.compile(r"\x1b(?:\[[<>=?]?[0-9;]*\$?|\][^\x07\x1b]*)?\Z")
ANSWERS = {
    "\x1b[5n": "\x1b[0n",
    "\x1b[?2026$p": "\x1b[?2026;2$y",
    "\x1b[?2048$p": "\x1b[?2048;0$y",
}
_ASKED = re.compile("|".join(map(re.escape, ANSWERS)))
_SEEN_ON_BLANKS = ("underscore", "strikethrough", "reverse")


class Cell(NamedTuple):
    """What one cell shows."""

    text: str
    color: str
    background: str
    attributes: tuple[str, ...] = ()


_OTHER_SCREEN = 1049


class _Screen(pyte.Screen):
    """A screen as real ones are, where pyte's is not.

    pyte leaves half a wide character standing when something is written over the other half, and
    has no other screen for full-screen programs: going to and fro clears the one it has.
    """

    def set_mode(self, *numbers: int, private: bool = False) -> None:
        """Set modes."""
        if private and _OTHER_SCREEN in numbers:
            self.erase_in_display(2)
        super().set_mode(*numbers, private=private)

    def reset_mode(self, *numbers: int, private: bool = False) -> None:
        """Reset modes."""
        if private and _OTHER_SCREEN in numbers:
            self.erase_in_display(2)
        super().reset_mode(*numbers, private=private)

    def draw(self, data: str) -> None:
        """Show text, leaving blanks of the halves of what it is written over."""
        fits = self.cursor.x + len(data) <= self.columns
        narrow = (data.isascii() and data.isprintable()) or all(wcwidth(char) == 1 for char in data)
        # Of what is covered whole no half is left: only its ends matter.
        for text in (data,) if fits and narrow else data:
            x, row = min(self.cursor.x, self.columns - 1), self.buffer[self.cursor.y]
            width = len(text) if fits and narrow else wcwidth(text)
            if width > 0:
                if row[x].data == "" and x:
                    row[x - 1] = row[x - 1]._replace(data=" ")
                after = x + width
                if after < self.columns and row[after].data == "":
                    row[after] = row[after]._replace(data=" ")
            if fits and narrow and self._is_plain():
                attributes = self.cursor.attrs
                for at, char in enumerate(text, x):
                    row[at] = _written(attributes, char)
                self.cursor.x = x + len(text)
                self.dirty.add(self.cursor.y)
            else:
                super().draw(text)

    def _is_plain(self) -> bool:
        """Whether text stands for itself and is written over what is there, as nearly always."""
        return not self.charset and self.g0_charset is LAT1_MAP and modes.IRM not in self.mode


@lru_cache(8192)
def _written(attributes: Any, char: str) -> Any:
    return attributes._replace(data=char)


class Emulator:
    """Shows what it is fed, and answers what it is asked."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.screen = _Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._rest = ""
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    def feed(self, data: bytes) -> str:
        """Show this, and return what a terminal would answer."""
        text = self._rest + self._decode(data)
        cut = _UNFINISHED.search(text)
        self._rest = text[cut.start() :] if cut else ""
        text = text[: cut.start()] if cut else text
        answers = "".join(ANSWERS[found] for found in _ASKED.findall(text))
        self._stream.feed(_NOT_KNOWN.sub("", text.replace("\x1b[5n", "")))
        return answers

    def resize(self, columns: int, rows: int) -> None:
        """Have another size; what is shown then is nobody's business."""
        self.screen.resize(rows, columns)

    @property
    def cursor(self) -> tuple[int, int]:
        """The column and row of the cursor."""
        return self.screen.cursor.x, self.screen.cursor.y

    def cells(self) -> list[list[Cell]]:
        """Return what is seen; of a blank without a line only the background."""
        return [
            [_cell(self.screen.buffer[y][x]) for x in range(self.screen.columns)]
            for y in range(self.screen.lines)
        ]

    def text(self) -> str:
        """Return the text shown."""
        return "\n".join(self.screen.display)


@lru_cache(4096)
def _cell(shown: Any) -> Cell:
    attributes = tuple(
        name
        for name in ("bold", "italics", "underscore", "strikethrough", "reverse", "blink")
        if getattr(shown, name)
    )
    if shown.data == " " and not set(attributes) & set(_SEEN_ON_BLANKS):
        return Cell(" ", "", shown.bg)
    return Cell(shown.data, shown.fg, shown.bg, attributes)
