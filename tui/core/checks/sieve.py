"""Which of many rare marks a line may hold, found without looking for each in all of it.

A line is first cut down to the bytes that marks are made of: capitals, digits (all as 0),
signs and a few small letters. What is left is a tenth of the line, and a mark that is not in
it, cut down in the same way, is not in the line either.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.checks.row import Row

_KEPT = b"ghkuxyz"  # they tell sk-, ghp_, xox, eyJ, AIza and \\u from others
_LETTERS = {*range(ord("a"), ord("z") + 1), *range(0x80, 0x100)} - {*_KEPT}
_DROPPED = bytes(_LETTERS) + b" {}[]()!?';"
_ASCII = bytes({*range(0x80)} - {*b"\\\n"})
_DIGITS = bytes(ord("0") if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")


def sieved(line: bytes) -> bytes:
    """Return what is left of a line: capitals, signs, some letters, and 0 for each digit."""
    return line.translate(_DIGITS, _DROPPED)


def hides_ascii(line: bytes, rest: bytes) -> bool:
    """Whether letters are written as escapes, in which marks could hide; `rest` is its sieve."""
    return b"\\u00" in rest and _ESCAPED_ASCII.search(line) is not None


class Stretch:
    """Many lines that follow each other, cut down together."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self.whole = b"\n".join(lines)
        self.sieve = sieved(self.whole)

    @cached_property
    def sieves(self) -> list[bytes]:
        """What is left of each line."""
        sieves = self.sieve.split(b"\n")
        if len(sieves) == len(self.lines):
            return sieves
        return [sieved(line) for line in self.lines]  # there are none, or one that has a break

    def holding(self, mark: bytes) -> Iterable[int]:
        """Return the lines (0-based) whose sieve holds `mark`."""
        if (place := self.sieve.find(mark)) < 0:
            return ()
        found: list[int] = []
        while place >= 0 and len(found) <= len(self.lines) // 16:
            found.append(bisect_right(self._ends, place))
            place = self.sieve.find(mark, place + 1)
        if place < 0:
            return found
        return [at for at, rest in enumerate(self.sieves) if mark in rest]

    def matching(self, pattern: re.Pattern[bytes]) -> Iterable[int]:
        """Return the lines (0-based) in whose sieve `pattern`, without line ends, is found."""
        places = [match.start() for match in pattern.finditer(self.sieve)]
        return {bisect_right(self._ends, place) for place in places}

    def matching_foreign(self, pattern: re.Pattern[bytes]) -> Iterable[int]:
        """Return the lines (0-based) in whose bytes beyond ASCII and escapes it is found."""
        if self.whole.isascii() or pattern.search(self.whole.translate(None, _ASCII)) is None:
            return ()
        foreign = (line.translate(None, _ASCII) for line in self.lines)
        return [at for at, line in enumerate(foreign) if pattern.search(line)]

    @cached_property
    def _ends(self) -> list[int]:
        """Where the sieve of each line ends in that of all."""
        return [*accumulate(len(rest) + 1 for rest in self.sieves)]

    @cached_property
    def hiding(self) -> Iterable[int]:
        """The lines in which letters are written as escapes."""
        pairs = zip(self.lines, self.sieves, strict=True)
        suspects = self.holding(b"\\u00")
        return [at for at, pair in enumerate(pairs) if hides_ascii(*pair)] if suspects else ()


# By gate: which lines of a stretch it may let through. One that is not named it surely does
# not, unless it hides letters. Asking this of a thousand lines at once is far cheaper than
# asking the gate of each.
Hint = Callable[[Stretch], Iterable[int]]
HINTS: dict[Callable[[Row], bool], Hint] = {}


def common(mark: bytes) -> Callable[[Row], bool]:
    """Return a gate: whether a mark that many lines hold may be in a text of the line."""

    def gate(row: Row) -> bool:
        return mark in row.line or row.hides_ascii

    HINTS[gate] = lambda stretch: stretch.holding(mark)
    return gate


def marked(*marks: bytes) -> Callable[[Row], bool]:
    """Return a gate: whether one of `marks`, which are ASCII, may be in a text of the line."""
    by_rest: dict[bytes, list[bytes]] = {}
    for mark in marks:
        by_rest.setdefault(sieved(mark), []).append(mark)
    pairs = [*by_rest.items()]

    def gate(row: Row) -> bool:
        for rest, exact in pairs:
            if rest in row.sieve and any(mark in row.line for mark in exact):
                return True
        return row.hides_ascii

    HINTS[gate] = lambda stretch: {at for rest in by_rest for at in stretch.holding(rest)}
    return gate


def shaped(part: bytes, rough: str, exact: str) -> Callable[[Row], bool]:
    """Return a gate: whether the line matches the pattern `exact`.

    That is asked only if its sieve holds `part` and matches the pattern `rough`.
    """
    in_sieve, in_line = re.compile(rough.encode()), re.compile(exact.encode())

    def gate(row: Row) -> bool:
        if part not in row.sieve or in_sieve.search(row.sieve) is None:
            return False
        return in_line.search(row.line) is not None

    HINTS[gate] = lambda stretch: stretch.matching(in_sieve)
    return gate
