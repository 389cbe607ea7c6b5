"""The checks of all lines of a file as it was opened: in a thread, or in processes when large."""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
import sys
import time
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.checks import ReportColumns, check_batch
from tui.services.settings.environment import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.services.datasets.disk.source import LineSource

# A process takes a tenth of a second to start, in which a thread checks about a megabyte.
_WORTH_PROCESSES = 4_000_000
_STRETCH = 1_500_000
_MOST_PROCESSES = 4
_BETWEEN_LOOKS = 200
_MOMENT_S = 0.3  # longer than keys held down are apart
_BETWEEN_STARTS_S = 0.05  # the loop stands still for 10 ms while a process is started
# Below the screen's process: checking may take longer, a key press may not.
_NICENESS = 10
# What one stretch took, the next takes again: glibc need not give it back in between.
_KEEP_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TOP_PAD_": str(16 << 20),
}
_ROOT = str(Path(__file__).resolve().parents[3])  # where the process finds this package

CHECK, WORD = b"check", b"word"  # what a process can be asked for
DIED = (OSError, asyncio.IncompleteReadError, struct.error)
Stretch = tuple[int, int]  # the first line (0-based) and the one after the last


class FileCheck:
    """The checks of one file's lines, run once. `columns` then has the report of every line."""

    def __init__(self, source: LineSource) -> None:
        self.columns = ReportColumns()
        self.on_progress: Callable[[int, int], None] = lambda _done, _of: None
        self._source = source
        self._early: dict[int, ReportColumns] = {}  # by first line, before others
        self._done = 0
        self._stopped = False
        self._one_until = 0.0  # until then (monotonic seconds) only one process goes on

    async def run(self) -> None:
        """Check everything. Call it once; `on_progress` is called with lines done, of all."""
        if not is_worth_processes(self._source):
            await self._in_thread([(0, len(self._source))])
            return
        waiting = [*stretches_of(self._source)]
        waiting.reverse()
        count = process_count(len(waiting))
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(self._with_process(waiting, number))
        # What is left when processes could not start, or died.
        await self._in_thread(waiting)

    def stop(self) -> None:
        """Let threads end early; tasks are to be cancelled."""
        self._stopped = True

    def give_way(self) -> None:
        """Leave all processors but one free for a moment: somebody presses keys."""
        self._one_until = time.monotonic() + _MOMENT_S

    async def _in_thread(self, stretches: list[Stretch]) -> None:
        loop = asyncio.get_running_loop()
        for first, last in stretches:
            await asyncio.to_thread(self._check, first, last, loop)

    def _check(self, first: int, last: int, loop: asyncio.AbstractEventLoop) -> None:
        for at in range(first, last, _BETWEEN_LOOKS):
            if self._stopped:
                return
            end = min(at + _BETWEEN_LOOKS, last)
            columns = check_batch(at + 1, map(self._source.line, range(at, end)))
            self._take(at, columns)
            loop.call_soon_threadsafe(self.on_progress, self._done + end - first, self._of)
        self._done += last - first

    @property
    def _of(self) -> int:
        return len(self._source)

    async def _with_process(self, waiting: list[Stretch], number: int) -> None:
        """Take stretches from `waiting` until none is left; one that fails is put back.

        All processes but the first, number 0, give way to keys.
        """
        await asyncio.sleep(number * _BETWEEN_STARTS_S)
        try:
            process = await start(self._source)
        except OSError:
            return
        stretch: Stretch | None = None
        try:
            while waiting and not self._stopped:
                if number and (rest := self._one_until - time.monotonic()) > 0:
                    await asyncio.sleep(rest)
                    continue
                stretch = waiting.pop()
                await self._ask(process, stretch)
                stretch = None
        except DIED:
            if stretch is not None:
                waiting.append(stretch)
        finally:
            await end(process)

    async def _ask(self, process: asyncio.subprocess.Process, stretch: Stretch) -> None:
        first, last = stretch
        columns = ReportColumns.from_bytes(await ask(process, CHECK, self._source, stretch))
        if len(columns) != last - first:
            raise OSError("the file has changed under the checks")
        self._take(first, columns)
        self._done += last - first
        self.on_progress(self._done, self._of)

    def _take(self, first: int, columns: ReportColumns) -> None:
        """Put reports behind the others. To make room for a million at once takes 30 ms."""
        self._early[first] = columns
        while (following := self._early.pop(len(self.columns), None)) is not None:
            self.columns.put(len(self.columns), following)


async def start(source: LineSource) -> asyncio.subprocess.Process:
    """Start a process that checks stretches of a file. Raises OSError."""
    paths = [_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui.services.checks.worker"),
        str(source.descriptor),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # never onto the screen
        pass_fds=(source.descriptor,),
        env={
            **without_secrets(os.environ),
            **_KEEP_MEMORY,
            "PYTHONPATH": os.pathsep.join(paths),
        },
        start_new_session=True,  # a signal of the terminal is for the screen
    )
    with contextlib.suppress(OSError):  # from here, as what it imports at first takes a while
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
    return process


async def ask(
    process: asyncio.subprocess.Process, what: bytes, source: LineSource, stretch: Stretch
) -> bytes:
    """Return a process's answer on a stretch.

    Raises OSError, IncompleteReadError or struct.error when the process has died.
    """
    first, last = stretch
    start, end = source.offsets[first], source.offsets[last]
    if process.stdin is None or process.stdout is None:
        raise OSError("no pipes to the process")
    process.stdin.write(b"%s %d %d %d\n" % (what, first + 1, start, end))
    await process.stdin.drain()
    (size,) = struct.unpack("=Q", await process.stdout.readexactly(8))
    return await process.stdout.readexactly(size)


def process_count(stretches: int) -> int:
    """Return how many processes are worth starting for so many stretches."""
    return min(_MOST_PROCESSES, os.cpu_count() or 1, stretches)


def is_worth_processes(source: LineSource) -> bool:
    """Tell whether a file is so large that processes are done before a thread is."""
    return source.identity.size >= _WORTH_PROCESSES


async def end(process: asyncio.subprocess.Process) -> None:
    """End a process, whatever it does."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


def stretches_of(source: LineSource) -> Iterator[Stretch]:
    """Yield stretches of whole lines of about a megabyte, or of one long line."""
    first, lines = 0, len(source)
    while first < lines:
        wanted = source.offsets[first] + _STRETCH
        last = min(max(bisect_left(source.offsets, wanted, first + 1), first + 1), lines)
        yield first, last
        first = last
