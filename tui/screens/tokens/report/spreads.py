"""The bars of one or two files, over the same range so that they can be compared by eye."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.tokens.distribution import Histogram, edges, filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.services.tokens.report import Measure, TokenReport

# Fine enough that the widget can merge them evenly to any width.
BINS = 240
# Of context and trained tokens and of each role it is tokens that are measured.
_UNITS = {"messages": "message", "turns": "turn", "characters": "character"}
_TITLES = {
    "messages": "Messages",
    "turns": "Turns",
    "characters": "Characters",
    "system": "System tokens",
    "user": "User tokens",
    "assistant": "Assistant tokens",
    "tool": "Tool result tokens",
    "context": "Context tokens",
    "trained": "Trained tokens",
}


@dataclass(frozen=True, slots=True)
class Window:
    """What of a measure is drawn: on which scale, and, zoomed in, from where to where."""

    log: bool = False
    first: int | None = None
    last: int | None = None

    @property
    def zoomed(self) -> bool:
        """Whether it is only a part."""
        return self.first is not None


def title_of(measure: Measure) -> str:
    """Return the name of a measure as a title."""
    return _TITLES[measure]


def unit_of(measure: Measure) -> str:
    """Return what a measure counts, in the singular."""
    return _UNITS.get(measure, "token")


def spreads(
    reports: Sequence[TokenReport], measure: Measure, window: Window | None = None
) -> list[Histogram]:
    """Return one histogram a report, all with the same bins. Slow for many examples.

    The training limit is of context tokens, so no other measure has one.
    """
    shown = window or Window()
    values = [report.values(measure) for report in reports]
    limit = reports[0].facts.training_limit if measure == "context" else None
    filled_ones = [each for each in values if len(each)]
    if not filled_ones:
        return [Histogram((), limit, 0) for _ in values]
    low = min(int(each.min()) for each in filled_ones)
    high = max(int(each.max()) for each in filled_ones)
    if shown.first is not None and shown.last is not None:
        low, high = max(low, shown.first), min(high, shown.last)
        values = [each[(each >= low) & (each <= high)] for each in values]
    borders = edges(low, high, BINS, log=shown.log)
    return [filled(borders, each, limit) for each in values]
