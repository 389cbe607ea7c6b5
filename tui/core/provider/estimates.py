"""A provider's own price estimate of a job: shown beside ours, never instead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_map, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PriceEstimate:
    """An amount in a currency, None where there is none yet; `said_by` names the provider.

    `note` is what else it says, such as why it names no amount.
    """

    amount: Decimal | None
    currency: str
    said_by: str
    note: str = ""

    @property
    def words(self) -> str:
        """The estimate with who says so."""
        if self.amount is None:
            return f"{self.said_by} names no price: {self.note or 'it does not say why'}"
        note = f" ({self.note})" if self.note else ""
        return f"{self.said_by} says {exact_amount_words(self.amount, self.currency)}{note}"

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        amount = None if self.amount is None else float(self.amount)
        own = {"amount": amount, "currency": self.currency, "said_by": self.said_by}
        return {**own, "note": self.note} if self.note else own


def as_amount(value: object) -> Decimal | None:
    """Return an amount of money that a server names, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**12 else None


def told_price(raw: Mapping[str, Any]) -> PriceEstimate | None:
    """Return what the provider says of a job's price, None where it says nothing.

    An adapter puts it under "price" of a job's raw object: amount, currency, said_by.
    """
    told = as_map(raw.get("price"))
    amount, said_by = as_amount(told.get("amount")), as_text(told.get("said_by"))
    if amount is None or not said_by:
        return None
    return PriceEstimate(amount, as_text(told.get("currency")) or "USD", said_by)


def exact_amount_words(amount: Decimal, currency: str) -> str:
    """Return an amount as a provider names it: not rounded up, and with its small change."""
    places = 2 if amount == amount.quantize(Decimal("0.01")) or amount >= 1 else 4
    return f"{amount:,.{places}f} {currency}"
