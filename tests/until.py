"""Waiting for a condition instead of a time: the only way tests here wait."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot


async def until(
    condition: Callable[[], object], pilot: Pilot[Any] | None = None, *, seconds: float = 20.0
) -> None:
    """Return once `condition()` is true. Raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if pilot is not None:
            await pilot.pause()
        if condition():
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {condition}")
        await asyncio.sleep(0.02)
