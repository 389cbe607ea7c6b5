"""Prices as data: what an hour of hardware costs, and what a month of keeping a gigabyte does."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tui.core.money.counted import DOLLARS, CurrencyRate

if TYPE_CHECKING:
    from datetime import date

UNKNOWN = "unknown"
GB = 1_000_000_000
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class HourRate:
    """What one unit of `on` costs an hour, in dollars: a GPU, a replica, a deployment of a tier.

    `usd` is None where only `note` is known. `about` tells a price that is not exact.
    """

    on: str
    usd: Decimal | None = None
    about: bool = False
    note: str = ""
    source: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class HourPrice:
    """What something costs an hour while it runs, in dollars; `usd` None where nobody knows.

    `counted` is how the profile counts them.
    """

    usd: Decimal | None
    rate: HourRate
    counted: CurrencyRate = DOLLARS

    @property
    def words(self) -> str:
        """Return it with what it is made of: "about $1.70/h (Standard, as of 2026-11-28)"."""
        rate = self.rate
        day = f"as of {rate.as_of}" if rate.as_of else ""
        why = ", ".join(filter(None, (rate.on, rate.source, day)))
        return f"{hour_words(self.usd, self.counted, about=rate.about)} ({why})"


@dataclass(frozen=True, slots=True)
class KeepRate:
    """What keeping something costs a gigabyte and month, in dollars.

    `what` is "files", "checkpoints" or "models". The first `free_gb` of a whole account cost
    nothing; they are not taken off a single file. `counted` is how the profile counts dollars.
    """

    what: str
    usd: Decimal
    free_gb: Decimal = Decimal(0)
    note: str = ""
    source: str = ""
    as_of: date | None = None
    counted: CurrencyRate = DOLLARS

    def month(self, size: int | None) -> Decimal | None:
        """Return what a month of keeping this many bytes costs, None for an unknown size."""
        if not self.usd:
            return Decimal(0)
        return None if size is None else self.usd * size / GB

    def month_of_all(self, size: int | None) -> Decimal | None:
        """Return what a month of keeping all that an account has costs, None for unknown."""
        if not self.usd:
            return Decimal(0)
        if size is None:
            return None
        return self.usd * max(Decimal(size) / GB - self.free_gb, Decimal(0))


def hour_words(usd: Decimal | None, counted: CurrencyRate = DOLLARS, *, about: bool = False) -> str:
    """Return a price an hour: "$1.70/h", "about $1.70/h", "1.57 EUR/h", "unknown"."""
    if usd is None:
        return UNKNOWN
    return f"{'about ' if about else ''}{counted.words(usd)}/h"


def month_words(usd: Decimal | None, counted: CurrencyRate = DOLLARS) -> str:
    """Return what a month of keeping costs, for a column: "$0.12/mo", "nothing", "unknown"."""
    if usd is None:
        return UNKNOWN
    less = "< " if 0 < counted.amount(usd) < _CENT else ""  # which is rounded up to a cent
    return f"{less}{counted.words(usd)}/mo" if usd else "nothing"
