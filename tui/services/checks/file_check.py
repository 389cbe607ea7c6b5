"""The checks of all lines of a file as it was opened: in a thread, or in processes when large."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from tui.core.checks import ReportColumns, check_batch
from tui.services.checks.worker import check
from tui.services.workers import TaskError, WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from tui.services.datasets.disk.source import LineSource
    from tui.services.workers import Pool

# A process takes a tenth of a second to start, in which a thread checks about a megabyte.
_WORTH_PROCESSES = 4_000_000
_STRETCH = 1_500_000
_BETWEEN_LOOKS = 200
_MOMENT_S = 0.3  # longer than keys held down are apart
Stretch = tuple[int, int]  # the first line (0-based) and the one after the last


class FileCheck:
    """The checks of one file's lines, run once. `columns` then has the report of every line."""

    def __init__(self, source: LineSource, workers: Pool) -> None:
        self.columns = ReportColumns()
        self.on_progress: Callable[[int, int], None] = lambda _done, _of: None
        self._source = source
        self._workers = workers
        self._early: dict[
            int, ReportColumns
        ] = {}  # by first line: reports of lines after others to come
        self._done = 0
        self._stopped = False
        self._one_until = 0.0  # until then (monotonic seconds) only one process goes on

    async def run(self, beside: Callable[[], Coroutine[Any, Any, object]] | None = None) -> None:
        """Check everything, and do what is to be done `beside` that, which does not fail.

        Call it once; `on_progress` is called with lines done, of all.
        """
        if beside is None:
            await self._check_all()
            return
        task = asyncio.create_task(beside())
        try:
            await self._check_all()
            await task
        finally:
            task.cancel()

    async def _check_all(self) -> None:
        if not is_worth_processes(self._source):
            await self._in_thread([(0, len(self._source))])
            return
        waiting = [*stretches_of(self._source)]
        waiting.reverse()
        left: list[Stretch] = []
        async with asyncio.TaskGroup() as group:
            for number in range(min(self._workers.most, len(waiting))):
                group.create_task(self._with_process(waiting, left, number))
        # What is left when processes could not start, or died twice of the same lines.
        await self._in_thread(left + waiting[::-1])

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
            loop.call_soon_threadsafe(self.on_progress, self._done + end - first, self._line_count)
        self._done += last - first

    @property
    def _line_count(self) -> int:
        return len(self._source)

    async def _with_process(self, waiting: list[Stretch], left: list[Stretch], number: int) -> None:
        """Have stretches from `waiting` checked until none is left; those that fail go to `left`.

        All but the first, number 0, give way to keys.
        """
        room = bytearray()
        while waiting and not self._stopped:
            if number and (rest := self._one_until - time.monotonic()) > 0:
                await asyncio.sleep(rest)
                continue
            stretch = waiting.pop()
            try:
                await self._ask(stretch, room)
            except (WorkerError, TaskError, OSError):
                left.append(stretch)

    async def _ask(self, stretch: Stretch, room: bytearray) -> None:
        """Have one stretch checked; when its process dies, by another one."""
        first, last = stretch
        asked = check, {"first": first + 1}, lambda: self._source.copy_into(room, first, last)
        try:
            _, answer = await self._workers.run(*asked)
        except WorkerDied:
            answer = b""
        if not answer:
            _, answer = await self._workers.run(*asked)
        columns = ReportColumns.from_bytes(answer)
        if len(columns) != last - first:
            raise OSError("the file has changed under the checks")
        self._take(first, columns)
        self._done += last - first
        self.on_progress(self._done, self._line_count)

    def _take(self, first: int, columns: ReportColumns) -> None:
        """Put reports behind the others. To make room for a million at once takes 30 ms."""
        self._early[first] = columns
        while (following := self._early.pop(len(self.columns), None)) is not None:
            self.columns.put(len(self.columns), following)


def is_worth_processes(source: LineSource) -> bool:
    """Return whether a file is so large that processes are done before a thread is."""
    return source.identity.size >= _WORTH_PROCESSES


def stretches_of(source: LineSource) -> Iterator[Stretch]:
    """Yield stretches of whole lines of about a megabyte, or of one long line."""
    first, lines = 0, len(source)
    while first < lines:
        wanted = source.offsets[first] + _STRETCH
        last = min(max(bisect_left(source.offsets, wanted, first + 1), first + 1), lines)
        yield first, last
        first = last
