"""Wrapping text to a width in terminal cells, also of a text that is still growing."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells

_WORD = re.compile(r"\S+[^\S\n]*|[^\S\n]+")


def line_starts(text: str, width: int, start: int = 0) -> list[int]:
    """Return where each line of `text[start:]` begins, wrapped at words to `width` cells.

    A line ends at a newline or before the first word that does not fit; blanks at its end may
    hang over. A word wider than a line is broken.
    """
    starts = []
    end = len(text)
    while True:
        stop = text.find("\n", start)
        stop = end if stop < 0 else stop
        starts.append(start)
        if stop - start > width or not text.isascii():  # else it fits without a look
            starts.extend(_breaks(text, start, stop, width))
        if stop == end:
            return starts
        start = stop + 1


def _breaks(text: str, start: int, stop: int, width: int) -> list[int]:
    found: list[int] = []
    used = 0
    for word in _WORD.finditer(text, start, stop):
        wide = cell_len(word[0])
        visible = cell_len(word[0].rstrip())
        if used and used + visible > width:
            found.append(word.start())
            used = 0
        if visible > width:
            at = word.start()
            for piece in chop_cells(word[0].rstrip(), width)[:-1]:
                at += len(piece)
                found.append(at)
            wide = cell_len(text[at : word.end()])
        used += wide
    return found


class WrappedText:
    """A text in lines of at most `width` cells; growing it wraps its last words only."""

    def __init__(self, text: str, width: int) -> None:
        self._width = width
        self.text = text
        self._starts = line_starts(text, width)

    def __len__(self) -> int:
        """Count lines; there is at least one."""
        return len(self._starts)

    def __getitem__(self, line: int) -> str:
        """Return a line without what ends it. Raises IndexError."""
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip()

    def start(self, line: int) -> int:
        """Return where in the text a line begins. Raises IndexError."""
        return self._starts[line]

    def grow(self, more: str) -> int:
        """Append text and return the first line that may look different now."""
        # A word that grows can move from the end of its line to a new one, with nothing before.
        word = max(self.text.rfind(" "), self.text.rfind("\n")) + 1
        first = len(self._starts) - 1
        while first > 0 and self._starts[first] > word:
            first -= 1
        self.text += more
        self._starts[first:] = line_starts(self.text, self._width, self._starts[first])
        return first
