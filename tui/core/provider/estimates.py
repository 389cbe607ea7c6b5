"""A provider's own estimate of what a job would cost: shown beside ours, never instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PriceEstimate:
    """An amount in a currency; `said_by` names the provider, `note` what else it says."""

    amount: Decimal
    currency: str
    said_by: str
    note: str = ""

    @property
    def words(self) -> str:
        """The estimate with who says so."""
        note = f" ({self.note})" if self.note else ""
        return f"{self.said_by} estimates {self.amount:,.2f} {self.currency}{note}"
