"""Follow one job to its end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.services.jobs.polling.details import DetailWatch
from tui.services.jobs.polling.poll_interval import PollInterval

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tui.core.jobs.jobs import Event, Job
    from tui.services.errors import ServiceError
    from tui.services.jobs.service import JobService

FOLLOW_FAILURES = 10


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """A step in following a job: its present state and the events not given before."""

    job: Job
    new_events: tuple[Event, ...]


async def follow(
    jobs: JobService,
    job_id: str,
    on_wait: Callable[[ServiceError], None] = lambda _: None,
    interval: PollInterval | None = None,
) -> AsyncGenerator[JobUpdate]:
    """Yield the job with its new events whenever something changed, until it ended.

    It looks at the job as the poller does, and as often: fast while it runs, slowly while it
    waits or is paused, ever more slowly after failures, and not before the server wants to be
    asked. Passing failures are sat out; ten in a row, or one that will not pass, are raised.
    `on_wait` is told of one after which the server asks for a longer wait than there would be.
    """
    watch, interval = DetailWatch(job_id, jobs), interval or PollInterval()
    last: Job | None = None
    given = 0
    while True:
        await watch.look(None)
        detail = watch.detail
        if detail.failure is not None:
            error = detail.failure
            if not error.passing or watch.failures >= FOLLOW_FAILURES:
                raise error
            wait = interval.spread(watch.failures, error)
            if wait == error.retry_after:  # longer than we would have waited
                on_wait(error)
            await asyncio.sleep(wait)
            continue
        assert detail.job is not None  # it was looked at
        new, given = detail.events[given:], len(detail.events)
        if new or last is None or detail.job.raw != last.raw:
            yield JobUpdate(detail.job, new)
        if detail.job.terminal:
            return
        last = detail.job
        await asyncio.sleep(interval.after_answer([detail.job]))
