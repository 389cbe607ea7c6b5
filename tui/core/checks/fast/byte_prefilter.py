"""Prefilter by rare bytes: which marks lines may hold, without searching for each.

A line is first cut down to the bytes that marks are made of: capitals, digits (all as 0),
signs and a few small letters. What is left is a tenth of the line, and a mark that is not in
it, cut down in the same way, is not in the line either.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, compress, count, repeat
from operator import contains
from typing import TYPE_CHECKING, Any

from tui.core.checks.fast import shortcut
from tui.core.checks.fast.rare_bytes import figures, hides_ascii, rare_bytes
from tui.core.checks.fast.rare_marks import RARE, WHOLE, Mark, around, by_rarest, one_of
from tui.core.checks.fast.raw_matches import in_some_text

if TYPE_CHECKING:
    from tui.core.checks.row import Row


ASCII = bytes(range(128))
_ESCAPE = re.compile(rb"\\(?=u)")


class LineBatch:
    """Many lines that follow each other, cut down together."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self.whole = b"\n".join(lines)
        self.rare_bytes = rare_bytes(self.whole)
        self._figures: dict[int, bytes] = {}
        self._marked: dict[bytes, dict[Mark, list[int]]] = {}
        self._placed: dict[bytes, dict[Mark, list[int]]] = {}
        self._held: dict[bytes, Sequence[int]] = {}

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

    def marked(self, mark: Mark) -> Iterable[int]:
        """Return the lines (0-based) whose rare bytes hold `mark`, looked for with all others."""
        if mark.byte not in self._marked:
            self._marked[mark.byte] = RARE.places(mark.byte, self.rare_bytes)
        return {bisect_right(self._ends, place) for place in self._marked[mark.byte][mark]}

    def holding(self, mark: bytes) -> Sequence[int]:
        """Return the lines (0-based) whose rare bytes hold `mark`."""
        return self._holding(self.rare_bytes, mark)

    def holding_figures(self, mark: bytes) -> Sequence[int]:
        """Return the lines (0-based) the figures of whose rare bytes hold `mark`."""
        if mark not in self._held:
            self._held[mark] = self._holding(self._rare_figures, mark)
        return self._held[mark]

    def _holding(self, rare: bytes, mark: bytes) -> Sequence[int]:
        return self._with(rare, mark, self._ends) if mark in rare else ()

    def _with(self, joined: bytes, mark: bytes, ends: list[int]) -> Sequence[int]:
        find, found = joined.find, []
        place = find(mark)
        while place >= 0:
            at = bisect_right(ends, place)
            found.append(at)
            place = find(mark, ends[at])
        return found

    def matching(self, pattern: re.Pattern[bytes]) -> Iterable[int]:
        """Return the lines (0-based) in whose rare bytes `pattern`, without line ends, is found."""
        return self._matching(self.rare_bytes, pattern)

    def matching_figures(self, pattern: re.Pattern[bytes]) -> Iterable[int]:
        """Return the lines (0-based) in the figures of whose rare bytes `pattern` is found."""
        return self._matching(self._rare_figures, pattern)

    def _matching(self, rare: bytes, pattern: re.Pattern[bytes]) -> Iterable[int]:
        places = [match.start() for match in pattern.finditer(rare)]
        return {bisect_right(self._ends, place) for place in places}

    @cached_property
    def _rare_figures(self) -> bytes:
        return figures(self.rare_bytes)

    def figures_of(self, at: int) -> bytes:
        """Return the figures of a line (0-based)."""
        if at not in self._figures:
            self._figures[at] = figures(self.lines[at])
        return self._figures[at]

    def having(self, word: bytes) -> Iterable[int]:
        """Return the lines (0-based) that hold a word of which the rare bytes keep nothing."""
        return self._with(self.whole, word, self._line_ends)

    def places(self, pattern: re.Pattern[bytes]) -> list[int]:
        """Return where `pattern`, which should begin with a rare byte, is found in all lines."""
        return [match.start() for match in pattern.finditer(self.whole)]

    def lines_at(self, places: Iterable[int]) -> Iterable[int]:
        """Return the lines (0-based) in which some places of all lines are."""
        return {bisect_right(self._line_ends, place) for place in places}

    def places_of(self, mark: Mark) -> list[int]:
        """Return where a mark stands in all lines, looked for with all others."""
        if mark.byte not in self._placed:
            self._placed[mark.byte] = WHOLE.places(mark.byte, self.whole)
        return self._placed[mark.byte][mark]

    @cached_property
    def beyond_ascii(self) -> bytes:
        """All bytes that are not ASCII, one after the other."""
        return b"" if self.whole.isascii() else self.whole.translate(None, ASCII)

    @cached_property
    def escaped(self) -> Sequence[int]:
        """The lines (0-based) that may have a character written by its number."""
        found, lines, at = [], self.lines, 0
        while match := _ESCAPE.search(self.whole, self._line_ends[at - 1] if at else 0):
            at = bisect_right(self._line_ends, match.start()) + 1
            found.append(at - 1)
            if at == len(lines):
                break
        return found

    @cached_property
    def _line_ends(self) -> list[int]:
        """Where each line ends in all of them."""
        return [*accumulate(map((1).__add__, map(len, self.lines)))]

    @cached_property
    def _ends(self) -> list[int]:
        """Where the rare bytes of each line end in those of all."""
        return [*accumulate(map((1).__add__, map(len, self.rare_by_line)))]

    @cached_property
    def hiding(self) -> Iterable[int]:
        """The lines in which letters are written as escapes."""
        rests = self.rare_by_line
        return [at for at in self.escaped if hides_ascii(self.lines[at], rests[at])]


