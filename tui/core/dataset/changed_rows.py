"""Which rows differ between two states of a dataset, told as edited, new, gone or moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

What = Literal["edited", "new", "gone", "moved"]


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
    row gone and a row new are one edited; a text gone in one place and new in another moved.
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
        pairs = min(len(rows), len(here))
        found += [RowChange("edited", b, n, n) for b, n in zip(rows, here, strict=False)]
        gone += [(b, at + pairs) for b in rows[pairs:]]
        new += here[pairs:]
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


def _moved(
    gone: list[tuple[int, int]],
    new: list[int],
    text_before: Callable[[int], bytes],
    text_now: Callable[[int], bytes],
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
