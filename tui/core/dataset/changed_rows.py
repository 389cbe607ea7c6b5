"""Which rows differ between two states of a dataset, told as edited, new, gone or moved."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Text = Callable[[int], bytes]

What = Literal["edited", "new", "gone", "moved"]


# Of more rows beside each other than this, or of longer ones, only the places are compared.
_MOST_COMPARED = 400  # pairs
_LOOKED_AT = 20_000  # bytes
_WORD = re.compile(rb"\w+")
# What is in every line of a chat, and so makes no two of them alike.
_COMMON = frozenset({b"messages", b"role", b"content", b"user", b"assistant", b"system"})


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row's change, by its positions before and now; a gone row is `after` the one there."""

    what: What
    before: int | None
    now: int | None
    # Where the row is, or where it would stand had it not gone.
    at: int


def changed_rows(
    before: Sequence[int], now: Sequence[int], text: Callable[[int], bytes]
) -> list[RowChange]:
    """Return what changed from one list of row ids to another, in the order of the rows now.

    Ids are unique in each list and name unchanging texts. Between two rows that both have, a
    row gone and a row new are one edited: of several those that are most alike. A text gone in
    one place and new in another moved.
    """
    kept = set(before) & set(now)
    order = {row_id: i for i, row_id in enumerate(r for r in before if r in kept)}
    last = -1
    steady = set()  # rows that kept their order; the others have moved
    for row_id in now:
        if row_id in kept and order[row_id] > last:
            last = order[row_id]
            steady.add(row_id)
    gaps_before, gaps_now = _gaps(before, steady), _gaps(now, steady)
    found: list[RowChange] = []
    gone: list[tuple[int, int]] = []  # position before, and where it would stand now
    new: list[int] = []
    starts = {anchor: at for anchor, at, _ in gaps_now}
    added = {anchor: rows for anchor, _, rows in gaps_now}
    for anchor, _, rows in gaps_before:
        here, at = added.pop(anchor, []), starts[anchor]
        pairs = _pairs(rows, here, lambda b: text(before[b]), lambda n: text(now[n]))
        found += [RowChange("edited", b, n, n) for b, n in pairs]
        edited = dict(pairs)
        for b in rows:
            if b in edited:
                at = edited[b] + 1
            else:
                gone.append((b, at))
        new += [n for n in here if n not in edited.values()]
    new += [row for rows in added.values() for row in rows]
    found += _moved(gone, new, lambda b: text(before[b]), lambda n: text(now[n]))
    return sorted(found, key=lambda c: (c.at, c.before if c.before is not None else -1))


def _gaps(ids: Sequence[int], steady: set[int]) -> list[tuple[int | None, int, list[int]]]:
    """Return for each steady row (None: the start) where the next row is, and the others there."""
    gaps: list[tuple[int | None, int, list[int]]] = [(None, 0, [])]
    for position, row_id in enumerate(ids):
        if row_id in steady:
            gaps.append((row_id, position + 1, []))
        else:
            gaps[-1][2].append(position)
    return gaps


def _pairs(
    rows: list[int], here: list[int], text_before: Text, text_now: Text
) -> list[tuple[int, int]]:
    """Return which of the rows gone and of the rows new in one place are one edited, in order."""
    if len(rows) == len(here) == 1 or not rows or not here:
        return [*zip(rows, here, strict=False)]
    if len(rows) * len(here) > _MOST_COMPARED:
        return [*zip(rows, here, strict=False)]
    words_before = [_words(text_before(row)) for row in rows]
    words_now = [_words(text_now(row)) for row in here]
    likeness = [[_likeness(one, other) for other in words_now] for one in words_before]
    found = _aligned(likeness, (0, len(rows)), (0, len(here)))
    return [(rows[b], here[n]) for b, n in found]


def _words(text: bytes) -> Counter[bytes]:
    found = Counter(_WORD.findall(text[:_LOOKED_AT]))
    for word in _COMMON & found.keys():
        del found[word]
    return found


def _likeness(one: Counter[bytes], other: Counter[bytes]) -> float:
    """Return how much of the longer of two texts is in the other, from 0 to 1."""
    longer = max(one.total(), other.total())
    return (one & other).total() / longer if longer else 1.0


def _aligned(
    likeness: list[list[float]], rows: tuple[int, int], here: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return pairs, the most alike first, of which none crosses another; all that there can be.

    Where nothing is alike, the rows stand for each other by their places.
    """
    (b0, b1), (n0, n1) = rows, here
    if b0 == b1 or n0 == n1:
        return []
    pairs = [(b, n) for b in range(b0, b1) for n in range(n0, n1) if _leaves_room(b, n, rows, here)]
    b, n = max(pairs, key=lambda p: (likeness[p[0]][p[1]], -abs(p[0] - b0 - p[1] + n0)))
    before = _aligned(likeness, (b0, b), (n0, n))
    return [*before, (b, n), *_aligned(likeness, (b + 1, b1), (n + 1, n1))]


def _leaves_room(b: int, n: int, rows: tuple[int, int], here: tuple[int, int]) -> bool:
    """Whether beside a pair all others of the shorter side still find one."""
    (b0, b1), (n0, n1) = rows, here
    fewest = min(b - b0, n - n0) + min(b1 - b, n1 - n)
    return fewest == min(b1 - b0, n1 - n0)


def _moved(
    gone: list[tuple[int, int]],
    new: list[int],
    text_before: Text,
    text_now: Text,
) -> list[RowChange]:
    left: dict[bytes, list[tuple[int, int]]] = {}
    for before, at in gone:
        left.setdefault(text_before(before), []).append((before, at))
    found = []
    for now in new:
        same = left.get(text_now(now))
        if same:
            before, _ = same.pop(0)
            found.append(RowChange("moved", before, now, now))
        else:
            found.append(RowChange("new", None, now, now))
    rest = (pair for pairs in left.values() for pair in pairs)
    return found + [RowChange("gone", before, None, at) for before, at in rest]
