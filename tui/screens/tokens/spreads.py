"""The bins of one or two files, over the same range so that they can be compared by eye."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.core.distribution import Bin, Histogram, bins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.services.tokens import TokenReport

Measure = Literal["context", "trained"]
# Fine enough that the widget can merge them evenly to any width.
BINS = 240


def values_of(report: TokenReport, measure: Measure) -> tuple[int, ...]:
    """Return the tokens of every example."""
    return report.context if measure == "context" else report.trained


def spreads(reports: Sequence[TokenReport], measure: Measure) -> list[Histogram]:
    """Return one histogram a report, all with the same bins. Slow for many examples.

    The training limit is of context tokens, so the histogram of trained tokens has none.
    """
    values = [values_of(report, measure) for report in reports]
    limit = reports[0].facts.training_limit if measure == "context" else None
    if len(values) == 1:
        return [bins(values[0], BINS, limit)]
    shared = bins([v for each in values for v in each], BINS, limit).bins
    return [_within(shared, each, limit) for each in values]


def _within(shared: Sequence[Bin], values: Sequence[int], limit: float | None) -> Histogram:
    if not shared:
        return Histogram((), limit, 0)
    low, width = shared[0].low, shared[0].high - shared[0].low
    counts = [0] * len(shared)
    for value in values:
        counts[min(int((value - low) / width), len(shared) - 1)] += 1
    above = 0 if limit is None else sum(v > limit for v in values)
    filled = (Bin(b.low, b.high, count) for b, count in zip(shared, counts, strict=True))
    return Histogram(tuple(filled), limit, above)
