"""The steps from before the last save, kept so that undo and redo survive a restart.

A file beside the journal, written with each save: steps as the journal writes them, told from
the saved rows, so a number in place of a text is a line of the saved file. It only ever
matters while the dataset still has the content it was written for.
"""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from tui.core.arrays import numbers_from
from tui.core.dataset.splices import Rows, Splice, Step
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.datasets.journal.entries import Entry, entry_of, record_of
from tui.services.settings.locations import make_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui.services.datasets.content import Content
    from tui.services.datasets.disk.source import Identity
    from tui.services.settings.state_trouble import StateTrouble

# Of steps larger than this together the older ones are forgotten at the end of the session.
_MOST_BYTES = 16_000_000
_MOST_ROWS = 200_000
_KEPT_S = 60 * 86_400  # the histories of datasets nobody has saved for this long go


@dataclass(slots=True)
class History:
    """Steps done and undone, as in `Rows`, the last one to take back or do again at the end."""

    done: list[Step]
    undone: list[Step]


def keep(path: Path, saved: Identity, rows: Rows, content: Content) -> History:
    """Write down the history of rows just saved; returns what of it could be kept.

    Raises OSError. Blocks.
    """
    kept = _within(rows, content)
    lines = _Lines(rows.ids, kept, content)
    head = [saved.size, saved.mtime_ns, saved.edges, len(kept.done)]
    back = (lines.entry(step.inverse()) for step in reversed(kept.done))
    ahead = (lines.entry(step) for step in reversed(kept.undone))
    records = [head, *map(record_of, back), *map(record_of, ahead)]
    make_private(path.parent)
    write_atomically(path, (orjson.dumps(record) + b"\n" for record in records), private=True)
    _forget_old(path.parent)
    return kept


def recall(path: Path, current: Identity, content: Content, trouble: StateTrouble) -> History:
    """Return the history kept for a file of this identity, none if it does not fit. Blocks.

    `trouble` is told of a damaged one.
    """
    try:
        head, *records = map(orjson.loads, path.read_bytes().splitlines())
        size, mtime_ns, edges, count = head
        if (size, mtime_ns, edges) != (current.size, current.mtime_ns, current.edges):
            return History([], [])
        entries = [entry_of(record) for record in records]
        back = _run(entries[:count], content)
        ahead = _run(entries[count:], content)
    except FileNotFoundError:
        return History([], [])
    except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
        # The data itself is not in it.
        trouble.damaged(path, "What was done before the last save cannot be undone", error)
        return History([], [])
    return History([step.inverse() for step in reversed(back)], ahead[::-1])


def holds(path: Path, current: Identity) -> bool:
    """Whether there are steps to take back for a file of this identity. Blocks."""
    try:
        with path.open("rb") as file:
            size, mtime_ns, edges, count = orjson.loads(file.readline())
    except (OSError, ValueError, TypeError):
        return False
    fits = (size, mtime_ns, edges) == (current.size, current.mtime_ns, current.edges)
    return fits and isinstance(count, int) and count > 0


def _within(rows: Rows, content: Content) -> History:
    """Return the steps nearest to the saved rows that are not too large together."""
    room = [_MOST_BYTES, _MOST_ROWS]

    def fits(steps: Sequence[Step]) -> Iterator[Step]:
        for step in reversed(steps):
            for splice in step.splices:
                ids = (*splice.removed, *splice.inserted)
                room[0] -= sum(map(content.length, ids)) if len(ids) <= _MOST_ROWS else 0
                room[1] -= len(ids)
            if min(room) < 0:
                return
            yield step

    done, undone = [*fits(rows.done)][::-1], [*fits(rows.undone)][::-1]
    return History(done, undone)


class _Lines:
    """Rows as the saved file has them: by line number where it holds them, else by text."""

    def __init__(self, ids: array[int], history: History, content: Content) -> None:
        steps = (*history.done, *history.undone)
        wanted = {i for step in steps for s in step.splices for i in (*s.removed, *s.inserted)}
        self._numbers = {i: n for n, i in enumerate(ids) if i in wanted} if wanted else {}
        self._text = content.text

    def entry(self, step: Step) -> Entry:
        splices = tuple((s.at, len(s.removed), self._items(s.inserted)) for s in step.splices)
        return Entry("do", step.label, splices)

    def _items(self, ids: Sequence[int]) -> tuple[int | bytes, ...]:
        found = ((self._numbers.get(i), i) for i in ids)
        return tuple(self._text(i) if n is None else n for n, i in found)


def _run(entries: Sequence[Entry], content: Content) -> list[Step]:
    """Return the steps of entries that follow each other from the file's own rows on."""
    rows = Rows(numbers_from(0, len(content.source)))
    for entry in entries:
        rows.apply(step_of(entry, rows, content))
    return rows.done


def step_of(entry: Entry, rows: Rows, content: Content) -> Step:
    """Return the step an entry stands for, for rows as they are. Raises IndexError."""
    splices = []
    ids = array("q", rows.ids)
    for at, removed, lines in entry.splices:
        new = tuple(i if isinstance(i, int) else content.add(i) for i in lines)
        splices.append(Splice(at, tuple(ids[at : at + removed]), new))
        ids[at : at + removed] = array("q", new)
    return Step(entry.label, tuple(splices))


def _forget_old(folder: Path) -> None:
    for other in folder.glob("*.history"):
        if other.stat().st_mtime < time.time() - _KEPT_S:
            other.unlink(missing_ok=True)
