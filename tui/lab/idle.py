"""End the lab when nobody has used it for a while."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.lab.composition import Lab


async def end_when_idle(lab: Lab, end: Callable[[], None]) -> None:
    """Call ``end`` once there was neither a request nor an active job for long enough."""
    limit = lab.settings.idle_seconds
    if limit <= 0:
        return
    while True:
        await asyncio.sleep(min(limit / 4, 5.0))
        if await asyncio.to_thread(lab.store.jobs.active_count):
            lab.activity.touch()
        elif lab.activity.idle_seconds() >= limit:
            end()
            return
