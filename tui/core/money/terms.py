"""How a profile counts money: its currency, own prices, a budget, and what has been spent of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_UP, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from tui.core.catalog.models import PRICES
from tui.core.money import pricing
from tui.core.money.pricing import FREE
from tui.core.provider.estimates import told_price
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tui.core.catalog.models import ModelFacts
    from tui.core.jobs.jobs import Job
    from tui.core.money.pricing import Cost

LIST_CURRENCY = "USD"
_CENT = Decimal("0.01")


class Pricing(Protocol):
    """What gives models the prices that hold for somebody."""

    def priced(self, facts: ModelFacts) -> ModelFacts:
        """Return what is known of a model at these prices."""


@dataclass(frozen=True, slots=True)
class Money:
    """The settings of one profile.

    `rate` is how much of `currency` one unit of a list price's currency is. `prices` are the
    profile's own for 1,000,000 trained tokens, in `currency`, by model. `budget` is the most
    that its jobs may come to, counted from the day `since`.
    """

    currency: str = ""
    rate: Decimal | None = None
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    budget: Decimal | None = None
    since: date | None = None

    @property
    def name(self) -> str:
        """The currency of the budget."""
        return self.currency or LIST_CURRENCY

    def priced(self, facts: ModelFacts) -> ModelFacts:
        """Return the facts of a model at this profile's prices and in its currency."""
        if self.rate is not None and facts.currency != self.name:
            found = {name: getattr(facts, name) for name in PRICES}
            known = {name: p * self.rate for name, p in found.items() if p is not None}
            facts = replace(facts, currency=self.name, **known)
        own = self.prices.get(facts.id, self.prices.get(facts.base))
        if own is None:
            return facts
        return replace(facts, price_training=own, currency=self.name, as_of=None)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a job was expected to come to when it was asked for; `amount` None if unknown."""

    epochs: int
    tokens: int
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What the jobs of a profile have come to, beside what they may.

    `ceiling` is None without a budget. `unpriced` counts jobs whose price is not known.
    `reserved` is what the `pending` jobs may cost that are about to be asked for, or whose
    answer is not there.
    """

    currency: str
    ceiling: Decimal | None
    spent: Decimal
    jobs: int
    unpriced: int = 0
    reserved: Decimal = Decimal(0)
    pending: int = 0

    @property
    def left(self) -> Decimal | None:
        """What is left, below 0 when more was spent; None without a budget."""
        return None if self.ceiling is None else self.ceiling - self.spent - self.reserved

    def known(self, cost: Cost | None) -> Decimal | None:
        """Return a cost as an amount in the budget's currency, None while it is not known."""
        if cost is None or (cost.amount and cost.currency != self.currency):
            return None
        return cost.amount

    def above(self, cost: Cost | None) -> bool:
        """Whether a job of this cost goes above the ceiling: one of unknown cost does."""
        return self.unsure(cost) or self.exceeded_by(self.known(cost) or Decimal(0))

    def exceeded_by(self, amount: Decimal) -> bool:
        """Whether an amount is more than what is left; what is free never is."""
        return self.left is not None and amount > max(self.left, Decimal(0))

    def unsure(self, cost: Cost | None) -> bool:
        """Whether there is a ceiling and nobody can say if a job stays below it."""
        return self.ceiling is not None and self.known(cost) is None


def budget_of(
    jobs: Iterable[tuple[Job, Forecast | None]],
    prices: Mapping[str, ModelFacts],
    money: Money,
    *,
    allowed: Mapping[str, Decimal] = MappingProxyType({}),
    pending: Iterable[Decimal] = (),
) -> Budget:
    """Add up what jobs have come to: tokens trained on, else what they were expected to cost.

    Of one that ended and has no price here, what its provider says of its cost counts first.

    `prices` are the facts of every job's model at the profile's prices. A job that failed or
    was cancelled counts with the tokens it trained on, if the provider says how many. `allowed`
    is what jobs of unknown cost may come to, by id, and `pending` what is reserved for jobs
    that are not made yet; both in the profile's currency.
    """
    total, count, unpriced = Decimal(0), 0, 0
    reserved = list(pending)
    for job, forecast in jobs:
        count += 1
        real = _real(job, prices.get(job.model), money.name)
        if real is None and job.terminal:  # what no price here tells, its provider may
            real = _provider_cost(job, money)
        if real is not None:
            total += real
        elif forecast is not None and _in_currency(forecast, money.name):
            total += forecast.amount or 0
        elif job.id in allowed:
            total += allowed[job.id]
        else:
            unpriced += 1
    waiting = sum(reserved, Decimal(0))
    return Budget(money.name, money.budget, total, count, unpriced, waiting, len(reserved))


def _real(job: Job, facts: ModelFacts | None, currency: str) -> Decimal | None:
    """Return what a job has really come to, None while that is not known."""
    if job.trained_tokens is None:
        return Decimal(0) if job.terminal and not job.succeeded else None
    if facts is None or facts.currency != currency:
        return None
    return pricing.cost(job.trained_tokens, facts).amount


def _provider_cost(job: Job, money: Money) -> Decimal | None:
    """Return what the provider says of a job's cost, None where its currency is not known."""
    told = told_price(job.raw)
    if told is None or told.amount is None:
        return None
    if told.currency == money.name:
        return told.amount
    return told.amount * money.rate if told.currency == LIST_CURRENCY and money.rate else None


def _in_currency(forecast: Forecast, currency: str) -> bool:
    return forecast.amount is not None and forecast.currency == currency


def amount_words(amount: Decimal, currency: str) -> str:
    """Return an amount of money rounded up to the cent, such as `0.12 USD`."""
    return f"{rounded(amount):,.2f} {currency}"


def charge_words(amount: Decimal, currency: str) -> str:
    """Return what something costs, for all that may cost nothing: `0.12 USD`, or free."""
    return amount_words(amount, currency) if amount else FREE


def rounded(amount: Decimal) -> Decimal:
    """Return an amount rounded up to the cent: nothing costs less than it is said to."""
    return amount.quantize(_CENT, ROUND_UP)


def budget_words(budget: Budget, cost: Cost | None = None) -> str:
    """Return how much of a budget is spent and left, and what a job of `cost` leaves of it.

    An empty text without a budget and without anything spent.
    """
    if budget.ceiling is None and not budget.spent:
        return ""
    known = budget.known(cost)
    count = plural(budget.jobs, "job")
    if budget.unpriced:
        count += f", {budget.unpriced} of unknown price"
    spent = f"{rounded(budget.spent):,.2f} spent by {count}" if budget.jobs else "nothing spent"
    if budget.ceiling is None or budget.left is None:
        return f"{amount_words(budget.spent, budget.currency)} spent by {count}"
    if budget.pending:
        on_way = plural(budget.pending, "job")
        spent += f", {rounded(budget.reserved):,.2f} reserved for {on_way} without an answer yet"
    left = _budget_words(budget, known)
    return f"budget {amount_words(budget.ceiling, budget.currency)}: {spent}, {left}"


def _budget_words(budget: Budget, amount: Decimal | None) -> str:
    left = budget.left or Decimal(0)
    if amount is not None and budget.exceeded_by(amount):
        return f"this job goes {amount_words(amount - left, budget.currency)} above it"
    if left < 0:
        return f"{amount_words(-left, budget.currency)} above it"
    if amount is None:
        return f"{left:,.2f} left"
    return f"{left - amount:,.2f} left after this job"
