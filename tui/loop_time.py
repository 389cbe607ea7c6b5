"""Time in which the event loop runs: how long to wait for what can only come while it does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SLICE_S = 0.02


class AfterLoopTime:
    """Calls a function after so many seconds in which the loop has run.

    While the loop is blocked, by an import or on a busy machine, nothing that is waited for can
    come. By the clock the wait would be over then, before what comes next has been looked at.
    """

    def __init__(self, seconds: float, call: Callable[[], object]) -> None:
        self._call, self._slices = call, max(round(seconds / _SLICE_S), 1)
        self._next = asyncio.get_running_loop().call_later(_SLICE_S, self._pass)

    def stop(self) -> None:
        """Call it no more."""
        self._next.cancel()

    def _pass(self) -> None:
        self._slices -= 1
        if self._slices > 0:
            self._next = asyncio.get_running_loop().call_later(_SLICE_S, self._pass)
        else:
            self._call()
