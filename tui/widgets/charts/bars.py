"""The bars of a histogram, and the words for what each holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.text.text import figure, plural

if TYPE_CHECKING:
    from tui.core.tokens import distribution


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar as drawn: `first` to `last` are the values in it, both included.

    `up_to` counts the values in this bar and in all before it.
    """

    first: float
    last: float
    count: int
    up_to: int


def bars_of(histogram: distribution.Histogram, most: int, largest: float) -> tuple[Bar, ...]:
    """Merge neighbouring bins evenly so that at most `most` bars are left.

    `largest` is the greatest value there is: the last bar ends with it.
    """
    bins = histogram.bins
    step = max(1, -(-len(bins) // max(1, most)))
    bars: list[Bar] = []
    total = 0
    for at in range(0, len(bins), step):
        group = bins[at : at + step]
        count = sum(b.count for b in group)
        total += count
        low, high = group[0].low, group[-1].high
        whole = isinstance(low, int) and isinstance(high, int)
        last = min(high - 1 if whole else high, max(largest, low))
        bars.append(Bar(low, last, count, total))
    return tuple(bars)


def in_words(bar: Bar, total: int, unit: str) -> tuple[str, str]:
    """Return range, count and share of a bar of `total` examples; then all up to it.

    `unit` is what is measured, in the singular.
    """
    units = unit if bar.first == bar.last == 1 else f"{unit}s"
    return (
        f"{_span(bar.first, bar.last)} {units}: {plural(bar.count, 'example')}, "
        f"{_share(bar.count, total)}",
        f"up to {figure(bar.last)}: {plural(bar.up_to, 'example')}, {_share(bar.up_to, total)}",
    )


def in_short(bar: Bar, total: int, label: str, width: int) -> str:
    """Return the same in one line, with fewer words where it has to fit into few columns."""
    span = f"{label} {_span(bar.first, bar.last)}".strip()
    share, up_to = _short_share(bar.count, total), _short_share(bar.up_to, total)
    ways = (
        f"{span}: {bar.count:,}, {share}, cum. {up_to}",
        f"{span}: {bar.count:,}, {share}, ≤ {up_to}",
        f"{span}: {share}, ≤ {up_to}",
    )
    return next((way for way in ways if len(way) <= width), ways[-1])


def _span(first: float, last: float) -> str:
    return figure(first) if first == last else f"{figure(first)}–{figure(last)}"


def _share(count: int, total: int) -> str:
    return f"{count * 100 / (total or 1):.1f} %"


def _short_share(count: int, total: int) -> str:
    share = count * 100 / (total or 1)
    return f"{share:.0f} %" if share >= 10 else f"{share:.1f} %"
