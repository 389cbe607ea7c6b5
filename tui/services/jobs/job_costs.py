"""Prices, forecasts and data of jobs, from the ledger and the catalogue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.jobs.cost_so_far import JobCost, cost_so_far
from tui.services.errors import ServiceError
from tui.services.store.best_effort import log_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tui.core.catalog.models import Catalog, ModelFacts
    from tui.core.jobs.jobs import Job
    from tui.core.jobs.progress import Progress
    from tui.core.money.terms import Forecast
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store
    from tui.services.store.tables.files_table import UploadRecord
    from tui.services.store.tables.forecasts_table import ForecastsTable
    from tui.services.store.tables.versions_table import VersionRecord


@dataclass(frozen=True, slots=True)
class JobCosts:
    """Prices by model and forecasts by job, as of now."""

    prices: Mapping[str, ModelFacts] = field(default_factory=dict)
    forecasts: Mapping[str, Forecast] = field(default_factory=dict)

    def cost(self, job: Job, progress: Progress) -> JobCost:
        """Return what a job has cost so far."""
        return cost_so_far(job, progress, self.forecasts.get(job.id), self.prices.get(job.model))


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where one file of a job came from: the upload from here, and the datasets of its content."""

    file_id: str
    upload: UploadRecord | None
    versions: tuple[VersionRecord, ...]


async def read_costs(
    jobs: Iterable[Job],
    profile: Profile,
    forecasts: ForecastsTable,
    catalog: Callable[[], Catalog],
) -> JobCosts:
    """Return the costs of some jobs; what cannot be read is left out."""
    models = {job.model for job in jobs if job.model}
    try:
        known = await forecasts.all(profile.name)
        facts = await asyncio.to_thread(catalog)
    except ServiceError as error:  # jobs can be watched without knowing their price
        log_failure(error)
        return JobCosts()
    prices = {model: profile.money.priced(facts.find(model)) for model in models}
    return JobCosts(prices, known)


async def lineage(job: Job, profile: str, store: Store) -> tuple[Lineage, ...]:
    """Return where the files of a job came from, training first. Raises LedgerError."""
    found = []
    for file_id in filter(None, (job.training_file, job.validation_file)):
        uploads = await store.files.all(profile)
        upload = next((one for one in uploads if one.file_id == file_id), None)
        versions = await store.versions.of_file(profile, file_id)
        found.append(Lineage(file_id, upload, tuple(versions)))
    return tuple(found)