Unsure = Callable[[LineBatch], Iterable[int]]  # the lines of a batch

# By gate: the lines of a batch that it may let through; it lets no other through, except lines
# that hide letters. Asking once about a thousand lines is far cheaper than asking the gate about
# each.
Hint = Callable[[LineBatch], Iterable[int]]
HINTS: dict[Callable[[Row], bool], Hint] = {}


# By gate, for a rule with many findings, instead of a hint: the lines with findings and how many
# each has if it is a JSON object, or a negative number where that is not certain.
FindingCounts = Callable[[LineBatch], Iterable[tuple[int, int]]]
COUNTED: dict[Callable[[Row], bool], FindingCounts] = {}


# By gate, beside a hint: whether its rules may find something in the messages of a tidy chat.
CONFIRMED: dict[Callable[[Row], bool], Callable[[list[dict[str, Any]]], bool]] = {}


# By gate: whether it lets a line that hides no ASCII through, from the line and its rare bytes.
LETS: dict[Callable[[Row], bool], Callable[[bytes, bytes], bool]] = {}


def common(mark: bytes, pattern: re.Pattern[bytes], unsure: Unsure) -> Callable[[Row], bool]:
    """Return a gate: whether a mark that many lines hold may be in a text of the line.

    In a JSON object whose line has the mark, the rule has as many findings as `pattern` has
    matches in the line, unless `unsure` names the line.
    """

    def gate(row: Row) -> bool:
        return mark in row.line or row.hides_ascii

    def counted(batch: LineBatch) -> Iterable[tuple[int, int]]:
        lines, find, doubtful = batch.lines, pattern.findall, {*unsure(batch)}
        for at in compress(count(), map(contains, batch.rare_by_line, repeat(mark))):
            if at in doubtful:
                yield at, -1
            elif found := find(lines[at]):
                yield at, len(found)

    COUNTED[gate] = counted
    return shortcut(gate)


# Too many of the rare bytes to look around each.
_MANY = b'"u0,\\.:gy'


