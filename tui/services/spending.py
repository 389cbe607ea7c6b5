"""What a profile's jobs have come to so far, from the ledger."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.core.jobs import Job, parse_job
from tui.core.money import Budget, budget_of
from tui.core.parsing import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.catalog import Catalog
    from tui.core.money import Forecast, Money
    from tui.services.workspace import Workspace


async def budget_now(workspace: Workspace) -> Budget:
    """Return the budget of the profile in use and what its known jobs have come to.

    The jobs are those asked for from here and those the provider has listed. Raises
    LedgerError, and InputError for the user's own catalogue.
    """
    name = workspace.profile.name
    asked = await workspace.store.jobs(name)
    seen, _ = await workspace.store.history.jobs(name)
    raws = [*(one.job for one in asked), *(one.raw for one in seen)]
    forecasts = await workspace.store.forecasts.all(name)
    live = workspace.board.state.jobs

    def add_up() -> Budget:
        jobs = _parsed(raws) | {job.id: job for job in live}
        return _budget(jobs, forecasts, workspace.tokens.catalog, workspace.profile.money)

    return await asyncio.to_thread(add_up)


def _budget(
    jobs: Mapping[str, Job], forecasts: Mapping[str, Forecast], catalog: Catalog, money: Money
) -> Budget:
    counted = [job for job in jobs.values() if _since(job, money)]
    prices = {model: money.priced(catalog.find(model)) for model in {job.model for job in counted}}
    return budget_of(((job, forecasts.get(job.id)) for job in counted), prices, money)


def _since(job: Job, money: Money) -> bool:
    if money.since is None or job.created_at is None:
        return True
    start = datetime(money.since.year, money.since.month, money.since.day, tzinfo=UTC)
    return job.created_at >= start.timestamp()


def _parsed(raws: Iterable[object]) -> dict[str, Job]:
    """Return the jobs by id, the last one of an id."""
    found = {}
    for raw in raws:
        try:
            job = parse_job(raw)
        except MalformedError:  # asked for, and nothing is known of it
            continue
        found[job.id] = job
    return found
