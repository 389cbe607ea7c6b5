"""Poll the jobs of a profile while anyone is subscribed.

One round lists the jobs with one request and then looks at single jobs: the one selected each
time, those that run in turn. Rounds never overlap; they come fast while something runs, slowly
otherwise, ever more slowly after failures, and once a minute when all jobs have ended. Before the
first answer the picture is the one the cache keeps.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

from tui.services.background import start
from tui.services.errors import LedgerError, ServiceError, unforeseen
from tui.services.jobs.polling.details import IN_TURN, DetailWatches, JobDetail
from tui.services.jobs.polling.job_list import Lister, PollerState
from tui.services.jobs.polling.poll_interval import (
    FAST_S,
    IDLE_S,
    REST_FACTOR,
    SLOW_S,
    PollInterval,
)
from tui.services.listeners import StateListeners
from tui.services.store.best_effort import log_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tui.core.jobs.jobs import Job
    from tui.services.jobs.job_cache import CachedJobs
    from tui.services.jobs.service import JobService

__all__ = ["JobDetail", "JobPoller", "PollerState"]

log = logging.getLogger(__name__)
RESTING_S = 30.0  # between lists while nobody looks and a job is waited for


class JobPoller:
    """Polls in the background while anyone listens. Use it from the event loop only.

    Listeners are called on the loop, soon after the change; they get every state in order.
    """

    def __init__(
        self, jobs: JobService, *, fast: float = FAST_S, slow: float = SLOW_S,
        rest: int = REST_FACTOR, idle: float = IDLE_S,
    ) -> None:  # fmt: skip
        self.state = PollerState()
        self._jobs = jobs
        self._interval = PollInterval(fast, slow, rest, idle)
        self._listeners = StateListeners[PollerState]()
        self.watches = DetailWatches(jobs, self._interval)
        self._lister = Lister(jobs, fast * IN_TURN)
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._cached: CachedJobs | None = None
        self._list_due = 0.0
        self._asked = 0  # how often somebody wanted a list at once
        self._answered = 0  # the last of these wishes that was met
        self._resting: Collection[str] | None = None

    # -- listening -------------------------------------------------------------------

    def subscribe(self, listener: Callable[[PollerState], None]) -> Callable[[], None]:
        """Call `listener` with the state now known and each later one; the result ends it."""
        self._listeners.add(listener)
        if self.state.generation:
            self._listeners.tell_one(listener, self.state)
        self._list_soon()
        self._start()

        def leave() -> None:
            self._listeners.remove(listener)
            self._stop_if_unwanted()

        return leave

    def watch(self, job_id: str, listener: Callable[[JobDetail], None]) -> Callable[[], None]:
        """Call `listener` with a job's detail now and after each change; the result ends it."""
        watch = self.watches.of(job_id)
        watch.listeners.add(listener)
        if watch.detail != JobDetail(None):
            watch.listeners.tell_one(listener, watch.detail)
        watch.due = min(watch.due, time.monotonic()) if not watch.failures else watch.due
        self._start()
        if not watch.done:
            self._wake.set()

        def leave() -> None:
            watch.listeners.remove(listener)
            self._stop_if_unwanted()

        return leave

    def refresh(self) -> None:
        """Look again at once, at all jobs and all watched ones, also those that ended."""
        self._lister.whole = True
        self._interval.reset()
        self._list_soon()
        self.watches.refresh()
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
        self.watches.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _list_soon(self) -> None:
        self._list_due = 0.0
        self._asked += 1

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = start(self._run(), "job poller")
        else:
            self._wake.set()

    def _stop_if_unwanted(self) -> None:
        if not self._wanted and self._task is not None:
            self._task.cancel()
            self._task = None

    @property
    def due_now(self) -> bool:
        """Whether a round was asked for that has not begun."""
        return self._wake.is_set()

    @property
    def _wanted(self) -> bool:
        return bool(self._listeners) or self.watches.wanted

    # -- rounds ----------------------------------------------------------------------

    async def _run(self) -> None:
        await self._recall()
        while self._wanted:
            self._wake.clear()
            try:
                await self._round()
            except Exception as error:  # whoever waits for the list must hear of it
                log.exception("a round of the job poller")
                self._give_up(unforeseen(error))
            wait = self.next_round() - time.monotonic()
            if wait <= 0:
                await asyncio.sleep(0)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), None if wait == inf else wait)

    def _give_up(self, error: ServiceError) -> None:
        """Tell an error nobody expected, and try again later."""
        self._list_due = time.monotonic() + self._interval.after_failure(error)
        self.watches.postpone(self._list_due)
        self._set(failure=error)

    def next_round(self) -> float:
        """Return when there is something to do next, by the monotonic clock; inf for never."""
        if self._resting is not None:
            return self._list_due if self._awaited else inf
        due = [self._list_due]
        if self.state.failure is None:
            due += self.watches.due(listed=bool(self._listeners))
        return max(min(due), self._interval.not_before)

    @property
    def _awaited(self) -> bool:
        """Whether a job is waited for, though nobody looks."""
        ids = self._resting or ()
        return any(job.id in ids and not job.terminal for job in self.state.jobs)

    async def _recall(self) -> None:
        """Begin with what the cache keeps."""
        if self._cached is not None:
            return
        try:
            self._cached = cached = await self._jobs.cache.jobs()
        except LedgerError as error:  # the provider's own word is enough
            log_failure(error)
            return
        if cached.jobs and not self.state.generation:
            self._set(
                jobs=cached.jobs, fetched_at=cached.at, since=cached.since, usual=cached.usual,
                progress=cached.progress,
            )  # fmt: skip

    async def _round(self) -> None:
        await self.watches.recall(self.state)
        now, began = time.monotonic(), time.thread_time()
        held = now < self._interval.quiet_until
        if held or (self._resting is not None and not self._awaited):
            return
        if now >= self._list_due:
            await self._list_all()
        if self._resting is None and self.state.failure is None:
            listed = bool(self._listeners)
            progress = await self.watches.look(self.state, listed=listed)
            if progress != self.state.progress:
                self._set(progress=progress)
        self._interval.after_round(time.thread_time() - began)

    async def _list_all(self) -> None:
        asked = self._asked
        try:
            seen = {} if self._cached is None else self._cached.seen_at
            jobs, forgotten = await self._lister.list(self.state, seen)
        except ServiceError as error:
            wait = self._interval.after_failure(error)
            self._set(failure=error)
        else:
            wait = self._interval.after_answer(jobs)
            self._take(jobs, forgotten, wished=asked != self._answered)
            self._answered = asked
        if self._resting is not None:
            wait = max(wait, RESTING_S)
        if asked == self._asked:
            self._list_due = time.monotonic() + wait
        else:  # this answer was on its way when somebody asked for one from now on
            self._lister.whole = True

    def _take(
        self, listed: tuple[Job, ...], forgotten: Mapping[str, float], *, wished: bool
    ) -> None:
        """Tell what was listed.

        A list nobody asked for is told only if it is news: where all jobs have ended, even a
        new time of the data would be written to the terminal.
        """
        state = self.state
        jobs = (*listed, *(job for job in state.jobs if job.id in forgotten))
        known = state.failure is None and state.jobs == jobs and state.forgotten == forgotten
        ended = all(job.terminal or job.id in forgotten for job in jobs)
        if known and ended and not wished:
            return
        since = {job.id: at for job in listed if (at := self._jobs.cache.since(job.id))}
        self._set(jobs=jobs, fetched_at=time.time(), failure=None, forgotten=forgotten, since=since)

    def _set(self, **changes: Any) -> None:
        self.state = replace(self.state, generation=self.state.generation + 1, **changes)
        self._listeners.tell(self.state)
