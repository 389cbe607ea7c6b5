"""The live picture of all jobs, kept while somebody looks at it and not otherwise.

One round lists the jobs with one request and then looks at single jobs: the one selected each
time, those that run in turn. Rounds never overlap; they come fast while something runs, slowly
otherwise, ever more slowly after failures, and once a minute when all jobs have ended. Before the
first answer the picture is the one the ledger keeps.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.jobs.progress import progress_of
from tui.services.background import start
from tui.services.errors import LedgerError, ServiceError, unforeseen
from tui.services.jobs.poller_details import JobDetail, Watch
from tui.services.jobs.poller_list import Lister, PollerState
from tui.services.jobs.poller_pace import FAST_S, IDLE_S, REST, SLOW_S, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tui.core.jobs.jobs import Job
    from tui.services.jobs.job_cache import CachedJobs
    from tui.services.jobs.service import JobService

__all__ = ["JobDetail", "JobPoller", "PollerState"]

log = logging.getLogger(__name__)
S = TypeVar("S", "PollerState", JobDetail)
RESTING_S = 30.0  # between lists while nobody looks and a job is waited for
IN_TURN = 3  # rounds between two looks at a job that runs and is not selected
AT_ONCE = 2  # of them in one round
LAST_LOOKS = 3  # failures after which the last steps of a job that has ended stay unknown


class JobPoller:
    """Polls in the background while anyone listens. Use it from the event loop only.

    Listeners are called on the loop, soon after the change; they get every state in order.
    """

    def __init__(
        self, jobs: JobService, *, fast: float = FAST_S, slow: float = SLOW_S, rest: int = REST,
        idle: float = IDLE_S,
    ) -> None:  # fmt: skip
        self.state = PollerState()
        self._jobs = jobs
        self._pace = Pace(fast, slow, rest, idle)
        self._listeners: list[Callable[[PollerState], None]] = []
        self._watches: dict[str, Watch] = {}
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._ended: set[str] = set()  # jobs whose last look is done or on its way
        self._kept: CachedJobs | None = None
        self._lister = Lister(jobs, fast * IN_TURN)
        self._list_due = 0.0
        self._asked = 0  # how often somebody wanted a list at once
        self._answered = 0  # the last of these wishes that was met
        self._quiet_until = 0.0  # the server asked for so much patience
        self._not_before = 0.0  # a round costs too much to come sooner
        self._resting: Collection[str] | None = None

    # -- listening -------------------------------------------------------------------

    def subscribe(self, listener: Callable[[PollerState], None]) -> Callable[[], None]:
        """Call `listener` with the state now known and each later one; the result ends it."""
        self._listeners.append(listener)
        if self.state.generation:
            self._deliver(self._listeners, listener, self.state)
        self._list_soon()
        self._start()
        return lambda: self._leave(self._listeners, listener)

    def watch(self, job_id: str, listener: Callable[[JobDetail], None]) -> Callable[[], None]:
        """Call `listener` with a job's detail now and after each change; the result ends it."""
        watch = self._watch(job_id)
        watch.listeners.append(listener)
        if watch.detail != JobDetail(None):
            self._deliver(watch.listeners, listener, watch.detail)
        watch.due = min(watch.due, time.monotonic()) if not watch.failures else watch.due
        self._start()
        if not watch.done:
            self._wake.set()
        return lambda: self._leave(watch.listeners, listener)

    def refresh(self) -> None:
        """Look again at once, at all jobs and all watched ones, also those that ended."""
        self._lister.whole = True
        self._pace.failures = 0
        self._quiet_until = 0.0
        self._list_soon()
        for watch in self._watches.values():
            watch.done, watch.due = False, 0.0
        self._wake.set()

    def rest(self, awaited: Collection[str]) -> None:
        """Ask for nothing while nobody looks at the terminal, but seldom whether jobs have ended.

        `awaited` are the ids of those jobs; `resume` goes on.
        """
        self._resting = awaited
        self._wake.set()

    def resume(self) -> None:
        """Go on after `rest`, with a look at once."""
        if self._resting is not None:
            self._resting = None
            self._list_soon()
            self._wake.set()

    async def close(self) -> None:
        """Stop for good."""
        self._listeners.clear()
        self._watches.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _list_soon(self) -> None:
        self._list_due = 0.0
        self._asked += 1

    def _watch(self, job_id: str) -> Watch:
        return self._watches.setdefault(job_id, Watch(job_id, self._jobs))

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = start(self._run(), "job board")
        else:
            self._wake.set()

    def _leave(self, listeners: list[Callable[[S], None]], listener: Callable[[S], None]) -> None:
        with contextlib.suppress(ValueError):
            listeners.remove(listener)
        if not self._wanted() and self._task is not None:
            self._task.cancel()
            self._task = None

    def _wanted(self) -> bool:
        return bool(self._listeners) or any(w.listeners for w in self._watches.values())

    # -- rounds ----------------------------------------------------------------------

    async def _run(self) -> None:
        await self._recall()
        while self._wanted():
            self._wake.clear()
            try:
                await self._round()
            except Exception as error:  # whoever waits for the list must hear of it
                log.exception("a round of the job board")
                self._give_up(unforeseen(error))
            wait = self._next() - time.monotonic()
            if wait <= 0:
                await asyncio.sleep(0)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), None if wait == inf else wait)

    def _give_up(self, error: ServiceError) -> None:
        """Tell an error nobody expected, and try again later."""
        wait = self._pace.after_failure(error)
        self._list_due = time.monotonic() + wait
        for watch in self._watches.values():
            watch.due = max(watch.due, self._list_due)
        self._set(failure=error)

    def _next(self) -> float:
        """Return when there is something to do next, by the monotonic clock."""
        if self._resting is not None:
            return self._list_due if self._awaited() else inf
        due = [self._list_due]
        if self.state.failure is None:
            due += [watch.due for watch in self._looked_at()]
        return max(min(due), self._quiet_until, self._not_before)

    def _awaited(self) -> bool:
        ids = self._resting or ()
        return any(job.id in ids and not job.terminal for job in self.state.jobs)

    async def _recall(self) -> None:
        """Begin with what the ledger keeps."""
        if self._kept is not None:
            return
        try:
            self._kept = kept = await self._jobs.cache.jobs()
        except LedgerError as error:  # the provider's own word is enough
            log.warning("%s", error)
            return
        if kept.jobs and not self.state.generation:
            self._set(
                jobs=kept.jobs, fetched_at=kept.at, since=kept.since, usual=kept.usual,
                progress=kept.progress,
            )  # fmt: skip

    async def _round(self) -> None:
        for watch in self._watches.values():
            if watch.listeners:
                await self._recall_detail(watch)
        now, began = time.monotonic(), time.thread_time()
        if now < self._quiet_until or (self._resting is not None and not self._awaited()):
            return
        if now >= self._list_due:
            await self._list_all()
        if self._resting is None and self.state.failure is None:
            await self._look_at_watched()
        spent = time.thread_time() - began
        self._not_before = time.monotonic() + self._pace.rest_after(spent)

    async def _list_all(self) -> None:
        asked = self._asked
        try:
            seen = {} if self._kept is None else self._kept.seen_at
            jobs, forgotten = await self._lister.list(self._listed(), self.state, seen)
        except ServiceError as error:
            wait = self._pace.after_failure(error)
            self._quiet_until = time.monotonic() + (error.retry_after or 0.0)
            self._set(failure=error)
        else:
            wait = self._pace.after_answer(jobs)
            since = {job.id: at for job in jobs if (at := self._jobs.cache.since(job.id))}
            everything = (*jobs, *(job for job in self.state.jobs if job.id in forgotten))
            if asked != self._answered or not self._idle(everything, forgotten):
                self._set(
                    jobs=everything, fetched_at=time.time(), failure=None, forgotten=forgotten,
                    since=since,
                )  # fmt: skip
            self._answered = asked
        if self._resting is not None:
            wait = max(wait, RESTING_S)
        if asked == self._asked:
            self._list_due = time.monotonic() + wait
        else:  # this answer was on its way when somebody asked for one from now on
            self._lister.whole = True

    def _idle(self, jobs: tuple[Job, ...], forgotten: Mapping[str, float]) -> bool:
        """Whether a list nobody asked for tells nothing new of jobs that have all ended.

        It is not told then: even a new time of the data would be written to the terminal.
        """
        state = self.state
        known = state.failure is None and state.jobs == jobs and state.forgotten == forgotten
        return known and all(job.terminal or job.id in forgotten for job in jobs)

    def _listed(self) -> list[Job]:
        return [job for job in self.state.jobs if job.id not in self.state.forgotten]

    # -- single jobs -----------------------------------------------------------------

    def _looked_at(self) -> list[Watch]:
        """Return the watches that go on: those listened to, and those of jobs that run."""
        return [
            watch
            for watch in self._watches.values()
            if not watch.done and (watch.listeners or self._listeners)
        ]

    async def _look_at_watched(self) -> None:
        listed = {job.id: job for job in self.state.jobs}
        if self._listeners:
            for job in self._listed():
                if job.status == "running":
                    self._watch(job.id)
        self._watch_ended(listed)
        # What is nearly due is done along with this round.
        now = time.monotonic() + 0.3 * self._pace.fast
        due = [watch for watch in self._looked_at() if watch.due <= now]
        due.sort(key=lambda watch: (not watch.listeners, watch.due))
        selected = sum(bool(watch.listeners) for watch in due)
        progress = dict(self.state.progress)
        for watch in due[: selected + AT_ONCE]:
            await self._look(watch, listed.get(watch.job_id))
            if watch.detail.metrics:
                detail = watch.detail
                progress[watch.job_id] = progress_of(detail.metrics, detail.events)
        if progress != self.state.progress:
            self._set(progress=progress)
        self._drop(listed)

    def _watch_ended(self, listed: Mapping[str, Job]) -> None:
        """See that jobs that have ended are looked at once more, for their last steps."""
        for job in self._listed():
            if not job.terminal or job.id in self._ended:
                continue
            self._ended.add(job.id)
            progress = self.state.progress.get(job.id)
            known = job.id in self._watches or (progress is not None and progress.share != 1)
            if self._listeners and known:
                watch = self._watch(job.id)
                watch.due = watch.due if watch.failures else 0.0
        self._ended.intersection_update(listed)

    def _drop(self, listed: Mapping[str, Job]) -> None:
        """Drop the watches of jobs nobody has selected and that can tell no more."""
        for watch in [w for w in self._watches.values() if not w.listeners]:
            job = listed.get(watch.job_id)
            given_up = job is not None and job.terminal and watch.failures >= LAST_LOOKS
            if watch.done or job is None or given_up:
                del self._watches[watch.job_id]

    async def _recall_detail(self, watch: Watch) -> None:
        """Tell what the ledger keeps of a job, until the provider tells more."""
        before = watch.detail
        job = next((job for job in self.state.jobs if job.id == watch.job_id), None)
        await watch.recall(job, gone=watch.job_id in self.state.forgotten)
        if watch.detail != before:
            self._tell(watch.listeners, watch.detail)

    async def _look(self, watch: Watch, job: Job | None) -> None:
        await self._recall_detail(watch)
        if not watch.done:
            before = watch.detail
            await watch.look(job)
            if watch.detail != before:
                self._tell(watch.listeners, watch.detail)
        watch.due = time.monotonic() + self._wait_for(watch)

    def _wait_for(self, watch: Watch) -> float:
        error = watch.detail.failure
        if watch.failures and error is not None:
            wait = self._pace.spread(watch.failures, error)
            if error.retry_after:
                self._quiet_until = time.monotonic() + error.retry_after
            return wait
        if watch.listeners:
            return self._pace.fast
        return self._pace.fast * IN_TURN

    # -- telling ---------------------------------------------------------------------

    def _set(self, **changes: Any) -> None:
        state = replace(self.state, generation=self.state.generation + 1, **changes)
        self.state = state
        self._tell(self._listeners, state)

    def _tell(self, listeners: list[Callable[[S], None]], state: S) -> None:
        for listener in tuple(listeners):
            self._deliver(listeners, listener, state)

    def _deliver(
        self, listeners: list[Callable[[S], None]], listener: Callable[[S], None], state: S
    ) -> None:
        def deliver() -> None:
            if listener in listeners:  # it may have left in between
                listener(state)

        # Through the loop: a listener that fails is reported there and stops nobody else.
        asyncio.get_running_loop().call_soon(deliver)
