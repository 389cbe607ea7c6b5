"""What the ledger knows of models: chats, comparisons, datasets, checkpoints, costs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.jobs.cost_so_far import JobCost
from tui.core.jobs.jobs import parse_checkpoint
from tui.core.jobs.progress import Progress
from tui.core.models.entry import CheckpointKept, Usage
from tui.core.models.standings import Standing, standings
from tui.core.provider.estimates import told_price
from tui.core.provider.parsing import as_int
from tui.services.errors import LedgerError
from tui.services.jobs.job_costs import read_costs
from tui.services.store.best_effort import log_failure, parsed_best_effort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tui.core.catalog.models import Catalog
    from tui.core.jobs.jobs import Checkpoint, Job
    from tui.services.jobs.job_costs import JobCosts
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """What was done with models from here; see `Told` for what each part stands by."""

    usage: Mapping[str, Usage] = field(default_factory=dict)
    datasets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checkpoints: Mapping[str, tuple[CheckpointKept, ...]] = field(default_factory=dict)


async def read_facts(store: Store, profile: str) -> LedgerFacts:
    """Return what the ledger tells; nothing where it cannot be read."""
    try:
        asked = await store.exchanges.asked(profile)
        chats = await store.chats.counts(profile)
        runs = await store.comparisons.scores(profile)
        datasets = await store.versions.paths(profile)
        points = await store.seen_jobs.checkpoints(profile)
    except LedgerError as error:  # the provider's own word is enough to show the list
        log_failure(error)
        return LedgerFacts()

    def joined() -> LedgerFacts:
        return LedgerFacts(
            _usage(asked, chats, standings(runs)),
            datasets,
            {
                job: kept_checkpoints(parsed_best_effort(parse_checkpoint, raws))
                for job, raws in points.items()
            },
        )

    return await asyncio.to_thread(joined)


async def costs_of(
    jobs: Sequence[Job], profile: Profile, store: Store, catalog: Callable[[], Catalog]
) -> dict[str, JobCost]:
    """Return what jobs that ended have cost, by id: the provider's word, else by its prices."""
    ended = [job for job in jobs if job.terminal]
    costs = await read_costs(ended, profile, store.forecasts, catalog)
    return await asyncio.to_thread(lambda: {job.id: _cost(job, costs) for job in ended})


def _cost(job: Job, costs: JobCosts) -> JobCost:
    found = costs.cost(job, Progress())
    price = told_price(job.raw)
    if price is None or price.amount is None:
        return found
    return JobCost(found.tokens, price.amount, price.currency, exact=True, forecast=found.forecast)


def kept_checkpoints(points: Iterable[Checkpoint]) -> tuple[CheckpointKept, ...]:
    """Return checkpoints of a job as the inventory shows them, by step."""
    found = [
        CheckpointKept(
            one.id, one.model or "", one.step, one.created_at, as_int(one.raw.get("bytes"))
        )
        for one in points
    ]
    return tuple(sorted(found, key=lambda point: point.step or 0))


def _usage(
    asked: Mapping[str, int], chats: Mapping[str, int], standing: Mapping[str, Standing]
) -> dict[str, Usage]:
    found = {}
    for name in {*asked, *chats, *standing}:
        place = standing.get(name, Standing())
        found[name] = Usage(
            asked.get(name), chats.get(name, 0), place.compared, place.decided, place.won
        )
    return found
