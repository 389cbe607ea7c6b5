"""Poll the list of jobs, with one request while nothing else is needed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.jobs.durations import Usual
from tui.services.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.jobs.jobs import Job
    from tui.core.jobs.progress import Progress
    from tui.services.errors import ServiceError
    from tui.services.jobs.service import JobService

NEWEST = 20
PAGE = 100
AT_ONCE = 2  # older jobs asked for beside one list


@dataclass(frozen=True, slots=True)
class PollerState:
    """The jobs, newest first, as of `fetched_at` (Unix seconds; None before anything is known).

    `failure` is why the last round did not succeed; `generation` counts the states. `forgotten`
    are jobs the provider lists no more, with when they were last seen. `since` is when jobs came
    into their status, where that was seen, and `usual` how long they usually stay in it.
    """

    jobs: tuple[Job, ...] = ()
    fetched_at: float | None = None
    failure: ServiceError | None = None
    generation: int = 0
    progress: Mapping[str, Progress] = field(default_factory=dict)
    forgotten: Mapping[str, float] = field(default_factory=dict)
    since: Mapping[str, float] = field(default_factory=dict)
    usual: Usual = field(default_factory=Usual)

    @property
    def listed(self) -> list[Job]:
        """The jobs that the provider still lists."""
        return [job for job in self.jobs if job.id not in self.forgotten]


class Lister:
    """Lists all jobs once, then only the newest; older ones that can change are asked for singly.

    With `whole` set the next list is one of all jobs. `again` is the seconds between two looks
    at one older job.
    """

    def __init__(self, jobs: JobService, again: float) -> None:
        self.whole = True
        self._jobs = jobs
        self._again = again
        self._due: dict[str, float] = {}
        self._listed_at: dict[str, float] = {}  # Unix seconds, of those listed here

    async def list(
        self, state: PollerState, seen: Mapping[str, float]
    ) -> tuple[tuple[Job, ...], Mapping[str, float]]:
        """Return the jobs listed, and those listed no more with when they were last seen.

        `state` is what was known before, `seen` when the jobs of the cache were. Raises a
        ServiceError.
        """
        known = state.listed
        if not self.whole:
            last = max((n for n, job in enumerate(known[:PAGE]) if job.active), default=0)
            most = max(NEWEST, min(last + 1, PAGE))
            newest = await self._jobs.list(limit=most)
            listed = self._note(newest)
            if len(newest) < most or any(job.id in listed for job in known):
                older = await self._look_at_some([job for job in known if job.id not in listed])
                gone = {id_: at for id_, at in state.forgotten.items() if id_ not in listed}
                return (*newest, *older), gone
        jobs = await self._jobs.list()
        self.whole = False
        listed = self._note(jobs)
        before = dict.fromkeys((job.id for job in state.jobs), state.fetched_at or time.time())
        before |= {**state.forgotten, **seen, **self._listed_at}
        return tuple(jobs), {job.id: before[job.id] for job in state.jobs if job.id not in listed}

    def _note(self, jobs: Sequence[Job]) -> set[str]:
        """Note that these were listed now; return their ids."""
        ids = {job.id for job in jobs}
        self._listed_at |= dict.fromkeys(ids, time.time())
        return ids

    async def _look_at_some(self, jobs: Sequence[Job]) -> Sequence[Job]:
        """Return older jobs, the few looked at the longest ago asked for if they can change."""
        now = time.monotonic()
        due = [job for job in jobs if job.active and now >= self._due.get(job.id, 0.0)]
        due.sort(key=lambda job: self._due.get(job.id, 0.0))
        fresh = {job.id: await self._look(job) for job in due[:AT_ONCE]}
        return [fresh.get(job.id, job) for job in jobs]

    async def _look(self, job: Job) -> Job:
        self._due[job.id] = time.monotonic() + self._again
        try:
            return await self._jobs.retrieve(job.id)
        except Refused as error:
            if error.status != 404:
                raise
            self.whole = True  # it is there no more: the next list tells what else is not
            return job
