"""What each setting of tui/tuning.py and tui/fast buys: `python -m tests.bench.tuning`, alone."""

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
from unittest.mock import patch

from textual.app import App

import tui.screens.base
from tests.until import until
from tui import tuning
from tui.app import FinetuiApp
from tui.fast import stylesheet, textual_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


async def spent_collecting(after: tuple[int, int, int]) -> tuple[float, float]:
    """Return how long collections take in 40 keys, all together and the longest, in ms."""
    app, took, begun = FinetuiApp(), [0.0], [0.0]

    def watch(phase: str, _told: dict[str, int]) -> None:
        now = time.perf_counter() * 1000
        if phase == "start":
            begun[0] = now
        else:
            took.append(now - begun[0])

    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*after)
        gc.callbacks.append(watch)
        for _ in range(20):
            await pilot.press("f1", "escape")
        gc.callbacks.remove(watch)
    return sum(took), max(took)


async def closing(ways: Sequence[Callable[..., object]]) -> list[float]:
    """Return how much processor time it takes to close a dialog in each way, at the median, in ms.

    In turns in one program: with a program a way, a busy machine took minutes to start them.
    """
    took: list[list[float]] = [[] for _ in ways]
    app = FinetuiApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for _ in range(12):
            for prune, times in zip(ways, took, strict=True):
                with patch.object(FinetuiApp, "_prune", prune):
                    await pilot.press("f1")
                    began = time.process_time()
                    await pilot.press("escape")
                    times.append((time.process_time() - began) * 1000)
    return [statistics.median(times) for times in took]


async def a_tour() -> float:
    """Return how much processor time a visit to every mode and a dialog takes, in ms."""
    began = time.process_time()
    app = FinetuiApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press(*"234567", "f1", "escape", "1")
    return (time.process_time() - began) * 1000


def tour(*, fast: bool) -> float:
    """Return how much a tour takes at its quickest, as if it were the first of a process."""
    with patch.object(stylesheet, "FAST", fast):
        took = []
        for _ in range(_ROUNDS):
            for known in (stylesheet._parsed, stylesheet._indexes, stylesheet._candidates):
                known.clear()
            took.append(asyncio.run(a_tour()))
    return min(took)


async def keys(ways: Sequence[Callable[[], None]]) -> list[float]:
    """Return how much processor time 30 keys take in each way, at the median, in ms.

    In turns in one program, as above.
    """
    took: list[list[float]] = [[] for _ in ways]
    app = FinetuiApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press(*"2345671")
        for _ in range(8):
            for way, times in zip(ways, took, strict=True):
                way()
                began = time.process_time()
                for key in ("f1", *["pagedown"] * 8, "escape", *"234567", *["down"] * 8, *"123451"):
                    await pilot.press(key)
                times.append((time.process_time() - began) * 1000)
    return [statistics.median(times) for times in took]


def tell(words: str) -> None:
    """Print a figure as soon as it is known."""
    print(words, flush=True)


def main() -> None:
    """Print the figures, each without and with its setting."""
    os.environ["FINETUI_HOME"] = tempfile.mkdtemp()
    asyncio.run(first_visit(tuning.take_styles_as_new))  # loads what both need
    with_it, without = [], []
    for _ in range(_ROUNDS):
        without.append(asyncio.run(first_visit(lambda _screen: None)))
        with_it.append(asyncio.run(first_visit(tuning.take_styles_as_new)))
    tell(f"first visit to Jobs   {min(without):.0f} ms, styles as new {min(with_it):.0f} ms")
    plain, remembered = tour(fast=False), tour(fast=True)
    tell(f"a tour of all modes   {plain:.0f} ms, styles remembered {remembered:.0f} ms")
    called, quickly = asyncio.run(keys([textual_calls.remove, textual_calls.install]))
    tell(f"30 keys and modes     {called:.0f} ms, calls of Textual shortened {quickly:.0f} ms")
    theirs_closed, ours_closed = asyncio.run(closing([App._prune, FinetuiApp._prune]))
    tell(f"closing a dialog      {theirs_closed:.0f} ms, not laid out anew {ours_closed:.0f} ms")
    usual, ours = asyncio.run(longest_wait(0.005)), asyncio.run(longest_wait(tuning._SWITCH_S))
    tell(f"wait beside a thread  {usual:.1f} ms, switching sooner {ours:.1f} ms")
    theirs = asyncio.run(spent_collecting((700, 10, 10)))
    ours_spent = asyncio.run(spent_collecting(tuning._GC_AFTER))
    tell(f"collecting in 40 keys, and the longest  {theirs[0]:.0f} and {theirs[1]:.1f} ms, "
          f"less often {ours_spent[0]:.0f} and {ours_spent[1]:.1f} ms")  # fmt: skip
    tell(f"a full collection     {collection(frozen=False):.0f} ms, "
          f"frozen {collection(frozen=True):.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
