"""The interval of polling: short while a job runs, longer otherwise, longest once all ended."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from tui.services.errors import NotOffered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.jobs.jobs import Job
    from tui.services.errors import ServiceError

FAST_S = 2.5  # while one runs; fewer seconds would write over 2 kB/s to a terminal far away
SLOW_S = 15.0  # jobs wait or are paused, and none runs
# A round may take at most 1/45 of the processor: its processor time 45 times over is waited.
REST_FACTOR = 45
SLOWEST_S = 60.0
IDLE_S = 60.0  # all have ended; a job made elsewhere is seen within a minute
LONGEST_FOR_COST_S = 5.0
# A job just asked for goes through its first states in seconds, and somebody looks on.
_NEW_S = 60
_FIRST_MINUTE = 0.3


@dataclass(slots=True)
class PollInterval:
    """The seconds between rounds. `fast` and `slow` are those of a good day.

    `idle` is for when all jobs have ended. `rest` is how many times the processor time of a
    round must pass before the next. `not_before` (monotonic clock) holds everything back: the
    server asked for it, or a round cost too much.
    """

    fast: float = FAST_S
    slow: float = SLOW_S
    rest: int = REST_FACTOR
    idle: float = IDLE_S
    failures: int = 0
    quiet_until: float = 0.0  # by the monotonic clock: the server asked to be left alone
    _rested_at: float = 0.0
    _spent: float = 0.0

    @property
    def not_before(self) -> float:
        """When the next request may be made at the earliest, by the monotonic clock."""
        return max(self.quiet_until, self._rested_at)

    def reset(self) -> None:
        """Forget failures and what the server asked for: somebody has decided otherwise."""
        self.failures, self.quiet_until = 0, 0.0

    def after_answer(self, jobs: Iterable[Job]) -> float:
        """Return how long to wait after jobs were listed."""
        self.failures = 0
        open_jobs = [job for job in jobs if not job.terminal]
        if not open_jobs:
            return self.idle
        if any(_just_made(job) for job in open_jobs):
            return self.fast * _FIRST_MINUTE
        return self.fast if any(job.active for job in open_jobs) else self.slow

    def after_round(self, spent: float) -> None:
        """Have a round that took `spent` processor seconds paid off before the next.

        Of two rounds the cheaper one counts: the first list of all jobs is not a measure.
        """
        usual, self._spent = min(spent, self._spent), spent
        self._rested_at = time.monotonic() + min(usual * self.rest, LONGEST_FOR_COST_S)

    def after_failure(self, error: ServiceError) -> float:
        """Return how long to wait after a failure: longer each time, as asked by the server."""
        if isinstance(error, NotOffered):
            return inf
        self.failures = min(self.failures + 1, 10)
        return self.spread(self.failures, error)

    def spread(self, failures: int, error: ServiceError) -> float:
        """Return a wait that doubles with each failure, spread out, never below Retry-After."""
        if error.retry_after:
            self.quiet_until = time.monotonic() + error.retry_after
        # Spread out, so that many programs do not come back at the same moment.
        wait = min(SLOWEST_S, self.fast * 2.0**failures) * random.uniform(0.8, 1.2)  # noqa: S311
        return max(wait, error.retry_after or 0.0)


def _just_made(job: Job) -> bool:
    new = job.created_at is not None and time.time() - job.created_at < _NEW_S
    return new and job.active and job.status != "running"
