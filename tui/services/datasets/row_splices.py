"""Replace all rows by new ones with few splices, for bulk operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.splices import Splice
from tui.services.errors import InputError

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence

# A splice that changes the number of rows moves all behind it; beyond this many, one splice
# over the whole stretch is quicker.
MOST_SPLICES = 256
_MOST_REPLACEMENTS = 20_000


def splices_of(
    ids: array[int], rows: Sequence[int | bytes], new_id: Callable[[bytes], int]
) -> tuple[Splice, ...]:
    """Return the splices from `ids` to `rows`: positions in `ids` as they stand, or new lines.

    Raises InputError for a line that is several, before any new id is made. Takes a second
    for a million rows: call it off the event loop.
    """
    if any(isinstance(row, bytes) and b"\n" in row for row in rows):
        raise InputError("Not one line", "a row of JSONL is a single line", "Remove the break")
    made: list[Splice] = []
    inserted: list[int] = []
    taken = at = 0  # rows of `ids` behind us; where in the new rows the open splice begins
    for position, row in enumerate(rows):
        if isinstance(row, bytes):
            inserted.append(new_id(row))
        elif row < taken:  # it was passed over before: it moves down
            inserted.append(ids[row])
        else:
            if inserted or row > taken:
                made.append(Splice(at, tuple(ids[taken:row]), tuple(inserted)))
                inserted = []
            taken, at = row + 1, position + 1
    if inserted or taken < len(ids):
        made.append(Splice(at, tuple(ids[taken:]), tuple(inserted)))
    return _joined(ids, made)


def _joined(ids: array[int], made: list[Splice]) -> tuple[Splice, ...]:
    same = all(len(s.removed) == len(s.inserted) for s in made)
    if len(made) <= (_MOST_REPLACEMENTS if same else MOST_SPLICES):
        return tuple(made)
    start = at = made[0].at  # before the first splice, old and new rows have the same places
    removed: list[int] = []
    inserted: list[int] = []
    for splice in made:
        kept = splice.at - at
        removed += ids[start : start + kept]
        inserted += ids[start : start + kept]
        start, at = start + kept + len(splice.removed), splice.at + len(splice.inserted)
        removed += splice.removed
        inserted += splice.inserted
    return (Splice(made[0].at, tuple(removed), tuple(inserted)),)
