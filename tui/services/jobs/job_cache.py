"""Cache what the provider tells of one profile's jobs: written in batches, read back offline."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.jobs.durations import BEFORE_WORK, Usual, usual
from tui.core.jobs.jobs import Checkpoint, Event, Job, parse_checkpoint, parse_event, parse_job
from tui.core.jobs.progress import Progress, progress_of
from tui.services.background import start
from tui.services.errors import LedgerError
from tui.services.store.best_effort import log_failure, parsed_best_effort
from tui.services.store.tables.seen_jobs_table import SeenJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.services.store.tables.seen_jobs_table import SeenJobsTable


WRITE_AFTER_S = 1.0
# A change of status is timed only if the job was also seen shortly before it.
SEEN_SHORTLY_S = 90.0


@dataclass(frozen=True, slots=True)
class CachedJobs:
    """The jobs kept, newest first, and when the list was seen last (Unix seconds)."""

    jobs: tuple[Job, ...] = ()
    at: float | None = None
    seen_at: Mapping[str, float] = field(default_factory=dict)
    since: Mapping[str, float] = field(default_factory=dict)
    usual: Usual = field(default_factory=Usual)
    progress: Mapping[str, Progress] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CachedDetail:
    """What is kept of one job; `complete` when no more of it can come."""

    events: tuple[Event, ...]
    checkpoints: tuple[Checkpoint, ...]
    complete: bool
    at: float


@dataclass(slots=True)
class _Waiting:
    """What is to be written next."""

    jobs: dict[str, SeenJob] = field(default_factory=dict)
    stays: list[tuple[str, str, str, int]] = field(default_factory=list)
    events: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)
    details: dict[str, tuple[Sequence[Mapping[str, object]] | None, bool]] = field(
        default_factory=dict
    )
    listed_at: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.jobs or self.events or self.details or self.listed_at)


class JobCache:
    """Keeps one profile's jobs in the ledger; use it from the event loop only.

    Keeping never fails: what cannot be written is logged.
    """

    def __init__(self, ledger: SeenJobsTable, profile: str) -> None:
        self._ledger = ledger
        self._profile = profile
        self._known: dict[str, SeenJob] = {}
        self._last_seen: dict[str, float] = {}
        self._waiting = _Waiting()
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._pruned = False
        self._closed = False

    # -- keeping ---------------------------------------------------------------------

    def saw_jobs(self, jobs: Iterable[Job], *, listed: bool = False) -> None:
        """Note jobs as they are now; `listed` when they are the provider's newest."""
        now = time.time()
        for job in jobs:
            self._saw(job, now)
        if listed:
            self._waiting.listed_at = int(now)
        self._soon()

    def saw_events(self, job_id: str, events: Iterable[Event]) -> None:
        """Note events not noted before, oldest first."""
        self._waiting.events += [(job_id, event.id, event.raw) for event in events]
        self._soon()

    def saw_checkpoints(self, job_id: str, checkpoints: Iterable[Checkpoint]) -> None:
        """Note all checkpoints of a job."""
        complete = self._waiting.details.get(job_id, (None, False))[1]
        self._waiting.details[job_id] = ([point.raw for point in checkpoints], complete)
        self._soon()

    def saw_all(self, job_id: str) -> None:
        """Note that nothing more can come of a job."""
        self._waiting.details[job_id] = (self._waiting.details.get(job_id, (None, False))[0], True)
        self._soon()

    def since(self, job_id: str) -> float | None:
        """Return when (Unix seconds) a job came into its status, if that was seen."""
        known = self._known.get(job_id)
        return None if known is None else known.since

    def _saw(self, job: Job, now: float) -> None:
        old = self._known.get(job.id)
        last = self._last_seen.get(job.id)
        self._last_seen[job.id] = now
        if old is not None and old.status == job.status:
            if old.raw == job.raw:
                return
            since = old.since
        else:
            since = self._entered(job, old, last, now)
        made = job.created_at if job.created_at is not None else int(now)
        seen = SeenJob(job.raw, job.id, job.status, since, made, int(now))
        self._known[job.id] = self._waiting.jobs[job.id] = seen

    def _entered(self, job: Job, old: SeenJob | None, last: float | None, now: float) -> int | None:
        """Return when a job came into its new status, and note how long it was in the old."""
        if old is None:
            return job.created_at if job.status in BEFORE_WORK else None
        if last is None or now - last > SEEN_SHORTLY_S:
            return None
        if old.since is not None:
            stay = (job.id, old.status, job.model, max(int(now) - old.since, 0))
            self._waiting.stays.append(stay)
        return int(now)

    # -- writing ---------------------------------------------------------------------

    def _soon(self) -> None:
        if self._timer is None and not self._closed and not self._waiting.empty:
            self._timer = asyncio.get_running_loop().call_later(WRITE_AFTER_S, self._begin)

    def _begin(self) -> None:
        self._timer = None
        if self._writing is None or self._writing.done():
            self._writing = start(self._write(), "write the job cache")
        else:
            self._soon()

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, _Waiting()
        ledger, profile = self._ledger, self._profile
        try:
            if waiting.jobs or waiting.listed_at:
                at = waiting.listed_at or int(time.time())
                await ledger.keep_jobs(profile, list(waiting.jobs.values()), at)
            if waiting.stays:
                await ledger.keep_durations(profile, waiting.stays)
            if waiting.events:
                await ledger.keep_events(profile, waiting.events)
            for job_id, (checkpoints, complete) in waiting.details.items():
                await ledger.keep_checkpoints(profile, job_id, checkpoints, complete)
            if not self._pruned:
                self._pruned = True
                await ledger.prune(profile)
        except LedgerError as error:  # a full disk must not end the watching
            log_failure(error)

    async def flush(self) -> None:
        """Write what is waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # Who waits may be cancelled, as by leaving a screen: the writing goes on for the others.
        if self._writing is not None:
            await asyncio.shield(self._writing)
        if not self._waiting.empty:
            self._writing = start(self._write(), "write the job cache")
        if self._writing is not None:  # also what another waiter began meanwhile
            await asyncio.shield(self._writing)

    async def close(self) -> None:
        """Write what is waiting, and keep no more."""
        self._closed = True
        await self.flush()

    # -- reading ---------------------------------------------------------------------

    async def jobs(self) -> CachedJobs:
        """Return the jobs kept, with what is usual for them. Raises LedgerError."""
        await self.flush()
        seen, at = await self._ledger.jobs(self._profile)
        stays = await self._ledger.durations(self._profile)
        steps = await self._ledger.last_steps(self._profile)
        for one in seen:
            self._known.setdefault(one.id, one)
        return await asyncio.to_thread(_kept_jobs, seen, at, stays, steps)

    async def detail(self, job_id: str) -> CachedDetail | None:
        """Return what is kept of one job beside itself, None if nothing is. Raises LedgerError."""
        await self.flush()
        seen = await self._ledger.detail(self._profile, job_id)
        if seen is None:
            return None
        events, points = await asyncio.to_thread(
            lambda: (
                parsed_best_effort(parse_event, seen.events),
                parsed_best_effort(parse_checkpoint, seen.checkpoints),
            )
        )
        return CachedDetail(tuple(events), tuple(points), seen.complete, seen.at)


def _kept_jobs(
    seen: Sequence[SeenJob],
    at: int | None,
    stays: Sequence[tuple[str, str, int]],
    steps: Mapping[str, Mapping[str, object]],
) -> CachedJobs:
    jobs = parsed_best_effort(parse_job, [one.raw for one in seen])
    return CachedJobs(
        tuple(jobs),
        at,
        {one.id: one.seen_at for one in seen},
        {one.id: one.since for one in seen if one.since is not None},
        usual(stays, jobs),
        {job_id: _progress(raw) for job_id, raw in steps.items()},
    )


def _progress(raw: Mapping[str, object]) -> Progress:
    metrics = parse_event(raw).metrics
    return Progress() if metrics is None else progress_of([metrics])
