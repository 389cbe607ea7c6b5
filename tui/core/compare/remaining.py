"""The answers that a run still has to ask for, and what those that are there have cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.compare.plan import Plan
    from tui.core.compare.result_row import Row


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many answers are left to ask for, by the candidates' names, and how many are there.

    `spent` is what those that are there have cost, as far as that is known.
    """

    by_name: Mapping[str, int] = field(default_factory=dict)
    there: int = 0
    spent: Decimal = Decimal(0)

    @property
    def total(self) -> int:
        """How many answers are left to ask for."""
        return sum(self.by_name.values())


def remaining_of(plan: Plan, rows: Iterable[Row] = ()) -> Remaining:
    """Return what is left of a plan; a prompt that failed in passing is asked for again."""
    there = {row.slot for row in rows if row.error is None or not row.again}
    asked = {one.name for one in plan.asked}
    slots = [slot for slot in plan.slots() if slot.model in asked]
    missing = [slot for slot in slots if slot not in there]
    return Remaining(Counter(slot.model for slot in missing), len(slots) - len(missing))
