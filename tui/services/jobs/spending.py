"""The spending of a profile's jobs, and reservations for the next, from the ledger."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.core.jobs.jobs import Job, parse_job
from tui.core.money.pricing import Cost
from tui.core.money.terms import Budget, amount_words, budget_of, budget_words
from tui.services.errors import NeedsConfirmation
from tui.services.store.best_effort import parsed_best_effort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from tui.core.catalog.models import Catalog
    from tui.core.money.terms import Money
    from tui.services.settings.profile import Profile
    from tui.services.store.tables.reservations_table import (
        Commitments,
        Reservation,
        ReservationsTable,
    )


class AboveBudget(NeedsConfirmation):
    """Between the look and the asking, other jobs have taken what was left of the budget."""


class Spending:
    """The money of one profile's jobs: what they have come to, and what is set aside.

    `listed` returns the jobs that the provider has listed last. Every method raises LedgerError.
    """

    def __init__(
        self,
        profile: Profile,
        reservations: ReservationsTable,
        catalog: Callable[[], Catalog],
        listed: Callable[[], Iterable[Job]],
    ) -> None:
        self._profile = profile
        self._reservations = reservations
        self._catalog = catalog
        self._listed = listed

    @property
    def free(self) -> bool:
        """Whether jobs cost nothing: they run on this machine, and no price is set for that."""
        return self._profile.kind == "lab" and not self._profile.money.prices

    @property
    def limited(self) -> bool:
        """Whether there is a budget to keep to."""
        return self._profile.money.budget is not None and not self.free

    async def budget(self) -> Budget:
        """Return the budget, and what of it is spent and reserved.

        What the known jobs have come to is spent, and what jobs that are not made yet may cost
        is reserved. The jobs are those asked for from here and those the provider has listed.
        Raises InputError for the user's own catalogue.
        """
        commitments = await self._reservations.commitments(self._profile.name)
        catalog = await asyncio.to_thread(self._catalog)
        listed, money = tuple(self._listed()), self._profile.money
        return await asyncio.to_thread(_budget, commitments, listed, catalog, money)

    async def reserve(self, nonce: str, amount: Decimal, *, above: bool = False) -> None:
        """Set an amount aside for the job that will be asked for with `nonce`.

        Raises AboveBudget when that goes above the budget and `above` does not allow it, and
        LedgerError when it cannot be written down: nothing keeps to a budget then.
        """
        catalog = await asyncio.to_thread(self._catalog)
        listed, money = tuple(self._listed()), self._profile.money

        def check(commitments: Commitments) -> None:
            budget = _budget(commitments, listed, catalog, money)
            if budget.exceeded_by(amount) and not above:
                raise _above(budget, amount)

        await self._reservations.reserve(self._profile.name, nonce, amount, money.name, check)

    async def release(self, nonce: str) -> None:
        """Free what was set aside for a job that was not asked for."""
        await self._reservations.release(self._profile.name, nonce)

    async def release_stale(self) -> list[Reservation]:
        """Free what processes that have ended had set aside, and return it."""
        return await self._reservations.release_stale(self._profile.name)


def _above(budget: Budget, amount: Decimal) -> AboveBudget:
    said = budget_words(budget, Cost(amount, budget.currency, None))
    words = f"it costs about {amount_words(amount, budget.currency)}; {said}"
    return AboveBudget("Not done", words, "Wait for the other jobs, or allow more.")


def released_words(stale: Iterable[Reservation]) -> str:
    """Say which reservations were dropped; "" when there are none."""
    said = [
        f"{amount_words(one.amount, one.currency)} reserved at {clock(one.at)}" for one in stale
    ]
    if not said:
        return ""
    which = " and ".join(said)
    return f"{which} by a run that ended before it asked for its job: free again"


def clock(at: float) -> str:
    """Return a Unix time as hours and minutes here, with the day unless that is today."""
    moment = datetime.fromtimestamp(at, UTC).astimezone()
    today = moment.date() == datetime.now(UTC).astimezone().date()
    return moment.strftime("%H:%M" if today else "%H:%M on %Y-%m-%d")


def _budget(
    commitments: Commitments, live: Iterable[Job], catalog: Catalog, money: Money
) -> Budget:
    made = parsed_best_effort(parse_job, filter(None, commitments.jobs))
    jobs = {job.id: job for job in (*made, *live)}  # as listed now, where it is
    counted = [job for job in jobs.values() if _since(job.created_at, money)]
    prices = {model: money.priced(catalog.find(model)) for model in {job.model for job in counted}}
    reserved = [
        one for one in commitments.reservations if one.currency == money.name and not one.stale
    ]
    return budget_of(
        ((job, commitments.forecasts.get(job.id)) for job in counted),
        prices,
        money,
        allowed={one.job_id: one.amount for one in reserved if one.job_id is not None},
        pending=[one.amount for one in reserved if one.job_id is None and _since(one.at, money)],
    )


def _since(at: float | None, money: Money) -> bool:
    if money.since is None or at is None:
        return True
    start = datetime(money.since.year, money.since.month, money.since.day, tzinfo=UTC)
    return at >= start.timestamp()
