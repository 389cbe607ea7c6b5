"""Following one job to its end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tui.core.jobs import Event, Job
    from tui.services.jobs import JobService

FOLLOW_EVERY_S = 1.0
FOLLOW_FAILURES = 10


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """A step in following a job: its present state and the events not given before."""

    job: Job
    new_events: tuple[Event, ...]


async def follow(
    jobs: JobService,
    job_id: str,
    every: float,
    on_wait: Callable[[ServiceError], None] = lambda _: None,
) -> AsyncGenerator[JobUpdate]:
    """Yield the job with its new events whenever something changed, until it ended.

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
            wait = every * 2 ** min(failures, 5)
            if (error.retry_after or 0) > wait:
                on_wait(error)
            await asyncio.sleep(max(wait, error.retry_after or 0))
            continue
        failures = 0
        new = tuple(event for event in events if event.id not in known)
        known.update(event.id for event in new)
        if new or last is None or job.raw != last.raw:
            yield JobUpdate(job, new)
        if job.terminal:
            return
        last = job
        await asyncio.sleep(every)
