"""Retries of a comparison: how often a prompt is asked again, and one pause for all requests."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to retry a request. Seconds double from `first_s` up to `longest_s`.

    `tries` is how often a prompt is asked that fails in passing, `limited` how often one that
    the provider's rate limit turns away. A provider that wants a pause longer than `too_long_s`
    ends the run, which goes on later.
    """

    tries: int = 4
    limited: int = 12
    first_s: float = 1.0
    longest_s: float = 60.0
    too_long_s: float = 900.0
    give_up_after: int = 25  # prompts that fail one after another, none having come

    def backoff(self, failures: int) -> float:
        """Return the wait after this many failures, from 1."""
        return float(min(self.longest_s, self.first_s * 2 ** (failures - 1)))


class SharedPause:
    """Holds everybody back while the provider wants a pause. `told` is called with its end."""

    def __init__(self, told: Callable[[float], None] = lambda _: None) -> None:
        self._until = 0.0
        self._told = told

    def pause(self, seconds: float) -> None:
        """Let nobody ask for this many seconds from now, or longer if that is wanted already."""
        until = time.monotonic() + seconds
        if until > self._until:
            self._until = until
            self._told(time.time() + seconds)

    async def ready(self) -> None:
        """Return once asking is welcome."""
        # The end may move while it is waited for, and only later.
        while (left := self._until - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)
