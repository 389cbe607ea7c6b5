"""Leakage: examples of one file that are in another too."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from tui.core.near.candidates import Judge, candidates
from tui.core.near.groups import Group, Reason
from tui.core.near.sketches import Sketches, Stopped
from tui.core.near.unions import Unions

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from tui.core.dataset.lines import Lines

_ORDER: tuple[Reason, ...] = ("same", "prompt", "near")


def leaks(
    sketches: Sketches,
    rows: Lines,
    others: Sketches,
    other_rows: Lines,
    threshold: float | None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Group]:
    """Return what two files share: equal examples, equal prompts, and similar texts.

    Without a threshold only what is equal. The reason of a group is the strongest of its
    links. Raises Stopped.
    """
    both = _Both(rows, other_rows)
    judge = Judge(both)
    border = len(sketches)
    unions = Unions(len(both))
    reasons: dict[int, Reason] = {}  # of each row of the second file
    links: list[tuple[Reason, NDArray[np.int64]]] = [
        ("same", _shared(sketches.content, others.content)),
        ("prompt", _shared(sketches.prompt, others.prompt)),
    ]
    if threshold is not None:
        links.append(("near", _shared(sketches.text, others.text)))
        links.append(("near", _similar(sketches, others, judge, threshold, cancelled)))
    for reason, pairs in links:
        for one, other in pairs.tolist():
            unions.join(one, other)
            reasons.setdefault(other, reason)
    found = []
    for members in unions.sets():
        if cancelled():
            raise Stopped
        here = tuple(row for row in members if row < border)
        there = tuple(row for row in members if row >= border)
        alike = tuple(judge.alike(there[0], row) for row in here)
        reason = min((reasons[row] for row in there), key=_ORDER.index)
        found.append(Group(reason, here, alike, tuple(row - border for row in there)))
    return found


def _shared(here: NDArray[np.uint64], there: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return pairs that link every row with a value of both files to a row of the other."""
    import numpy as np

    values, firsts = np.unique(here, return_index=True)
    first_here = dict(zip(values.tolist(), firsts.tolist(), strict=True))
    first_here.pop(0, None)
    first_there: dict[int, int] = {}
    pairs = []
    for row, value in enumerate(there.tolist(), len(here)):
        if (first := first_here.get(value)) is not None:
            first_there.setdefault(value, row)
            pairs.append((first, row))
    hits = np.flatnonzero(np.isin(here, np.array([*first_there], np.uint64)))
    pairs += [(row, first_there[int(here[row])]) for row in hits.tolist()]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _similar(
    sketches: Sketches,
    others: Sketches,
    judge: Judge,
    threshold: float,
    cancelled: Callable[[], bool],
) -> NDArray[np.int64]:
    import numpy as np

    joined = _joined(sketches, others)
    chosen = []
    for start, part in ((0, sketches), (len(sketches), others)):
        values, firsts = np.unique(part.text, return_index=True)
        chosen.append(start + firsts[values != 0])
    pairs = candidates(joined, np.sort(np.concatenate(chosen)), threshold, len(sketches), cancelled)
    kept = []
    for number, (one, other) in enumerate(pairs.tolist()):
        if number % 500 == 0 and cancelled():
            raise Stopped
        if judge.alike(one, other) >= threshold:
            kept.append((one, other))
    return np.array(kept, np.int64).reshape(-1, 2)


def _joined(one: Sketches, other: Sketches) -> Sketches:
    import numpy as np

    names = [field.name for field in fields(Sketches) if field.name != "banding"]
    columns = [np.concatenate((getattr(one, name), getattr(other, name))) for name in names]
    return Sketches(one.banding, *columns)


class _Both:
    """The rows of two files, one after the other."""

    def __init__(self, one: Lines, other: Lines) -> None:
        self._one, self._other = one, other
        self._border = len(one)

    def __len__(self) -> int:
        return self._border + len(self._other)

    def __getitem__(self, position: int, /) -> bytes:
        if position < self._border:
            return self._one[position]
        return self._other[position - self._border]
