"""Amounts of dollars as a profile counts them: in its own currency, where it says a rate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui.core.money.terms import LIST_CURRENCY, Money, rounded


@dataclass(frozen=True, slots=True)
class CurrencyRate:
    """A currency, and how much of it a dollar is."""

    currency: str = LIST_CURRENCY
    rate: Decimal = Decimal(1)

    def amount(self, usd: Decimal) -> Decimal:
        """Return an amount of dollars in this currency."""
        return usd * self.rate

    def words(self, usd: Decimal) -> str:
        """Return an amount of dollars as it is shown, rounded up to the cent."""
        shown = f"{rounded(self.amount(usd)):,.2f}"
        return f"${shown}" if self.currency == LIST_CURRENCY else f"{shown} {self.currency}"


DOLLARS = CurrencyRate()


def counted_by(money: Money) -> CurrencyRate:
    """Return how a profile counts dollars: as they are, where it says no rate."""
    if money.rate is None or money.name == LIST_CURRENCY:
        return DOLLARS
    return CurrencyRate(money.name, money.rate)
