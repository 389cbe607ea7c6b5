"""What a profile's jobs have come to so far, from the ledger."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.core.jobs import Job, parse_job
from tui.core.money import Budget, budget_of
from tui.core.parsing import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.services.workspace import Workspace


async def budget_now(workspace: Workspace) -> Budget:
    """Return the budget of the profile in use and what its known jobs have come to.

    The jobs are those in the ledger and those the board has listed. Raises LedgerError, and
    InputError for the user's own catalogue.
    """
    money, name = workspace.profile.money, workspace.profile.name
    records = await workspace.store.jobs(name)
    forecasts = await workspace.store.forecasts.all(name)
    jobs = _parsed(record.job for record in records)
    jobs |= {job.id: job for job in workspace.board.state.jobs}
    if money.since is not None:
        start = datetime(money.since.year, money.since.month, money.since.day, tzinfo=UTC)
        first = start.timestamp()
        jobs = {id_: job for id_, job in jobs.items() if (job.created_at or first) >= first}
    models = {job.model for job in jobs.values()}
    catalog = await asyncio.to_thread(lambda: workspace.tokens.catalog)
    prices = {model: money.priced(catalog.find(model)) for model in models}
    return budget_of(((job, forecasts.get(id_)) for id_, job in jobs.items()), prices, money)


def _parsed(raws: Iterable[object]) -> dict[str, Job]:
    found = {}
    for raw in raws:
        try:
            job = parse_job(raw)
        except MalformedError:  # asked for, and nothing is known of it
            continue
        found[job.id] = job
    return found
