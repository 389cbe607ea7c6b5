"""Prefilter by rare bytes: which marks lines may hold, without searching for each.

A line is first cut down to the bytes that marks are made of: capitals, digits (all as 0),
signs and a few small letters. What is left is a tenth of the line, and a mark that is not in
it, cut down in the same way, is not in the line either.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import accumulate, compress, count, repeat
from operator import contains
from typing import TYPE_CHECKING, Any

from tui.core.checks.fast import shortcut
from tui.core.checks.fast.rare_bytes import hides_ascii, rare_bytes
from tui.core.checks.fast.raw_matches import in_some_text

if TYPE_CHECKING:
    from tui.core.checks.row import Row

_ASCII = bytes({*range(0x80)} - {*b"\n\\"})


class LineBatch:
    """Many lines that follow each other, cut down together."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self.whole = b"\n".join(lines)
        self.rare_bytes = rare_bytes(self.whole)

    @cached_property
    def rare_by_line(self) -> list[bytes]:
        """What is left of each line."""
        if self._broken:
            return [rare_bytes(line) for line in self.lines]
        return self.rare_bytes.split(b"\n")

    @cached_property
    def _broken(self) -> bool:
        """Whether there are no lines, or one that has a break."""
        return self.rare_bytes.count(b"\n") != len(self.lines) - 1

    def holding(self, mark: bytes) -> Sequence[int]:
        """Return the lines (0-based) whose rare bytes hold `mark`."""
        find = self.rare_bytes.find
        if (place := find(mark)) < 0:
            return ()
        ends, found = self._ends, []
        while place >= 0:
            at = bisect_right(ends, place)
            found.append(at)
            place = find(mark, ends[at])
        return found

    def matching(self, pattern: re.Pattern[bytes]) -> Iterable[int]:
        """Return the lines (0-based) in whose rare bytes `pattern`, without line ends, is found."""
        places = [match.start() for match in pattern.finditer(self.rare_bytes)]
        return {bisect_right(self._ends, place) for place in places}

    def having(self, word: bytes) -> Iterable[int]:
        """Return the lines (0-based) that hold a word of which the rare bytes keep nothing."""
        find = self.whole.find
        if (place := find(word)) < 0:
            return ()
        ends, found = self._line_ends, []
        while place >= 0:
            at = bisect_right(ends, place)
            found.append(at)
            place = find(word, ends[at])
        return found

    @cached_property
    def _line_ends(self) -> list[int]:
        """Where each line ends in all of them."""
        return [*accumulate(map((1).__add__, map(len, self.lines)))]

    def foreign_holding(self, mark: bytes) -> Iterable[int]:
        """Return the lines (0-based) that may hold `mark`, which is not ASCII but for a backslash.

        In others it is put together by the ASCII between that is left out.
        """
        found: list[int] = []
        foreign, at, looked = self._foreign, 0, 0
        if self._broken:
            return [at for at, line in enumerate(self.lines) if mark in line]
        while (place := foreign.find(mark, looked)) >= 0:
            at += foreign.count(b"\n", looked, place)
            found.append(at)
            looked = foreign.find(b"\n", place)
            if looked < 0:
                break
        return found

    @cached_property
    def _foreign(self) -> bytes:
        """All lines, and their ends, without ASCII but for backslashes."""
        return b"" if self.whole.isascii() else self.whole.translate(None, _ASCII)

    @cached_property
    def _ends(self) -> list[int]:
        """Where the rare bytes of each line end in those of all."""
        return [*accumulate(len(rest) + 1 for rest in self.rare_by_line)]

    @cached_property
    def hiding(self) -> Iterable[int]:
        """The lines in which letters are written as escapes."""
        suspects = self.holding(b"\\u00")
        return [at for at in suspects if hides_ascii(self.lines[at], self.rare_by_line[at])]


Unsure = Callable[[bytes, bytes], bool]  # of a line and its rare bytes

# By gate: which lines of a batch it may let through. One that is not named it surely does
# not, unless it hides letters. Asking this of a thousand lines at once is far cheaper than
# asking the gate of each.
Hint = Callable[[LineBatch], Iterable[int]]
HINTS: dict[Callable[[Row], bool], Hint] = {}


