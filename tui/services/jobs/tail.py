"""Following one job to its end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Container, Sequence

    from tui.core.jobs.jobs import Event, Job
    from tui.services.jobs.poller_pace import Pace

FOLLOW_FAILURES = 10


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """A step in following a job: its present state and the events not given before."""

    job: Job
    new_events: tuple[Event, ...]


class Jobs(Protocol):
    """What following a job asks of the service of jobs."""

    async def retrieve(self, job_id: str) -> Job:
        """Return the job as it is now."""
        ...

    async def events(self, job_id: str, known: Container[str] = ()) -> Sequence[Event]:
        """Return its events after those that are known, oldest first."""
        ...


async def follow(
    jobs: Jobs,
    job_id: str,
    pace: Pace,
    on_wait: Callable[[ServiceError], None] = lambda _: None,
) -> AsyncGenerator[JobUpdate]:
    """Yield the job with its new events whenever something changed, until it ended.

    It asks as often as the board does: fast while the job runs, slowly while it waits or is
    paused, ever more slowly after failures, and not before the server wants to be asked.
    Passing failures are sat out; ten in a row, or one that will not pass, are raised. `on_wait`
    is told of one after which the server asks for a longer wait than there would be.
    """
    known: set[str] = set()
    last: Job | None = None
    failures = 0
    while True:
        try:
            # The job first: events read after a terminal status are all there are.
            job = await jobs.retrieve(job_id)
            events = await jobs.events(job_id, known)
        except ServiceError as error:
            failures += 1
            if not error.passing or failures >= FOLLOW_FAILURES:
                raise
            wait = pace.after_failure(error)
            if wait == error.retry_after:  # longer than we would have waited
                on_wait(error)
            await asyncio.sleep(wait)
            continue
        failures = 0
        new = tuple(event for event in events if event.id not in known)
        known.update(event.id for event in new)
        if new or last is None or job.raw != last.raw:
            yield JobUpdate(job, new)
        if job.terminal:
            return
        last = job
        await asyncio.sleep(pace.after_answer([job]))
