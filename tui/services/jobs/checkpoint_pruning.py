"""Find out which checkpoints of jobs may go: the best stay, and what is in use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.catalog.abilities import Ability
from tui.core.jobs.checkpoint_pruning import InUse, Measure, best_measure, judge
from tui.services.errors import InputError, LedgerError, ServiceError
from tui.services.provider.interface import check_offered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.core.jobs.checkpoint_pruning import JudgedCheckpoint
    from tui.core.jobs.jobs import Checkpoint, Job
    from tui.services.workspace import Workspace


AT_ONCE = 4  # jobs whose checkpoints are asked for at the same time, for the rate limit


@dataclass(frozen=True, slots=True)
class PrunableJob:
    """A job with all its checkpoints, and what of them is in use.

    `problem` is why they are not known: then there are none.
    """

    job: Job
    checkpoints: tuple[Checkpoint, ...]
    used: InUse
    problem: ServiceError | None = None

    def measure(self, asked: Measure | None) -> Measure:
        """Return by what to rank; what was asked for counts. Raises InputError for nothing."""
        found = asked or best_measure(self.checkpoints)
        if found is None and self.checkpoints:
            raise InputError(
                f"Nobody can tell which checkpoint of job {self.job.id} is the best",
                "none has a validation loss or accuracy",
                "Rank them by train_loss, or by step to keep the newest.",
            )
        return found or Measure.VALID_LOSS

    def judged(self, keep: int, measure: Measure) -> list[JudgedCheckpoint]:
        """Return the checkpoints with why each stays; the best `keep` do."""
        return judge(self.job, self.checkpoints, keep, measure, self.used)


def check_prunable(workspace: Workspace) -> None:
    """Raise NotOffered where checkpoints are known not to be deleted, ReadOnly where nothing is."""
    doing = "delete checkpoints"
    check_offered(workspace.api.abilities, Ability.DELETE_CHECKPOINTS, doing)
    check_offered(workspace.api.abilities, Ability.DELETE_MODELS, doing)


async def look_at_checkpoints(workspace: Workspace, jobs: Iterable[Job]) -> list[PrunableJob]:
    """Return jobs with their checkpoints, each as far as they came.

    Raises a ServiceError where it is not known what is in use.
    """
    check_prunable(workspace)
    wanted = [*jobs]
    used = await _in_use(workspace)
    gate = asyncio.Semaphore(AT_ONCE)

    async def of(job: Job) -> PrunableJob:
        async with gate:
            try:
                return PrunableJob(job, tuple(await workspace.jobs.checkpoints(job.id)), used)
            except ServiceError as error:
                return PrunableJob(job, (), used, error)

    return [*await asyncio.gather(*(of(job) for job in wanted))]


async def _in_use(workspace: Workspace) -> InUse:
    jobs = await workspace.jobs.list()
    deployments = workspace.deployments
    deployed = (await deployments.look()).deployed if deployments.told else ()
    try:
        tombstones = await workspace.store.deletions.all(workspace.profile.name, "model")
    except LedgerError:  # what is gone is told by the provider then
        tombstones = {}
    return InUse(
        {one.model: one.title for one in deployed if not one.leaving},
        {job.model: job.id for job in jobs if not job.terminal},
        {one for one, tombstone in tombstones.items() if tombstone.fate.gone},
    )


def measure_of_all(found: Sequence[PrunableJob], asked: Measure | None) -> Measure:
    """Return by what the checkpoints of several jobs are ranked. Raises InputError."""
    measures = {one.measure(asked) for one in found if one.checkpoints}
    if len(measures) > 1:
        names = " and ".join(sorted(measures))
        raise InputError("The jobs have measured differently", names, "Name one with --by.")
    return measures.pop() if measures else asked or Measure.VALID_LOSS
