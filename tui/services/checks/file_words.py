"""Word the problems of a large file, in order, in processes and in little memory."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING

import orjson

from tui.core.checks import RULES, Issue
from tui.services.checks.file_check import (
    DIED,
    WORD,
    ask,
    end,
    process_count,
    start,
    stretches_of,
)
from tui.services.checks.worker import word_lines

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Sequence

    from tui.services.checks.file_check import Stretch
    from tui.services.datasets.disk.source import LineSource

_AHEAD = 2  # stretches that a process may be before what is printed


async def worded_stretches(
    source: LineSource, having: Sequence[int]
) -> AsyncIterator[tuple[int, dict[int, list[Issue]]]]:
    """Yield for each stretch the number of its last line, and issues by line (0-based).

    `having` are the numbers of the lines with problems, in order: a stretch without any is left
    out. The issues have no place. A process that dies is done without.
    """
    wanted = deque(
        stretch
        for stretch in stretches_of(source)
        if bisect_right(having, stretch[0]) < bisect_right(having, stretch[1])
    )
    words = _Words(source)
    running: deque[asyncio.Task[bytes]] = deque()
    ends: deque[int] = deque()
    count = process_count(len(wanted))
    try:
        await words.start(count)
        while wanted or running:
            while wanted and len(running) < max(count, 1) * _AHEAD:
                ends.append(wanted[0][1])
                running.append(asyncio.create_task(words.of(wanted.popleft())))
            yield ends.popleft(), _issues(await running[0])
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await words.close()


class _Words:
    """Processes that put stretches into words, and a thread when there are none."""

    def __init__(self, source: LineSource) -> None:
        self._source = source
        self._idle: asyncio.Queue[Process | None] = asyncio.Queue()
        self._all: list[Process] = []

    async def start(self, count: int) -> None:
        """Start processes, if they can be."""
        for _ in range(count):
            try:
                self._all.append(await start(self._source))
            except OSError:
                break
        idle: list[Process | None] = [*self._all]
        for process in idle or [None]:
            self._idle.put_nowait(process)

    async def of(self, stretch: Stretch) -> bytes:
        """Return the problems of a stretch as `word_lines` does. Raises OSError."""
        process = await self._idle.get()
        try:
            if process is not None:
                return await ask(process, WORD, self._source, stretch)
        except DIED:
            process = None  # a thread takes its place
        finally:
            self._idle.put_nowait(process)
        return await asyncio.to_thread(self._in_thread, stretch)

    def _in_thread(self, stretch: Stretch) -> bytes:
        first, last = stretch
        return word_lines(first + 1, [*map(self._source.line, range(first, last))])

    async def close(self) -> None:
        """End the processes."""
        for process in self._all:
            await end(process)


def _issues(data: bytes) -> dict[int, list[Issue]]:
    found: dict[int, list[Issue]] = {}
    for line, name, where, message in orjson.loads(data):
        rule = RULES[name]
        one = Issue(line, name, rule.severity, where, message, rule.fixable)
        found.setdefault(line - 1, []).append(one)
    return found
