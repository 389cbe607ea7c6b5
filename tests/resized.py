"""Textual's pilot, which waits for a new size to be taken on before it goes on."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from textual.pilot import Pilot

from tests.until import LIMIT_S

_resize = Pilot.resize_terminal


async def resize_terminal(self: Pilot[Any], width: int, height: int) -> None:
    """Give the terminal another size, and return once the screen is laid out in it.

    As it comes, it only waits for a moment, in which a busy machine may not get to that.
    """
    await _resize(self, width, height)
    deadline = time.monotonic() + LIMIT_S
    while self.app._running and self.app.screen._compositor.size != (width, height):
        assert time.monotonic() < deadline, "the screen does not take on its new size"
        await asyncio.sleep(0.01)


def wait_for_sizes() -> None:
    """Have all pilots do so."""
    Pilot.resize_terminal = resize_terminal  # type: ignore[method-assign]