def _by_rest(marks: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Return marks by what is left of them, or in what is left of them."""
    left = {mark: rare_bytes(mark) for mark in marks}
    found: dict[bytes, list[bytes]] = {}
    for mark, own in left.items():
        shortest = min((rest for rest in left.values() if rest in own), key=len)
        found.setdefault(shortest, []).append(mark)
    return found


_Look = Callable[[bytes], object]
RUN = 16


def _run_after(sign: bytes) -> Mark:
    """Return a mark for a sign before letters, digits, _ or -, as in a token."""
    return WHOLE.add(sign, b"[A-Za-z0-9_-]{%d}" % RUN)


def marked(
    *marks: bytes,
    exact: str = "",
    after: Mapping[bytes, Iterable[bytes]] | None = None,
    within: Mapping[bytes, Iterable[bytes]] | None = None,
    runs: Mapping[str, str] | None = None,
) -> Callable[[Row], bool]:
    """Return a gate: whether one of `marks`, which are ASCII, may be in a text of the line.

    With `exact`, a pattern that begins with a rare letter, the line has to match that instead.
    `after` are marks of which too little is left, by what is left of what goes with them; `within`
    those that are looked for in whole lines therefore, by what they have in common. `runs` are
    patterns for tokens whose mark ends in a sign, by that sign: what stands before and after,
    where `RUN` letters, digits, _ or - follow it.
    """
    pairs = {**_by_rest(marks), **(after or {})}
    tokens = {
        sign.encode(): re.compile(f"{re.escape(sign)}(?:{token})".encode())
        for sign, token in (runs or {}).items()
    }
    look = re.compile(exact.encode()).search if exact else None
    looks = {rest: _look(whole, look) for rest, whole in pairs.items()}
    return _gate(
        looks, {word: _look(whole, look) for word, whole in (within or {}).items()}, tokens
    )


def _look(marks: Iterable[bytes], exact: _Look | None) -> _Look:
    """Return what says whether a line holds one of some marks, or matches what is looked for."""
    if exact is not None:
        return exact
    found = by_rarest(marks).items()
    looks = [
        one_of(byte, [Mark(byte, *around(*one)) for one in words]).search for byte, words in found
    ]
    return looks[0] if len(looks) == 1 else lambda line: any(look(line) for look in looks)


def _gate(
    pairs: Mapping[bytes, _Look],
    within: Mapping[bytes, _Look],
    tokens: Mapping[bytes, re.Pattern[bytes]],
) -> Callable[[Row], bool]:
    searches = [token.search for token in tokens.values()]
    by_byte = by_rarest(pairs).items()
    single = [rest for byte, left in by_byte if byte in _MANY for _, rest in left]
    shared = [
        (RARE.add(byte, *around(at, rest)), pairs[rest])
        for byte, left in by_byte
        if byte not in _MANY
        for at, rest in left
    ]
    runs = [(_run_after(sign), token.match) for sign, token in tokens.items()]

    def lets(line: bytes, rest: bytes) -> bool:
        for left, look in pairs.items():
            if left in rest and look(line):
                return True
        for word, look in within.items():
            if word in line and look(line):
                return True
        return any(search(line) for search in searches)

    def gate(row: Row) -> bool:
        return lets(row.line, row.rare_bytes) or row.hides_ascii

    def hint(batch: LineBatch) -> Iterable[int]:
        lines, whole = batch.lines, batch.whole
        suspects: list[tuple[Iterable[int], _Look]]
        suspects = [(batch.marked(mark), look) for mark, look in shared]
        suspects += [(batch.holding(rest), pairs[rest]) for rest in single]
        suspects += [(batch.having(word), look) for word, look in within.items()]
        found = {at for places, look in suspects for at in places if look(lines[at])}
        for run, match in runs:
            found.update(batch.lines_at(at for at in batch.places_of(run) if match(whole, at)))
        return found

    HINTS[gate] = hint
    LETS[gate] = lets
    return shortcut(gate)


def shaped(
    hints: tuple[str, ...],
    exact: tuple[str, ...],
    whole: str,
    longest: int,
    possible: Callable[[str], bool] | None = None,
) -> Callable[[Row], bool]:
    """Return a gate: whether a text of the line may match the pattern `whole`.

    That is asked (`in_some_text`) only around what matches one of the patterns `exact` in the
    figures of the line; and this only if those of its rare bytes hold one of `hints`, which are
    patterns or plain marks. Any match of `whole` has both in itself. All begin with letters that
    are found without trying the pattern everywhere.
    """
    marks = [one.encode() for one in hints if re.escape(one) == one.replace("-", r"\-")]
    in_rare = [re.compile(one.encode()) for one in hints if one.encode() not in marks]
    matches = in_some_text(whole, exact, longest, possible)

    def lets(line: bytes, rest: bytes) -> bool:
        seen = figures(rest)
        if any(mark in seen for mark in marks) or any(one.search(seen) for one in in_rare):
            return matches(line, figures(line))
        return False

    def gate(row: Row) -> bool:
        return lets(row.line, row.rare_bytes) or row.hides_ascii

    def hint(batch: LineBatch) -> Iterable[int]:
        suspects = {at for mark in marks for at in batch.holding_figures(mark)}
        suspects.update(at for one in in_rare for at in batch.matching_figures(one))
        return [at for at in suspects if matches(batch.lines[at], batch.figures_of(at))]

    HINTS[gate] = hint
    LETS[gate] = lets
    return shortcut(gate)
