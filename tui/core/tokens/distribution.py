"""Distributions of numbers: exact percentiles and histogram bins.

Plain sequences are worked on in plain Python; arrays of numpy, which large files come in, by
numpy, with the same results.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from numpy.typing import NDArray


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
    std: float = 0.0  # standard deviation of exactly these values, as numpy's default


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


def percentile(ordered: Sequence[float] | NDArray[Any], share: float) -> float:
    """Return the value below which `share` (0…1) of `ordered` lies, interpolated linearly.

    `ordered` is sorted upwards. This is what numpy computes by default. Raises ValueError
    when there are no values.
    """
    if not len(ordered):
        raise ValueError("no values")
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    low, high = _plain(ordered[below]), _plain(ordered[above])
    part = place - below
    # From the nearer end, as numpy does: equal to the last digit, and never outside the two.
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def summary(values: Iterable[float] | NDArray[Any]) -> Summary:
    """Return count, extremes, percentiles, mean, total and standard deviation of `values`."""
    if _is_array(values):
        return _summary_of_array(cast("NDArray[Any]", values))
    ordered = sorted(cast("Iterable[float]", values))
    if not ordered:
        return Summary(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    whole = isinstance(ordered[0], int)
    total = sum(ordered) if whole else math.fsum(ordered)
    mean = total / len(ordered)
    if whole:
        std = _whole_std(len(ordered), int(total), sum(int(v) * int(v) for v in ordered))
    else:
        std = math.sqrt(math.fsum((v - mean) ** 2 for v in ordered) / len(ordered))
    low, high = ordered[0], ordered[-1]
    return Summary(len(ordered), low, *_ranks(ordered), high, mean, total, std)


def _summary_of_array(values: NDArray[Any]) -> Summary:
    """Summarise whole numbers, without making a Python object of each."""
    import numpy as np

    if not len(values):
        return summary(())
    ordered = np.sort(values)
    size, low, high = len(ordered), int(ordered[0]), int(ordered[-1])
    total = int(ordered.sum())
    # Counted from the lowest, the squares of a billion numbers below 90,000 fit into 63 bits.
    away = ordered - low
    if size * (high - low) ** 2 < 2**63:
        squares = int(np.dot(away, away))
    else:
        squares = sum(each * each for each in away.tolist())
    std = _whole_std(size, total - size * low, squares)
    return Summary(size, low, *_ranks(ordered), high, total / size, total, std)


def _ranks(
    ordered: Sequence[float] | NDArray[Any],
) -> tuple[float, float, float, float, float, float]:
    """Return the percentiles of a summary, from p05 to p99."""
    p05, p25, p50, p75, p95, p99 = (
        percentile(ordered, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    )
    return p05, p25, p50, p75, p95, p99


def _whole_std(size: int, total: int, squares: int) -> float:
    """Return the standard deviation from a sum and a sum of squares, exactly until the root."""
    return math.sqrt((size * squares - total * total) / (size * size))


def _plain(value: Any) -> float:
    """Return a number of numpy as one of Python."""
    plain: float = value.item() if hasattr(value, "item") else value
    return plain


def _is_array(values: object) -> bool:
    return hasattr(values, "dtype")


def edges(low: int, high: int, n: int, *, log: bool = False) -> tuple[int, ...]:
    """Return the whole borders of at most `n` bars from `low` to `high`, both included.

    The bars are equally wide, or with `log` each wider than the one before by the same factor,
    as far as whole numbers allow. The last border is above `high`.
    """
    if not log:
        width = max(1, math.ceil((high - low + 1) / n))
        return tuple(low + i * width for i in range(math.ceil((high - low + 1) / width) + 1))
    # From 0 there is no factor: counting from 1 there is one.
    first = math.log(max(low, 1))
    step = (math.log(high + 1) - first) / n if high >= 1 else 0
    found = [low]
    for i in range(1, n + 1):
        border = round(math.exp(first + i * step)) if i < n else high + 1
        if border > found[-1]:
            found.append(border)
    return tuple(found) if found[-1] > high else (*found, high + 1)


def filled(
    borders: Sequence[int], values: Sequence[float] | NDArray[Any], limit: float | None = None
) -> Histogram:
    """Sort `values` into bars with these borders; all values lie within them."""
    import numpy as np

    each = np.asarray(values)
    at = np.searchsorted(np.asarray(borders), each, "right") - 1
    counts = np.bincount(at, minlength=len(borders) - 1).tolist()
    return Histogram(
        tuple(Bin(a, b, c) for a, b, c in zip(borders[:-1], borders[1:], counts, strict=True)),
        limit,
        0 if limit is None else int((each > limit).sum()),
    )
