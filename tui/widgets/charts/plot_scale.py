"""The axes of a plot: from values to cells, and the round numbers beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


class Axis(Protocol):
    """From the values of an axis to places from 0 to 1."""

    def at(self, value: float) -> float:
        """Return the place of a value, held within the axis."""

    def ticks(self) -> list[float]:
        """Return the values to write at the axis."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From the values of an axis to places: `low` at 0, `high` at 1; `step` between ticks."""

    low: float
    high: float
    step: float

    def at(self, value: float) -> float:
        """Return the place of a value, held within the axis."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def ticks(self) -> list[float]:
        """Return the values to write at the axis."""
        return [
            self.low + self.step * n for n in range(round((self.high - self.low) / self.step) + 1)
        ]


@dataclass(frozen=True, slots=True)
class LogScale:
    """A logarithmic axis between two powers of ten or their halves; values are above 0."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Return the place of a value, held within the axis."""
        if value <= 0:
            return 0.0
        place = math.log(value / self.low) / math.log(self.high / self.low)
        return min(max(place, 0.0), 1.0)

    def ticks(self) -> list[float]:
        """Return 1, 2 and 5 of each power of ten in the axis."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        found = [lead * 10.0**power for power in powers for lead in (1, 2, 5)]
        return [value for value in found if self.low * 0.999 <= value <= self.high * 1.001]


_SMALLEST = 1e-300  # below, powers of ten lose their digits


def log_scale(low: float, high: float) -> LogScale:
    """Return a logarithmic axis around [low, high], both above 0, ending in 1, 2 or 5."""
    bottom, top = _round_down(low), -_round_down(-high)
    return LogScale(bottom, top if top > bottom else bottom * 10)


def _round_down(value: float) -> float:
    """Return the next 1, 2 or 5 of a power of ten at or below a value; above for negatives."""
    size = max(abs(value), _SMALLEST)
    power = 10.0 ** math.floor(math.log10(size))
    leads = (1, 2, 5, 10)
    if value > 0:
        return max(lead * power for lead in leads if lead * power <= size * 1.000001)
    return -min(lead * power for lead in leads if lead * power >= size * 0.999999)


def nice_scale(low: float, high: float, ticks: int) -> Scale:
    """Return an axis around [low, high] with about `ticks` round steps; from 0 where that is near.

    Round ends change seldom while values come in, so a growing curve keeps its place.
    """
    if low > 0 and (low < 0.6 * high or low == high):
        low = 0.0
    span = high - low or abs(high) or 1.0
    # Steps no finer than the numbers themselves can tell apart.
    rough = max(span / max(ticks, 1), 1e-9 * max(abs(low), abs(high)), 1e-30)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in _NICE if power * nice >= rough * 0.999)
    bottom = math.floor(low / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    return Scale(bottom, top if top > bottom else bottom + step, step)
