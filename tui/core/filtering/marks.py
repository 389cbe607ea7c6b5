"""Marks on rows. They are kept by row id, so edits of other rows and undo leave them in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]


class Marks:
    """The ids of the marked rows, also of rows that undo may bring back."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def __bool__(self) -> bool:
        """Whether any row was ever marked; `positions` tells whether it is still there."""
        return bool(self._ids)

    def __contains__(self, row_id: object) -> bool:
        """Whether a row is marked."""
        return row_id in self._ids

    def ids(self) -> set[int]:
        """Return the ids of all rows ever marked, as they are now."""
        return self._ids.copy()

    def toggle(self, row_id: int) -> None:
        """Mark a row, or take its mark away."""
        self._ids ^= {row_id}

    def add(self, ids: Iterable[int]) -> None:
        """Mark rows."""
        self._ids.update(ids)

    def flip(self, ids: Iterable[int]) -> None:
        """Mark those that are not marked, and take the marks of the others away."""
        self._ids ^= set(ids)

    def clear(self) -> None:
        """Take all marks away."""
        self._ids.clear()

    def positions(self, ids: Sequence[int]) -> list[int]:
        """Return the positions of the marked rows among `ids`, the document's rows in order."""
        if not self._ids:
            return []
        import numpy as np

        marked = np.fromiter(self._ids, dtype=np.int64, count=len(self._ids))
        found: list[int] = np.flatnonzero(np.isin(as_ids(ids), marked)).tolist()
        return found

    def carry(self, before: Sequence[int], after: Sequence[int]) -> None:
        """Hand marks on from rows to those that took their place in one change.

        A stretch of rows replaced by as many others is taken for edits of them one by one.
        """
        if not self._ids:
            return
        old, new = _changed(as_ids(before), as_ids(after))
        if len(old) == len(new):
            pairs = zip(old.tolist(), new.tolist(), strict=True)
            self._ids.update(made for was, made in pairs if was in self._ids and made != was)


def as_ids(ids: Any) -> Ids:
    """Return row ids as a numpy array, without a copy where they are one already in memory."""
    import numpy as np

    return np.asarray(ids, dtype=np.int64)


def _changed(before: Ids, after: Ids) -> tuple[Ids, Ids]:
    """Cut off what two orders of rows have in common at their beginnings and ends."""
    import numpy as np

    shorter = min(len(before), len(after))
    differ = np.flatnonzero(before[:shorter] != after[:shorter])
    start = int(differ[0]) if len(differ) else shorter
    rest = shorter - start
    tail_old, tail_new = before[len(before) - rest :], after[len(after) - rest :]
    differ = np.flatnonzero(tail_old != tail_new)
    same = rest - 1 - int(differ[-1]) if len(differ) else rest
    return before[start : len(before) - same], after[start : len(after) - same]
