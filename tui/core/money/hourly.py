"""What runs costs by the hour, and what has come of it so far; unknown stays unknown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tui.core.money.counted import DOLLARS
from tui.core.money.rates import UNKNOWN, HourPrice, hour_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.core.money.counted import CurrencyRate
    from tui.core.money.rates import HourRate
    from tui.core.provider.deployments import Deployment

HOUR = 3600


def priced(
    one: Deployment, rates: Iterable[HourRate], counted: CurrencyRate = DOLLARS
) -> Deployment:
    """Return a deployment with the price of what it runs on, if that is among the rates.

    `counted` is how its profile counts dollars.
    """
    found = next((rate for rate in rates if _same(rate.on, one.hardware)), None)
    if found is None or one.by_token or one.within:
        return one
    usd = None if found.usd is None or one.units is None else found.usd * one.units
    return replace(one, price=HourPrice(usd, found, counted))


def _same(on: str, hardware: str) -> bool:
    """Whether two names of hardware mean the same: vendors are left out, cases differ."""
    return bool(hardware) and _plain(on) == _plain(hardware)


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-").replace("nvidia-", "")


def price_now(one: Deployment) -> Decimal | None:
    """Return what a deployment costs an hour now: nothing where it does not run, None unknown."""
    if not one.hourly:
        return Decimal(0)
    return one.price.usd if one.price else None


def price_words(one: Deployment) -> str:
    """Return what a deployment costs an hour, for a column."""
    if one.within:
        return "within"
    if one.by_token:
        return "by tokens"
    if one.running is False:
        return "–"
    about = one.price is not None and one.price.rate.about and one.price.usd is not None
    return f"{'~' if about else ''}{hour_words(price_now(one), counted_of(one))}"


def counted_of(one: Deployment) -> CurrencyRate:
    """Return how a deployment's price is counted."""
    return one.price.counted if one.price else DOLLARS


def cost_so_far(one: Deployment, now: float) -> Decimal | None:
    """Return what a deployment has come to since it was made, at most; None where unknown.

    It is exact only for one that is `always` billed: another may have stood still in between.
    """
    usd = one.price.usd if one.price and one.hourly else None
    if usd is None or one.created_at is None:
        return None
    return usd * Decimal(max(int(now) - one.created_at, 0)) / HOUR


def so_far_words(one: Deployment, now: float) -> str:
    """Return what it has come to, for a column: "$12.40", "≤ $12.40", "unknown"."""
    if one.within or one.by_token or one.running is False:
        return "–"
    usd = cost_so_far(one, now)
    if usd is None:
        return UNKNOWN
    words = counted_of(one).words(usd)
    return words if one.always else f"≤ {words}"


@dataclass(frozen=True, slots=True)
class RunningCost:
    """What costs by the hour now, added up: how many, the dollars known, how many unknown.

    `sums` are the dollars by how they are counted: profiles may differ in that.
    """

    count: int = 0
    usd: Decimal = field(default_factory=lambda: Decimal(0))
    unknown: int = 0
    sums: Mapping[CurrencyRate, Decimal] = field(default_factory=dict)

    def in_words(self, hours: int = 1, per: str = "") -> str:
        """Return what this many hours come to, each currency for itself, `per` behind each."""
        sums = self.sums or {DOLLARS: self.usd}
        return " + ".join(f"{counted.words(usd * hours)}{per}" for counted, usd in sums.items())

    @property
    def words(self) -> str:
        """Return it for the status line; empty while nothing costs."""
        if not self.count:
            return ""
        if self.unknown == self.count:
            return f"{self.count} running · price unknown"
        more = " + unknown" if self.unknown else ""
        return f"{self.count} running · {self.in_words(per='/h')}{more}"

    @property
    def long(self) -> str:
        """Return it as a sentence of a list's foot."""
        return self.words or "nothing costs by the hour"


def running_cost(deployed: Sequence[Deployment]) -> RunningCost:
    """Add up what deployments cost an hour now."""
    hourly = [one for one in deployed if one.hourly]
    prices = [price_now(one) for one in hourly]
    known = [price for price in prices if price is not None]
    sums: dict[CurrencyRate, Decimal] = {}
    for one, price in zip(hourly, prices, strict=True):
        if price is not None:
            counted = counted_of(one)
            sums[counted] = sums.get(counted, Decimal(0)) + price
    return RunningCost(len(hourly), sum(known, Decimal(0)), len(prices) - len(known), sums)
