"""What each setting of tui/tuning.py buys: `python -m tests.bench.tuning`, no other load."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import sys
import tempfile
import threading
import time
from typing import TYPE_CHECKING

import tui.screens.base
from tests.until import until
from tui import tuning
from tui.app import FinetuiApp

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS = 5


async def first_visit(styles: Callable[[object], None]) -> float:
    """Return how long the first visit to Jobs takes, in milliseconds."""
    tui.screens.base.take_styles_as_new = styles
    app = FinetuiApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        began = time.perf_counter()
        await pilot.press("3")
        return (time.perf_counter() - began) * 1000


async def longest_wait(seconds: float) -> float:
    """Return how long a loop waits at the median beside a thread that computes, in ms."""
    sys.setswitchinterval(seconds)
    done = threading.Event()

    def compute() -> None:
        while not done.is_set():
            sum(range(1000))

    thread = threading.Thread(target=compute)
    thread.start()
    waits = []
    for _ in range(200):
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        waits.append((time.perf_counter() - began) * 1000 - 1)
    done.set()
    thread.join()
    return statistics.median(waits)


def collection(*, frozen: bool) -> float:
    """Return how long a full collection takes, in milliseconds."""
    gc.unfreeze()
    gc.collect()
    if frozen:
        gc.freeze()
    began = time.perf_counter()
    gc.collect()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print the figures, each without and with its setting."""
    os.environ["FINETUI_HOME"] = tempfile.mkdtemp()
    asyncio.run(first_visit(tuning.take_styles_as_new))  # loads what both need
    with_it, without = [], []
    for _ in range(_ROUNDS):
        without.append(asyncio.run(first_visit(lambda _screen: None)))
        with_it.append(asyncio.run(first_visit(tuning.take_styles_as_new)))
    print(f"first visit to Jobs   {min(without):.0f} ms, styles as new {min(with_it):.0f} ms")
    usual, ours = asyncio.run(longest_wait(0.005)), asyncio.run(longest_wait(tuning._SWITCH_S))
    print(f"wait beside a thread  {usual:.1f} ms, switching sooner {ours:.1f} ms")
    print(f"a full collection     {collection(frozen=False):.0f} ms, "
          f"frozen {collection(frozen=True):.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
