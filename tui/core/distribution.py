"""How numbers are spread: true percentiles and histogram bins, in plain Python."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Summary:
    """The spread of some numbers; all zero when there are none."""

    count: int
    min: float
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    p99: float
    max: float
    mean: float
    total: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar: how many values lie in `low` ≤ value < `high` (the last bar includes `high`)."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars from left to right; `limit` is the value to mark, `above` how many exceed it."""

    bins: tuple[Bin, ...]
    limit: float | None
    above: int

    @property
    def highest(self) -> int:
        """The count of the tallest bar."""
        return max((b.count for b in self.bins), default=0)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0…1) of `ordered` lies, interpolated linearly.

    `ordered` is sorted upwards. This is what numpy computes by default. Raises ValueError
    when there are no values.
    """
    if not ordered:
        raise ValueError("no values")
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    low, high = ordered[below], ordered[above]
    part = place - below
    # From the nearer end, as numpy does: equal to the last digit, and never outside the two.
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def summary(values: Iterable[float]) -> Summary:
    """Return count, extremes, percentiles, mean and total of `values`."""
    ordered = sorted(values)
    if not ordered:
        return Summary(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    p05, p25, p50, p75, p95, p99 = (
        percentile(ordered, s) for s in (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    )
    total = sum(ordered)
    return Summary(
        count=len(ordered),
        min=ordered[0],
        p05=p05,
        p25=p25,
        p50=p50,
        p75=p75,
        p95=p95,
        p99=p99,
        max=ordered[-1],
        mean=total / len(ordered),
        total=total,
    )


def bins(values: Sequence[float], n: int, limit: float | None = None) -> Histogram:
    """Sort `values` into at most `n` bars of equal width from the smallest to the largest.

    Whole numbers get bars of whole width, so no bar is empty only because no whole number
    lies in it. Raises ValueError when `n` is below 1.
    """
    if n < 1:
        raise ValueError("a histogram needs at least one bar")
    above = 0 if limit is None else sum(v > limit for v in values)
    if not values:
        return Histogram((), limit, 0)
    low, high = min(values), max(values)
    if all(isinstance(v, int) for v in values):
        width: float = max(1, math.ceil((high - low + 1) / n))
        bars = max(1, math.ceil((high - low + 1) / width))
    else:
        width = (high - low) / n or 1.0
        bars = n if high > low else 1
    counts = [0] * bars
    for value in values:
        counts[min(int((value - low) / width), bars - 1)] += 1
    return Histogram(
        tuple(Bin(low + i * width, low + (i + 1) * width, c) for i, c in enumerate(counts)),
        limit,
        above,
    )
