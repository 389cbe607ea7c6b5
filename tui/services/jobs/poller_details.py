"""One watched job: its events, its curve and its checkpoints, gathered as they come."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from tui.core.jobs.jobs import Metrics
from tui.services.errors import LedgerError, NotOffered, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.core.jobs.jobs import Checkpoint, Event, Job
    from tui.services.jobs.service import JobService

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobDetail:
    """All that is known of one job. Events oldest first, metrics by step.

    `fetched_at` in Unix seconds; `failure` is why the last look did not succeed.
    """

    job: Job | None
    events: tuple[Event, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    fetched_at: float | None = None
    failure: ServiceError | None = None


class Watch:
    """Gathers the detail of one job; `done` once nothing about it can change.

    It begins with what the ledger keeps, so that only what is new is asked for.
    """

    def __init__(self, job_id: str, jobs: JobService) -> None:
        self.job_id = job_id
        self.detail = JobDetail(None)
        self.listeners: list[Callable[[JobDetail], None]] = []
        self.done = False
        self.due = 0.0  # when to look next, by the monotonic clock
        self.failures = 0
        self._jobs = jobs
        self._events: dict[str, Event] = {}
        self._metrics: dict[int, Metrics] = {}
        self._checkpoints: tuple[Checkpoint, ...] = ()
        self._events_offered = True
        self._checkpoints_offered = True
        self._checkpoints_due = True
        self._recalled = False

    async def recall(self, job: Job | None, *, gone: bool = False) -> None:
        """Begin with what is kept, once; a job that had ended when it was seen is done with that.

        So is one that is `gone` from the provider.
        """
        if self._recalled or (job is None and not gone):
            return
        self._recalled = True
        try:
            kept = await self._jobs.cache.detail(self.job_id)
        except LedgerError as error:  # the provider may still tell all of it
            log.warning("%s", error)
            kept = None
        if kept is not None:
            self._take(kept.events)
            self._checkpoints = kept.checkpoints
        self.done = gone or (
            kept is not None and kept.complete and job is not None and job.terminal
        )
        if kept is not None or gone:
            self.detail = self._gathered(job, None if kept is None else kept.at)

    async def look(self, job: Job | None) -> None:
        """Fetch what is new; `job` is the job as just listed, None when it was not.

        Checkpoints are asked for only while somebody listens.
        """
        try:
            await self._look(job)
        except ServiceError as error:
            self.failures += 1
            self.detail = replace(self.detail, job=job or self.detail.job, failure=error)
        else:
            self.failures = 0

    async def _look(self, listed: Job | None) -> None:
        job = listed or await self._jobs.retrieve(self.job_id)
        # The job came first, so events read after a terminal status are all there are.
        new = await self._new_events()
        told = any(event.metrics is None for event in new)
        self._checkpoints_due = self._checkpoints_due or job.terminal or told
        if self.listeners and self._checkpoints_due:
            await self._look_at_checkpoints()
        self.detail = self._gathered(job, time.time())
        self.done = job.terminal
        if job.terminal and not self._checkpoints_due:
            self._jobs.cache.saw_all(self.job_id)

    def _gathered(self, job: Job | None, at: float | None) -> JobDetail:
        return JobDetail(
            job,
            tuple(self._events.values()),
            tuple(self._metrics[step] for step in sorted(self._metrics)),
            self._checkpoints,
            at,
        )

    async def _new_events(self) -> list[Event]:
        if not self._events_offered:
            return []
        try:
            events = await self._jobs.events(self.job_id, self._events)
        except NotOffered:
            self._events_offered = False
            return []
        return self._take(events)

    def _take(self, events: Iterable[Event]) -> list[Event]:
        new = [event for event in events if event.id not in self._events]
        for event in new:
            self._events[event.id] = event
            if event.metrics is not None and event.metrics.step is not None:
                step = event.metrics.step
                self._metrics[step] = merged(self._metrics.get(step), event.metrics)
        return new

    async def _look_at_checkpoints(self) -> None:
        if self._checkpoints_offered:
            try:
                self._checkpoints = tuple(await self._jobs.checkpoints(self.job_id))
            except NotOffered:
                self._checkpoints_offered = False
        self._checkpoints_due = False


def merged_steps(events: Iterable[Event]) -> tuple[Metrics, ...]:
    """Return what events report of steps, each step once and in order."""
    found: dict[int, Metrics] = {}
    for event in events:
        if event.metrics is not None and event.metrics.step is not None:
            step = event.metrics.step
            found[step] = merged(found.get(step), event.metrics)
    return tuple(found[step] for step in sorted(found))


def merged(old: Metrics | None, new: Metrics) -> Metrics:
    """Return both reports of one step as one; what the newer leaves out stays."""
    if old is None:
        return new
    return Metrics(
        **{
            field.name: getattr(old, field.name)
            if (value := getattr(new, field.name)) is None
            else value
            for field in fields(Metrics)
        }
    )
