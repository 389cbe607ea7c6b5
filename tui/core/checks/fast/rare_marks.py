"""Marks by their rarest bytes: those of all rules with the same byte are looked for together.

A pattern that begins with one byte runs through a text several times as fast as any other, and
what it tries at each such byte costs less than to run through the text once more.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# From the commonest bytes of such lines to the rarest, of letters beyond ASCII the first bytes;
# any other is rarer still.
_COMMONEST = (
    bytes(range(0xC0, 0x100))
    + b' etaoinsrhl"dcu,mfp.gwy0b\\:v_kx1*T`2-zI=@>E3SRAPN9CFO8M76DL54Y\nBU#/W|GHVK<j%+q'
)


class Mark(NamedTuple):
    """A mark: its rarest byte, what follows that, and which bytes stand before it.

    What follows is a pattern; it may look behind, too, if `before` is given.
    """

    byte: bytes
    then: bytes
    before: bytes = b""


class Marks:
    """Marks in the same kind of text, by their rarest bytes."""

    def __init__(self) -> None:
        self._by_byte: dict[bytes, list[Mark]] = {}
        self.patterns = cache(self._patterns)

    def add(self, byte: bytes, then: bytes, before: bytes = b"") -> Mark:
        """Return a mark that is looked for with all others that have the same rarest byte."""
        mark = Mark(byte, then, before)
        marks = self._by_byte.setdefault(byte, [])
        if mark not in marks:
            marks.append(mark)
            self.patterns.cache_clear()
        return mark

    def _patterns(
        self, byte: bytes
    ) -> tuple[re.Pattern[bytes], list[tuple[Mark, re.Pattern[bytes]]]]:
        """Return a pattern for any mark with this rarest byte, and one for each of them."""
        marks = self._by_byte[byte]
        return one_of(byte, marks), [(mark, one_of(byte, [mark])) for mark in marks]

    def places(self, byte: bytes, text: bytes) -> dict[Mark, list[int]]:
        """Return by mark with this rarest byte where it stands in a text."""
        any_of, each = self.patterns(byte)
        places = [match.start() for match in any_of.finditer(text)] if byte in text else []
        if len(each) == 1:
            return {each[0][0]: places}
        return {mark: [at for at in places if of.match(text, at)] for mark, of in each}


RARE = Marks()  # marks looked for in the rare bytes of lines
WHOLE = Marks()  # marks looked for in whole lines


def one_of(byte: bytes, marks: Iterable[Mark]) -> re.Pattern[bytes]:
    """Return a pattern for any of some marks with the same rarest byte; it matches that alone.

    Which byte stands before it is asked once, before all that takes looking further behind.
    """
    forward = b"|".join(mark.then for mark in marks if not mark.before)
    behind = [mark for mark in marks if mark.before]
    before = re.escape(b"".join(mark.before for mark in behind))
    parts = [b"(?=%b)" % forward] if forward else []
    if behind:
        then = b"|".join(mark.then for mark in behind)
        parts.append(b"(?<=[%b]%b)(?=%b)" % (before, re.escape(byte), then))
    return re.compile(b"%b(?:%b)" % (re.escape(byte), b"|".join(parts)))


def by_rarest(words: Iterable[bytes]) -> dict[bytes, list[tuple[int, bytes]]]:
    """Return words by their rarest bytes, each with where that is in it."""
    found: dict[bytes, list[tuple[int, bytes]]] = {}
    for word in words:
        at = max(range(len(word)), key=lambda at: _COMMONEST.find(word[at]) % 256)
        found.setdefault(word[at : at + 1], []).append((at, word))
    return found


def around(at: int, word: bytes, then: bytes = b"") -> tuple[bytes, bytes]:
    """Return what follows a byte of a word, and then the word, and what stands before that byte.

    What follows comes first: it fails at once at most places.
    """
    rest = re.escape(word[at + 1 :])
    if not at:
        return rest + then, b""
    return b"%b(?<=%b)%b" % (rest, re.escape(word), then), word[at - 1 : at]
