"""Run a bulk operation: the new rows, with counts and samples for the preview."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.bulk.operations import Arrange, EachRow, Work
from tui.core.fixes.registry import CannotFix
from tui.core.fixes.removals import Removal, removals

if TYPE_CHECKING:
    from tui.core.dataset.lines import Lines


SHOWN = 20
_CHUNK = 500
Tick = Callable[[int, int], bool]  # done, of; answers whether to go on


@dataclass(frozen=True, slots=True)
class Sample:
    """A row (0-based position) as it was, and the rows that take its place."""

    position: int
    before: bytes
    after: tuple[bytes, ...]


@dataclass(slots=True)
class TakenOut:
    """Texts of one key that are gone: how many, and the first, in the row at `position`."""

    count: int
    position: int
    text: str


@dataclass(slots=True)
class Outcome:
    """What an operation makes of a dataset.

    `rows` are all rows of the result, a position as it stood or a new line. Counts are of rows:
    changed, taken out, put in besides, and moved to another place. `refused` are
    positions left alone, with the reason. `taken_out` says of each key whose texts a fix takes
    out how many, and the first of them.
    """

    label: str
    before: int
    rows: Sequence[int | bytes] = ()
    changed: int = 0
    removed: int = 0
    added: int = 0
    moved: int = 0
    samples: list[Sample] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    taken_out: dict[str, TakenOut] = field(default_factory=dict)

    @property
    def after(self) -> int:
        """How many rows there are afterwards."""
        return len(self.rows)

    @property
    def does_something(self) -> bool:
        """Whether any row becomes another."""
        return bool(self.changed or self.removed or self.added or self.moved)


def go_on(done: int, of: int) -> bool:
    """Take no notice of the progress, and go on."""
    del done, of
    return True


def run(work: Work, rows: Lines, positions: Sequence[int], tick: Tick = go_on) -> Outcome | None:
    """Return what `work` makes of the rows at `positions` (rising); None when told to stop."""
    if isinstance(work, Arrange):
        return _arranged(work, rows, positions, tick)
    return _changed(work, rows, positions, tick)


def _changed(work: EachRow, rows: Lines, positions: Sequence[int], tick: Tick) -> Outcome | None:
    outcome = Outcome(work.label, len(rows))
    made: dict[int, tuple[bytes, ...]] = {}
    for done, position in enumerate(positions):
        if done % _CHUNK == _CHUNK - 1 and not tick(done, len(positions)):
            return None
        before = rows[position]
        try:
            result = work.change(before)
        except CannotFix as error:
            outcome.refused.append((position, str(error)))
            continue
        after = (result,) if isinstance(result, bytes) else tuple(result or ())
        if after != (before,):
            made[position] = after
            _note(outcome, position, before, after)
            _count(outcome.taken_out, position, removals(work.rule, before, after))
    outcome.rows = [*_laid_out(len(rows), made)]
    return outcome


def _note(outcome: Outcome, position: int, before: bytes, after: tuple[bytes, ...]) -> None:
    outcome.changed += bool(after)
    outcome.removed += not after
    outcome.added += max(len(after) - 1, 0)
    if len(outcome.samples) < SHOWN:
        outcome.samples.append(Sample(position, before, after))


def taken_out(
    rule: str, position: int, before: bytes, after: Sequence[bytes]
) -> dict[str, TakenOut]:
    """Return by key the texts that a fix of `rule` takes out of one row."""
    found: dict[str, TakenOut] = {}
    _count(found, position, removals(rule, before, after))
    return found


def _count(found: dict[str, TakenOut], position: int, texts: Iterable[Removal]) -> None:
    for one in texts:
        found.setdefault(one.key, TakenOut(0, position, one.text)).count += 1


def _laid_out(count: int, made: dict[int, tuple[bytes, ...]]) -> Iterator[int | bytes]:
    for position in range(count):
        if position in made:
            yield from made[position]
        else:
            yield position


class _Ticking(Sequence[bytes]):
    """The rows in scope, which tell the progress as they are gone through."""

    def __init__(self, rows: Lines, positions: Sequence[int], tick: Tick) -> None:
        self._rows, self._positions, self._tick = rows, positions, tick

    def __len__(self) -> int:
        return len(self._positions)

    def __getitem__(self, index: int) -> bytes:  # type: ignore[override]
        if index % _CHUNK == _CHUNK - 1 and not self._tick(index, len(self)):
            raise _StoppedError
        return self._rows[self._positions[index]]


class _StoppedError(Exception):
    """Told to stop."""


def _arranged(work: Arrange, rows: Lines, positions: Sequence[int], tick: Tick) -> Outcome | None:
    try:
        order = work.order(_Ticking(rows, positions, tick))
    except _StoppedError:
        return None
    kept = [positions[index] for index in order]
    outcome = Outcome(work.label, len(rows))
    outcome.removed = len(positions) - len(kept)
    staying = sorted(kept)
    outcome.moved = sum(now != before for now, before in zip(kept, staying, strict=True))
    # Rows that are kept fill the places of those that were there, in their new order.
    place = dict(zip(staying, kept, strict=True))
    gone = {*positions} - {*kept}
    outcome.rows = [place.get(at, at) for at in range(len(rows)) if at not in gone]
    if outcome.moved:
        pairs = [(at, place[at]) for at in staying if place[at] != at][:SHOWN]
        outcome.samples = [Sample(at, rows[at], (rows[new],)) for at, new in pairs]
    else:
        outcome.samples = [Sample(at, rows[at], ()) for at in sorted(gone)[:SHOWN]]
    return outcome
