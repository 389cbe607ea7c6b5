"""Word the problems of a large file, in order, in processes and in little memory."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING

import orjson

from tui.core.checks import RULES, Issue
from tui.services.checks.file_check import stretches_of
from tui.services.checks.worker import word, word_lines
from tui.services.workers import WorkerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from tui.services.checks.file_check import Stretch
    from tui.services.datasets.disk.source import LineSource
    from tui.services.workers import Pool

_AHEAD = 2  # stretches that a process may be before what is printed


async def worded_stretches(
    source: LineSource,
    having: Sequence[int],
    rules_at: Callable[[int], list[str]],
    workers: Pool,
) -> AsyncIterator[tuple[int, dict[int, list[Issue]]]]:
    """Yield for each stretch the number of its last line, and issues by line (0-based).

    `having` are the numbers of the lines with problems, in order: a stretch without any is left
    out. `rules_at` are the rules that one of them breaks. The issues have no place. A process that
    dies is done without.
    """
    wanted = deque(
        stretch
        for stretch in stretches_of(source)
        if bisect_right(having, stretch[0]) < bisect_right(having, stretch[1])
    )

    def start(stretch: Stretch) -> asyncio.Task[bytes]:
        first, last = (bisect_right(having, end) for end in stretch)
        broken = [(line, rules_at(line)) for line in having[first:last]]
        return asyncio.create_task(_words(source, stretch, broken, workers))

    running: deque[asyncio.Task[bytes]] = deque()
    ends: deque[int] = deque()
    try:
        while wanted or running:
            while wanted and len(running) < workers.most * _AHEAD:
                ends.append(wanted[0][1])
                running.append(start(wanted.popleft()))
            yield ends.popleft(), _issues(await running[0])
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _words(
    source: LineSource, stretch: Stretch, broken: list[tuple[int, list[str]]], workers: Pool
) -> bytes:
    """Return the problems of a stretch as `word_lines` does. Raises OSError."""
    first, last = stretch
    try:
        _, answer = await workers.run(
            word,
            {"first": first + 1, "broken": broken},
            lambda: source.copy_into(bytearray(), first, last),
        )
    except WorkerError:
        return await asyncio.to_thread(
            lambda: word_lines(first + 1, [*map(source.line, range(first, last))], broken)
        )
    return answer


def _issues(data: bytes) -> dict[int, list[Issue]]:
    found: dict[int, list[Issue]] = {}
    for line, name, where, message, fixable in orjson.loads(data):
        one = Issue(line, name, RULES[name].severity, where, message, fixable)
        found.setdefault(line - 1, []).append(one)
    return found
