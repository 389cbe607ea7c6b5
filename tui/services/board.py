"""The live picture of all jobs, kept while somebody looks at it and not otherwise.

One round lists the jobs and then looks at those that are watched. Rounds never overlap;
they come fast while something runs, slowly otherwise, and ever more slowly after failures.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tui.services.board_details import JobDetail, Watch
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.jobs import Job
    from tui.services.jobs import JobService

__all__ = ["BoardState", "JobBoard", "JobDetail"]

S = TypeVar("S", "BoardState", JobDetail)
FAST_S = 1.0
SLOW_S = 15.0
SLOWEST_S = 60.0
NEWEST = 100


@dataclass(frozen=True, slots=True)
class BoardState:
    """The jobs, newest first, as of `fetched_at` (Unix seconds; None before the first answer).

    `failure` is why the last round did not succeed; `generation` counts the rounds.
    """

    jobs: tuple[Job, ...] = ()
    fetched_at: float | None = None
    failure: ServiceError | None = None
    generation: int = 0


class JobBoard:
    """Polls in the background while anyone listens. Use it from the event loop only.

    Listeners are called on the loop, soon after the change; they get every state in order.
    """

    def __init__(self, jobs: JobService, *, fast: float = FAST_S, slow: float = SLOW_S) -> None:
        self.state = BoardState()
        self._jobs = jobs
        self._fast = fast
        self._slow = slow
        self._listeners: list[Callable[[BoardState], None]] = []
        self._watches: dict[str, Watch] = {}
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._whole = True
        self._failures = 0

    def subscribe(self, listener: Callable[[BoardState], None]) -> Callable[[], None]:
        """Call `listener` with the state now known and each later one; the result ends it."""
        self._listeners.append(listener)
        if self.state.generation:
            self._deliver(self._listeners, listener, self.state)
        self._start()
        return lambda: self._leave(self._listeners, listener)

    def watch(self, job_id: str, listener: Callable[[JobDetail], None]) -> Callable[[], None]:
        """Call `listener` with a job's detail now and after each change; the result ends it."""
        watch = self._watches.setdefault(job_id, Watch(job_id, self._jobs))
        watch.listeners.append(listener)
        if watch.detail != JobDetail(None):
            self._deliver(watch.listeners, listener, watch.detail)
        self._start()
        if not watch.done:
            self._wake.set()
        return lambda: self._leave(watch.listeners, listener)

    def refresh(self) -> None:
        """Look again at once, at all jobs and all watched ones, also those that ended."""
        self._whole = True
        self._failures = 0
        for watch in self._watches.values():
            watch.done = False
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

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="job board")

    def _leave(self, listeners: list[Callable[[S], None]], listener: Callable[[S], None]) -> None:
        with contextlib.suppress(ValueError):
            listeners.remove(listener)
        if not self._wanted() and self._task is not None:
            self._task.cancel()
            self._task = None

    def _wanted(self) -> bool:
        return bool(self._listeners) or any(w.listeners for w in self._watches.values())

    async def _run(self) -> None:
        while self._wanted():
            self._wake.clear()
            await self._round()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._pause())

    def _pause(self) -> float:
        busy = any(job.active for job in self.state.jobs)
        base = self._fast if busy else self._slow
        if (failure := self.state.failure) is None:
            return base
        # Spread out, so that many programs do not come back at the same moment.
        wait: float = max(base, min(SLOWEST_S, self._fast * 2.0**self._failures))
        return max(wait * random.uniform(0.8, 1.2), failure.retry_after or 0.0)  # noqa: S311

    async def _round(self) -> None:
        generation = self.state.generation + 1
        try:
            jobs = await self._list()
        except ServiceError as error:
            self._failures = min(self._failures + 1, 10)
            old = self.state
            self.state = BoardState(old.jobs, old.fetched_at, error, generation)
        else:
            self._failures = 0
            self.state = BoardState(tuple(jobs), time.time(), None, generation)
        self._tell(self._listeners, self.state)
        if self.state.failure is None:
            await self._look_at_watched({job.id: job for job in self.state.jobs})

    async def _list(self) -> list[Job]:
        if self._whole:
            jobs = await self._jobs.list()
            self._whole = False
            return jobs
        newest = await self._jobs.list(limit=NEWEST)
        listed = {job.id for job in newest}
        older = [job for job in self.state.jobs if job.id not in listed]
        # Only what can still change is asked for one by one.
        return newest + [await self._jobs.retrieve(job.id) if job.active else job for job in older]

    async def _look_at_watched(self, listed: dict[str, Job]) -> None:
        for watch in list(self._watches.values()):
            if watch.done or not watch.listeners:
                continue
            before = watch.detail
            await watch.look(listed.get(watch.job_id))
            if watch.detail != before:
                self._tell(watch.listeners, watch.detail)

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
