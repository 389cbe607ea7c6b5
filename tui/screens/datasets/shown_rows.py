"""The rows that the list shows, and the position of each in it."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from tui.core.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Sequence


class ShownRows:
    """Maps the list's rows to positions in the document and back.

    Without a filter the two are the same. One row is kept although it does not match: what one
    has jumped to, or has just edited, must not vanish from under the cursor. Whoever changes
    what is shown tells `changed`.
    """

    def __init__(self) -> None:
        self.changed = Listeners[[]]()
        self.kept_id: int | None = None  # the id of the row shown although it does not match
        self._total = 0
        self._matching: array[int] | None = None  # ascending; None shows everything
        self._shown: array[int] = array("q")

    def __len__(self) -> int:
        """Count the rows of the list."""
        return self._total if self._matching is None else len(self._shown)

    @property
    def filtered(self) -> bool:
        """Whether only matching rows are shown."""
        return self._matching is not None

    @property
    def matching(self) -> int:
        """How many rows match; all of them without a filter."""
        return self._total if self._matching is None else len(self._matching)

    def show_all(self, total: int) -> None:
        """Show every row of a document of `total` rows."""
        self._total, self._matching, self.kept_id = total, None, None
        self._shown = array("q")

    def show_only(self, positions: array[int], total: int) -> None:
        """Show the rows at `positions`, which are ascending. Nothing else is shown any more."""
        self._total, self._matching = total, positions
        self._shown = positions

    def keep(self, position: int, row_id: int) -> None:
        """Show this row too, in place of the one kept before."""
        if self._matching is None or not 0 <= position < self._total:
            return
        self._shown, self.kept_id = self._matching, row_id
        if not self.matches(position):
            self._shown = array("q", self._matching)
            insort(self._shown, position)

    def matches(self, position: int) -> bool:
        """Whether the filter lets this row through."""
        return self._matching is None or _find(self._matching, position) is not None

    def position(self, row: int) -> int:
        """Return the document's position of a row of the list.

        The length of the document, a position where nothing is, when the list has no such row.
        """
        if self._matching is None:
            return row
        return self._shown[row] if 0 <= row < len(self._shown) else self._total

    def row(self, position: int) -> int | None:
        """Return where in the list a position is shown, None when it is not."""
        if self._matching is None:
            return position
        return _find(self._shown, position)

    def nearest(self, position: int) -> int:
        """Return the row of the list for a position, or for the next one shown after it."""
        if self._matching is None:
            return position
        return min(bisect_left(self._shown, position), max(len(self._shown) - 1, 0))

    def positions(self) -> Sequence[int]:
        """Return the positions that match, in order."""
        return range(self._total) if self._matching is None else self._matching.tolist()


def _find(ordered: array[int], value: int) -> int | None:
    at = bisect_left(ordered, value)
    return at if at < len(ordered) and ordered[at] == value else None
