"""What the ledger and the catalogue add to a job: its price, its forecast, its data."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.jobs.cost import JobCost, cost_so_far
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.catalog.models import ModelFacts
    from tui.core.jobs.jobs import Job
    from tui.core.jobs.progress import Progress
    from tui.core.money.terms import Forecast
    from tui.services.store.store import UploadRecord, VersionRecord
    from tui.services.workspace import Workspace

log = logging.getLogger(__name__)


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


async def read_costs(workspace: Workspace, jobs: Iterable[Job]) -> JobCosts:
    """Return the books for some jobs; what cannot be read is left out."""
    models = {job.model for job in jobs if job.model}
    try:
        forecasts = await workspace.store.forecasts.all(workspace.profile.name)
        catalog = await asyncio.to_thread(lambda: workspace.tokens.catalog)
    except ServiceError as error:  # jobs can be watched without knowing their price
        log.warning("%s", error)
        return JobCosts()
    money = workspace.profile.money
    prices = {model: money.priced(catalog.find(model)) for model in models}
    return JobCosts(prices, forecasts)


async def lineage(workspace: Workspace, job: Job) -> tuple[Lineage, ...]:
    """Return where the files of a job came from, training first. Raises LedgerError."""
    profile, found = workspace.profile.name, []
    for file_id in filter(None, (job.training_file, job.validation_file)):
        uploads = await workspace.store.uploads(profile)
        upload = next((one for one in uploads if one.file_id == file_id), None)
        versions = await workspace.store.data_of(profile, file_id)
        found.append(Lineage(file_id, upload, tuple(versions)))
    return tuple(found)
