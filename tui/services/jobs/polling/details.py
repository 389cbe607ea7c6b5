"""Poll single jobs: their events, curves and checkpoints, a few requests each round."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from tui.core.jobs.jobs import Metrics
from tui.core.jobs.progress import progress_of
from tui.services.errors import LedgerError, NotOffered, ServiceError
from tui.services.listeners import StateListeners
from tui.services.store.best_effort import log_failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tui.core.jobs.jobs import Checkpoint, Event, Job
    from tui.core.jobs.progress import Progress
    from tui.services.jobs.polling.job_list import PollerState
    from tui.services.jobs.polling.poll_interval import PollInterval
    from tui.services.jobs.service import JobService

IN_TURN = 3  # rounds between two looks at a job that runs and is not selected
AT_ONCE = 2  # jobs whose details are asked for in one round
LAST_LOOKS = 3  # failures after which the last steps of a job that has ended stay unknown


@dataclass(frozen=True, slots=True)
class JobDetail:
    """All that is known of one job. Events oldest first, metrics by step.

    `fetched_at` in Unix seconds; `failure` is why the last look did not succeed; `absent` names
    what the provider does not offer of a job: events, checkpoints.
    """

    job: Job | None
    events: tuple[Event, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    fetched_at: float | None = None
    failure: ServiceError | None = None
    absent: frozenset[str] = frozenset()


class DetailWatch:
    """Gathers the detail of one job; `done` once nothing about it can change.

    It begins with what the cache keeps, so that only what is new is asked for. `due` is when to
    look next, by the monotonic clock; `failures` counts those in a row.
    """

    def __init__(self, job_id: str, jobs: JobService) -> None:
        self.job_id = job_id
        self.detail = JobDetail(None)
        self.listeners = StateListeners[JobDetail]()
        self.done = False
        self.due = 0.0
        self.failures = 0
        self._jobs = jobs
        self._events: dict[str, Event] = {}
        self._metrics: dict[int, Metrics] = {}
        self._checkpoints: tuple[Checkpoint, ...] = ()
        self._absent: frozenset[str] = frozenset()  # lists that the provider does not offer
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
            log_failure(error)
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
            absent=self._absent,
        )

    async def _new_events(self) -> list[Event]:
        if "events" in self._absent:
            return []
        try:
            events = await self._jobs.events(self.job_id, self._events)
        except NotOffered:
            self._absent |= {"events"}
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
        if "checkpoints" not in self._absent:
            try:
                self._checkpoints = tuple(await self._jobs.checkpoints(self.job_id))
            except NotOffered:
                self._absent |= {"checkpoints"}
        self._checkpoints_due = False


class DetailWatches:
    """Keeps the detail of single jobs current, a few in each round."""

    def __init__(self, jobs: JobService, interval: PollInterval) -> None:
        self._jobs = jobs
        self._interval = interval
        self._by_id: dict[str, DetailWatch] = {}
        self._ended: set[str] = set()  # jobs whose last look is done or on its way

    def __iter__(self) -> Iterator[DetailWatch]:
        """Go through all watches."""
        return iter(tuple(self._by_id.values()))

    def __bool__(self) -> bool:
        """Whether any job is watched."""
        return bool(self._by_id)

    @property
    def wanted(self) -> bool:
        """Whether anyone listens to a single job."""
        return any(watch.listeners for watch in self)

    def of(self, job_id: str) -> DetailWatch:
        """Return the watch of a job, made when there is none."""
        return self._by_id.setdefault(job_id, DetailWatch(job_id, self._jobs))

    def clear(self) -> None:
        """Watch nothing any more."""
        self._by_id.clear()

    def refresh(self) -> None:
        """Look at each of them in the next round, also at those that have ended."""
        for watch in self:
            watch.done, watch.due = False, 0.0

    def postpone(self, until: float) -> None:
        """Look at none of them before a time of the monotonic clock."""
        for watch in self:
            watch.due = max(watch.due, until)

    def due(self, *, listed: bool) -> list[float]:
        """Return when each is looked at next; `listed`: somebody follows the list of jobs."""
        return [watch.due for watch in self._open(listed=listed)]

    async def recall(self, state: PollerState) -> None:
        """Tell what the cache keeps of those somebody listens to, until the provider tells more."""
        for watch in self:
            if watch.listeners:
                await self._recall(watch, state)

    async def look(self, state: PollerState, *, listed: bool) -> Mapping[str, Progress]:
        """Look at those that are due; return how far each job is."""
        jobs = {job.id: job for job in state.jobs}
        if listed:
            self._take_up(state)
        self._ended.intersection_update(jobs)
        # What is nearly due is done along with this round.
        now = time.monotonic() + 0.3 * self._interval.fast
        due = [watch for watch in self._open(listed=listed) if watch.due <= now]
        due.sort(key=lambda watch: (not watch.listeners, watch.due))
        selected = sum(bool(watch.listeners) for watch in due)
        progress = dict(state.progress)
        for watch in due[: selected + AT_ONCE]:
            await self._look(watch, jobs.get(watch.job_id), state)
            if watch.detail.metrics:
                detail = watch.detail
                progress[watch.job_id] = progress_of(detail.metrics, detail.events)
        self._drop(jobs)
        return progress

    def _open(self, *, listed: bool) -> list[DetailWatch]:
        """Return those that go on: listened to, or of a list that somebody follows."""
        return [watch for watch in self if not watch.done and (watch.listeners or listed)]

    def _take_up(self, state: PollerState) -> None:
        """Watch the jobs that run, and once more those that have ended, for their last steps."""
        for job in state.listed:
            if job.status == "running":
                self.of(job.id)
            if not job.terminal or job.id in self._ended:
                continue
            self._ended.add(job.id)
            progress = state.progress.get(job.id)
            if job.id in self._by_id or (progress is not None and progress.share != 1):
                watch = self.of(job.id)
                watch.due = watch.due if watch.failures else 0.0

    def _drop(self, jobs: Mapping[str, Job]) -> None:
        """Drop the watches of jobs nobody has selected and that can tell no more."""
        for watch in [one for one in self if not one.listeners]:
            job = jobs.get(watch.job_id)
            given_up = job is not None and job.terminal and watch.failures >= LAST_LOOKS
            if watch.done or job is None or given_up:
                del self._by_id[watch.job_id]

    async def _recall(self, watch: DetailWatch, state: PollerState) -> None:
        before = watch.detail
        job = next((job for job in state.jobs if job.id == watch.job_id), None)
        await watch.recall(job, gone=watch.job_id in state.forgotten)
        if watch.detail != before:
            watch.listeners.tell(watch.detail)

    async def _look(self, watch: DetailWatch, job: Job | None, state: PollerState) -> None:
        await self._recall(watch, state)
        if not watch.done:
            before = watch.detail
            await watch.look(job)
            if watch.detail != before:
                watch.listeners.tell(watch.detail)
        watch.due = time.monotonic() + self._wait_after(watch)

    def _wait_after(self, watch: DetailWatch) -> float:
        if watch.failures and watch.detail.failure is not None:
            return self._interval.spread(watch.failures, watch.detail.failure)
        return self._interval.fast * (1 if watch.listeners else IN_TURN)


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
