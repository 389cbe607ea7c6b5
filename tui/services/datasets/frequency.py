"""Counting the values of a property over the rows of an open dataset, off the loop."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.dataset.properties import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.dataset.properties import Property
    from tui.services.datasets import Snapshot
    from tui.services.datasets.row_filter import FilterFacts

_SECONDS = 0.04  # length of one stretch of work: as long as a key press may have to wait
_BETWEEN_PARTS = 0.4
_MOST_VALUES = 200_000  # further ones are only counted together
_SHOWN = 200  # characters of a long value


@dataclass(frozen=True, slots=True)
class Value:
    """One value: the key that selects it ("" for none), how it begins, how many rows have it."""

    key: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Frequencies:
    """The values found so far, the commonest first. A row counts once for each of its values.

    `rows` were looked at, of `total`; `other` have values too many to list.
    """

    values: tuple[Value, ...]
    rows: int
    total: int
    other: int = 0

    @property
    def done(self) -> float:
        """The share of the rows looked at, 0 to 1."""
        return self.rows / self.total if self.total else 1.0


async def frequencies(
    snapshot: Snapshot,
    positions: Sequence[int],
    wanted: Property,
    facts: FilterFacts,
    on_part: Callable[[Frequencies], None],
) -> None:
    """Count a property over the rows at `positions`; `on_part` is called with what is known.

    The last call has everything. Cancel it at any time. Raises OSError when the file is gone.
    """
    await asyncio.to_thread(facts.prepare, tokens=False)
    tally = _Tally(snapshot, positions, wanted, facts)
    told = time.monotonic()
    while tally.at < len(positions):
        await asyncio.to_thread(tally.stretch)
        if time.monotonic() - told > _BETWEEN_PARTS and tally.at < len(positions):
            on_part(await asyncio.to_thread(tally.result))
            told = time.monotonic()
    on_part(await asyncio.to_thread(tally.result))


class _Tally:
    """The counts so far. Only one thread at a time works on it."""

    def __init__(
        self, snapshot: Snapshot, positions: Sequence[int], wanted: Property, facts: FilterFacts
    ) -> None:
        self.at = 0
        self._snapshot, self._positions = snapshot, positions
        self._wanted, self._facts = wanted, facts
        self._counts: Counter[str] = Counter()
        self._texts: dict[str, str] = {}
        self._other = 0

    def stretch(self) -> None:
        """Count for a short time."""
        until = time.monotonic() + _SECONDS
        positions = self._positions
        while self.at < len(positions) and time.monotonic() < until:
            position = positions[self.at]
            row_id = self._snapshot.ids[position]
            subject = self._facts.subject(self._snapshot, position, row_id)
            for value in dict.fromkeys(v for v in self._wanted.values(subject) if v) or ("",):
                self._add(value)
            self.at += 1

    def _add(self, value: str) -> None:
        key = key_of(value)
        if key not in self._counts:
            if len(self._counts) >= _MOST_VALUES:
                self._other += 1
                return
            self._texts[key] = value[:_SHOWN]
        self._counts[key] += 1

    def result(self) -> Frequencies:
        """Return what is known; among equals those met first stand first."""
        values = tuple(Value(k, self._texts[k], n) for k, n in self._counts.most_common())
        return Frequencies(values, self.at, len(self._positions), self._other)
