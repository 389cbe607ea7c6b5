"""One watched job: its events, its curve and its checkpoints, gathered as they come."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tui.core.jobs import Metrics
from tui.services.errors import NotOffered, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.jobs import Checkpoint, Event, Job
    from tui.services.jobs import JobService


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
    """Gathers the detail of one job; `done` once nothing about it can change."""

    def __init__(self, job_id: str, jobs: JobService) -> None:
        self.job_id = job_id
        self.detail = JobDetail(None)
        self.listeners: list[Callable[[JobDetail], None]] = []
        self.done = False
        self._jobs = jobs
        self._events: dict[str, Event] = {}
        self._metrics: dict[int, Metrics] = {}
        self._checkpoints: tuple[Checkpoint, ...] = ()
        self._events_offered = True
        self._checkpoints_offered = True

    async def look(self, job: Job | None) -> None:
        """Fetch what is new; `job` is the job as just listed, None when it was not."""
        try:
            await self._look(job)
        except ServiceError as error:
            old = self.detail
            self.detail = JobDetail(
                job or old.job, old.events, old.metrics, old.checkpoints, old.fetched_at, error
            )

    async def _look(self, listed: Job | None) -> None:
        job = listed or await self._jobs.retrieve(self.job_id)
        # The job came first, so events read after a terminal status are all there are.
        new = await self._new_events()
        told = any(event.metrics is None for event in new)
        if self.detail.fetched_at is None or job.terminal or told:
            await self._look_at_checkpoints()
        self.detail = JobDetail(
            job,
            tuple(self._events.values()),
            tuple(self._metrics[step] for step in sorted(self._metrics)),
            self._checkpoints,
            time.time(),
        )
        self.done = job.terminal

    async def _new_events(self) -> list[Event]:
        if not self._events_offered:
            return []
        try:
            events = await self._jobs.events(self.job_id, self._events)
        except NotOffered:
            self._events_offered = False
            return []
        new = [event for event in events if event.id not in self._events]
        for event in new:
            self._events[event.id] = event
            if event.metrics is not None and event.metrics.step is not None:
                step = event.metrics.step
                self._metrics[step] = merged(self._metrics.get(step), event.metrics)
        return new

    async def _look_at_checkpoints(self) -> None:
        if not self._checkpoints_offered:
            return
        try:
            self._checkpoints = tuple(await self._jobs.checkpoints(self.job_id))
        except NotOffered:
            self._checkpoints_offered = False


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
