"""What a job has cost so far, beside what it was expected to cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.money import pricing
from tui.core.money.pricing import FREE
from tui.core.money.terms import amount_words

if TYPE_CHECKING:
    from decimal import Decimal

    from tui.core.catalog.models import ModelFacts
    from tui.core.jobs.jobs import Job
    from tui.core.jobs.progress import Progress
    from tui.core.money.terms import Forecast


@dataclass(frozen=True, slots=True)
class JobCost:
    """Tokens trained on and money spent so far, None where unknown.

    `exact` once the provider has told the tokens; `forecast` is what was expected when the job
    was asked for.
    """

    tokens: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    exact: bool = False
    forecast: Forecast | None = None

    @property
    def amount_words(self) -> str:
        """The money so far, such as "≈ 0.12 USD", or "free"; empty when unknown or none yet."""
        if not self.amount:
            return FREE if self.amount is not None and self.tokens else ""
        return f"{'' if self.exact else '≈ '}{amount_words(self.amount, self.currency)}"

    @property
    def words(self) -> str:
        """The real cost beside the forecast, in one line; empty when neither is known."""
        parts = []
        if self.tokens is not None:
            parts.append(f"{'' if self.exact else '≈ '}{self.tokens:,} tokens trained")
        if self.amount_words:
            parts.append(self.amount_words)
        if (forecast := self.forecast) is not None:
            money = "" if not forecast.amount else f", {_money(forecast)}"
            parts.append(f"expected {forecast.tokens:,} tokens{money}{self._off(forecast)}")
        return " · ".join(parts)

    def _off(self, forecast: Forecast) -> str:
        if not self.exact or not self.tokens or not forecast.tokens:
            return ""
        off = round(100 * (self.tokens / forecast.tokens - 1))
        return (
            " (as it was)"
            if off == 0
            else f" (it was {abs(off)} % {'more' if off > 0 else 'less'})"
        )


def cost_so_far(
    job: Job, progress: Progress, forecast: Forecast | None, facts: ModelFacts | None
) -> JobCost:
    """Return what a job has cost, from the tokens the provider counts or the share of its steps.

    `facts` are those of the base model at the profile's prices; a price of 0 costs nothing.
    """
    exact = job.trained_tokens is not None
    tokens = job.trained_tokens
    if tokens is None and forecast is not None and progress.share is not None:
        tokens = round(forecast.tokens * progress.share)
    if tokens is None or facts is None:
        return JobCost(tokens, None, "", exact, forecast)
    cost = pricing.cost(tokens, facts)
    return JobCost(tokens, cost.amount, cost.currency, exact, forecast)


def count_words(count: int) -> str:
    """Return a number of tokens in at most six characters: 950, 12.3k, 1.2M, 340M."""
    amount, unit = float(count), ""
    for unit in ("", "k", "M", "G"):
        if amount < 999.5 or unit == "G":
            break
        amount /= 1000
    return (
        f"{count}"
        if not unit
        else f"{amount:.1f}{unit}"
        if amount < 99.95
        else f"{amount:.0f}{unit}"
    )


def _money(forecast: Forecast) -> str:
    assert forecast.amount is not None
    return amount_words(forecast.amount, forecast.currency)