# By gate, for a rule that finds much: the lines in which it does and how much, if they are JSON
# objects; below 0 if unsure. Instead of a hint.
Counted = Callable[[LineBatch], Iterable[tuple[int, int]]]
COUNTED: dict[Callable[[Row], bool], Counted] = {}


# By gate, beside a hint: whether its rules may find something in the messages of a tidy chat.
CONFIRMED: dict[Callable[[Row], bool], Callable[[list[dict[str, Any]]], bool]] = {}


# By gate: whether it lets a line that hides no ASCII through, from the line and its rare bytes.
LETS: dict[Callable[[Row], bool], Callable[[bytes, bytes], bool]] = {}


def common(mark: bytes, pattern: re.Pattern[bytes], unsure: Unsure) -> Callable[[Row], bool]:
    """Return a gate: whether a mark that many lines hold may be in a text of the line.

    The rule behind it finds as much in a JSON object as `pattern` does in its line, in which
    there is the mark, unless `unsure` says that this may not be so.
    """

    def gate(row: Row) -> bool:
        return mark in row.line or row.hides_ascii

    def counted(batch: LineBatch) -> Iterable[tuple[int, int]]:
        lines, rare_by_line, find = batch.lines, batch.rare_by_line, pattern.findall
        for at in compress(count(), map(contains, rare_by_line, repeat(mark))):
            line = lines[at]
            if unsure(line, rare_by_line[at]):
                yield at, -1
            elif found := len(find(line)):
                yield at, found

    COUNTED[gate] = counted
    return shortcut(gate)


def marked(*marks: bytes, exact: str = "") -> Callable[[Row], bool]:
    """Return a gate: whether one of `marks`, which are ASCII, may be in a text of the line.

    With `exact`, a pattern that begins with a rare letter, the line has to match that too.
    """
    by_rest: dict[bytes, list[bytes]] = {}
    for mark in marks:
        by_rest.setdefault(rare_bytes(mark), []).append(mark)
    pairs = [*by_rest.items()]
    pattern = re.compile(exact.encode()) if exact else None

    def holds(line: bytes, whole: Iterable[bytes]) -> bool:
        for mark in whole:
            if mark in line:
                return pattern is None or pattern.search(line) is not None
        return False

    def lets(line: bytes, _rest: bytes) -> bool:
        return holds(line, marks)

    def gate(row: Row) -> bool:
        for rest, whole in pairs:
            if rest in row.rare_bytes and holds(row.line, whole):
                return True
        return row.hides_ascii

    def hint(batch: LineBatch) -> Iterable[int]:
        lines = batch.lines
        return {
            at for rest, whole in pairs for at in batch.holding(rest) if holds(lines[at], whole)
        }

    HINTS[gate] = hint
    LETS[gate] = lets
    return shortcut(gate)


def shaped(
    part: bytes,
    rough: tuple[str, ...],
    exact: str,
    whole: str,
    longest: int,
    possible: Callable[[str], bool] | None = None,
) -> Callable[[Row], bool]:
    """Return a gate: whether a text of the line may match the pattern `whole`.

    That is asked (`in_some_text`) only where the line matches `exact`, which any match of `whole`
    holds in itself; and this only if the rare bytes hold `part` and match one of the patterns
    `rough`. These begin with what is found without trying it everywhere: one letter, or one of a
    set.
    """
    in_rare, in_line = [re.compile(one.encode()) for one in rough], re.compile(exact.encode())
    matches = in_some_text(whole, longest, possible)

    def lets(line: bytes, rest: bytes) -> bool:
        if part not in rest or not any(one.search(rest) for one in in_rare):
            return False
        return matches(line, in_line)

    def gate(row: Row) -> bool:
        return lets(row.line, row.rare_bytes) or row.hides_ascii

    def hint(batch: LineBatch) -> Iterable[int]:
        suspects = {at for one in in_rare for at in batch.matching(one)}
        return [at for at in suspects if matches(batch.lines[at], in_line)]

    HINTS[gate] = hint
    LETS[gate] = lets
    return shortcut(gate)
