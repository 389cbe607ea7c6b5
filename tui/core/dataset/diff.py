"""What changed between two datasets, example by example.

Examples are matched by their content, and those left over by what they ask; order of keys
and spacing do not count. Those that only stand elsewhere among the others have moved.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tui.core.dataset.fingerprints import content_key, question_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: the example's 0-based position before and after, None where it is not."""

    kind: Kind
    before: int | None
    after: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the change with 1-based line numbers."""
        return {
            "change": self.kind,
            "before": None if self.before is None else self.before + 1,
            "after": None if self.after is None else self.after + 1,
        }


@dataclass(frozen=True, slots=True)
class DatasetDiff:
    """All changes, in the order of the newer dataset; removed ones stand where they stood."""

    changes: tuple[Difference, ...]
    same: int

    def count(self, kind: Kind) -> int:
        """Return how many changes are of a kind."""
        return sum(change.kind == kind for change in self.changes)

    @property
    def words(self) -> str:
        """The counts in words."""
        counts = Counter(change.kind for change in self.changes)
        kinds: tuple[Kind, ...] = ("added", "removed", "changed", "moved")
        found = [f"{counts[kind]:,} {kind}" for kind in kinds if counts[kind]]
        return ", ".join([*found, f"{self.same:,} the same"])


def compare(before: Iterable[bytes], after: Iterable[bytes]) -> DatasetDiff:
    """Compare the lines of two datasets; blank lines are passed over."""
    old = [(at, line) for at, line in enumerate(before) if line.strip()]
    new = [(at, line) for at, line in enumerate(after) if line.strip()]
    same, old_left, new_left = _matched(
        [(at, content_key(line)) for at, line in old],
        [(at, content_key(line)) for at, line in new],
    )
    changed, old_left, new_left = _matched(_keyed(old, old_left), _keyed(new, new_left))
    moved = _moved(same)
    changes = [Difference("changed", a, b) for a, b in changed]
    changes += [Difference("moved", a, b) for a, b in moved]
    changes += [Difference("removed", a, None) for a in old_left]
    changes += [Difference("added", None, b) for b in new_left]
    changes.sort(key=_order)
    return DatasetDiff(tuple(changes), len(same) - len(moved))


def _keyed(lines: Sequence[tuple[int, bytes]], left: Sequence[int]) -> list[tuple[int, str]]:
    wanted = set(left)
    return [(at, question_key(line)) for at, line in lines if at in wanted]


def _matched(
    old: Sequence[tuple[int, str]], new: Sequence[tuple[int, str]]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Return pairs of positions with the same key, in new order, and what is left of both."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for at, key in old:
        waiting[key].append(at)
    pairs: list[tuple[int, int]] = []
    new_left: list[int] = []
    for at, key in new:
        if waiting.get(key):
            pairs.append((waiting[key].popleft(), at))
        else:
            new_left.append(at)
    return pairs, sorted(at for rest in waiting.values() for at in rest), new_left


def _moved(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs outside the longest run that kept its order."""
    tails: list[int] = []  # the smallest last position of a run of each length
    tail_at: list[int] = []
    before: list[int] = []
    for number, (old, _) in enumerate(pairs):
        place = bisect_left(tails, old)
        before.append(tail_at[place - 1] if place else -1)
        if place == len(tails):
            tails.append(old)
            tail_at.append(number)
        else:
            tails[place], tail_at[place] = old, number
    kept = set()
    at = tail_at[-1] if tail_at else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return [pair for number, pair in enumerate(pairs) if number not in kept]


def _order(change: Difference) -> tuple[int, int]:
    at = change.after if change.after is not None else change.before
    return at or 0, change.after is not None
