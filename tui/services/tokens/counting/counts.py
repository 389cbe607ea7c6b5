"""Counting all rows of a file: shared out to the processes, remembered, stopped, told."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from tui.services.datasets.disk.source import LineSource
from tui.services.errors import ServiceError
from tui.services.tokens.counting.cache import CountCache, digest_of
from tui.services.tokens.counting.columns import NAMES
from tui.services.tokens.counting.encoders import fast_is_here
from tui.services.tokens.counting.feed import chunks_of_file, chunks_of_rows
from tui.services.tokens.counting.runs import Cancelled, CountedRows, Run, nothing_yet
from tui.services.tokens.counting.worker import ready
from tui.services.tokens.vocabularies import VocabularyError
from tui.services.workers import TaskError, WorkerDied, WorkerError

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tui.core.dataset.lines import Lines
    from tui.services.tokens.counting.feed import Chunk
    from tui.services.worker import Answer, Task
    from tui.services.workers import Pool

__all__ = ["Cancelled", "CountedRows", "Counting", "CountingError"]

# Of one row, where the size of all is not known.
_USUAL_BYTES = 1_000
_MOST_EDITED = 100_000
# More would cost memory, 150 MB each, and gain little.
_MOST_PROCESSES = 2
# A second process pays only when the first has enough to do: it takes 0.3 s to start, and
# 0.8 s with the fast tokenizer, which gets through 60 MB in that time.
_WORTH_TWO = 4 * 1024 * 1024
_WORTH_TWO_FAST = 64 * 1024 * 1024
# And the fast tokenizer pays only for this many bytes.
_WORTH_FAST = 4_000_000
# Fewer are counted sooner in this process than another one has started. A run of spaces that
# makes tiktoken panic is twice as long.
_WORTH_ONE = 512 * 1024
_CUT_TIMES = 2  # from then on the whole vocabulary is worth its loading


class CountingError(ServiceError):
    """A worker process has died twice of the same lines, or cannot be started."""

    def __init__(self, cause: str, next_step: str = "Try again.") -> None:
        super().__init__("Tokens cannot be counted", cause, next_step)


class Counting:
    """Has rows counted by worker processes, and remembers what was counted.

    `folder` is where counts are kept across runs; None keeps none. Safe to use by several tasks.
    """

    def __init__(self, folder: Path | None, workers: Pool) -> None:
        self._cache = None if folder is None else CountCache(folder / "counts.sqlite3")
        self._workers = workers
        self.alone = False  # no screen waits while this process itself counts what is small
        self._done_here = 0
        self._plain = False  # since a process has died of lines, only tiktoken is trusted
        self._files: WeakKeyDictionary[LineSource, dict[str, NDArray[np.uint32]]] = (
            WeakKeyDictionary()
        )
        self._edited: dict[tuple[str, bytes], NDArray[np.uint32]] = {}

    async def count(
        self,
        rows: Lines,
        encoding: str,
        on_tick: Callable[[CountedRows], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> CountedRows:
        """Return the numbers of every row.

        `on_tick` is called in the event loop some ten times a second with what is there so
        far. Raises Cancelled soon after `cancelled()` is true, OSError when a file cannot be
        read, VocabularyError and CountingError.
        """
        source = _source_of(rows)
        if source is None:
            size = len(rows) * _USUAL_BYTES
            run = await self._run(encoding, len(rows), chunks_of_rows(rows), size)
            await run.to_end(self._threads(size), on_tick, cancelled)
            return run.found
        # The lines of the file first: whatever is edited later, they stay what they are.
        told = await self._file(source, encoding, on_tick, cancelled)
        lines = self._files[source][encoding]
        order = getattr(rows, "ids", None)
        if order is None:
            return await asyncio.to_thread(_complete, lines, told)
        edited = await asyncio.to_thread(self._edited_rows, rows, order, encoding)
        if edited:
            some = await self._run(encoding, len(edited), chunks_of_rows(edited), 0, keep=False)
            await some.to_end(1, None, cancelled)
            for line, numbers in zip(edited, some.found.table, strict=True):
                self._edited[encoding, line] = numbers
            told.new += some.found.new
            told.by, told.note = some.found.by or told.by, some.found.note or told.note
        return await asyncio.to_thread(self._in_order, lines, told, rows, order, encoding)

    def remembered(self, rows: Lines, encoding: str) -> bytes | None:
        """Return the numbers of a small file as the bytes of `CountedRows.table`. Blocks.

        None unless each piece of it was counted before as it stands. Needs no numpy.
        """
        source = _source_of(rows)
        if self._cache is None or source is None or source.identity.size >= _WORTH_ONE:
            return None
        found: list[bytes] = []
        for chunk in chunks_of_file(source, 0, len(source)):
            digest = digest_of(chunk.read(bytearray()))
            if (numbers := self._cache.piece(encoding, digest, chunk.rows)) is None:
                return None
            found.append(numbers)
        return b"".join(found)

    def ask(self, task: Task, head: Mapping[str, Any], body: bytes | memoryview = b"") -> Answer:
        """Have a worker process do a task; when it dies, another one with tiktoken. Blocks.

        Raises CountingError.
        """
        for _ in range(2):
            try:
                return self._workers.ask(task, {**head, "plain": self._plain}, body)
            except WorkerDied:
                self._plain = True
            except WorkerError as error:
                raise CountingError(str(error)) from error
            except TaskError as error:
                raise _counting_error(error.kind, error) from error
        raise CountingError("the worker process has died twice of the same lines")

    def _ask_here(
        self, task: Task, head: Mapping[str, Any], body: bytes | memoryview = b""
    ) -> Answer:
        """Do a task in this process. Blocks. Raises CountingError."""
        self._done_here += 1
        once = self._done_here <= _CUT_TIMES
        try:
            return task({**head, "plain": True, "once": once}, bytes(body))
        except Exception as error:  # as of a task in a worker process
            raise _counting_error(type(error).__name__, error) from error

    def prepare(self, rows: Lines, encoding: str, *, screen: bool = True) -> None:
        """Count the first lines of a large file, unless they are known. Blocks.

        So a process is running and has its tokenizer when the whole is asked for, and the first
        bars are there at once. With a `screen` to keep quick only one process starts; without,
        as many as the whole file is worth.
        """
        source = _source_of(rows)
        if source is not None and self.alone and source.identity.size < _WORTH_ONE:
            return  # it will be counted here
        chunk = None if source is None else next(chunks_of_file(source, 0, len(source)), None)
        if source is None or chunk is None:
            return
        with contextlib.suppress(OSError, CountingError):
            run = self._start(encoding, chunk.rows, iter(()), _WORTH_FAST)
            if run.knows(chunk):
                return
            more = 0 if screen else self._threads(source.identity.size) - 1
            for _ in range(more):
                threading.Thread(target=self._load, args=(encoding,), daemon=True).start()
            run.count(chunk, bytearray())

    def _threads(self, size: int) -> int:
        """Return how many processes are worth their start for this many bytes."""
        fast = not self._plain and fast_is_here()
        worth_two = size > (_WORTH_TWO_FAST if fast else _WORTH_TWO)
        return min(_MOST_PROCESSES, self._workers.most) if worth_two else 1

    def _load(self, encoding: str) -> None:
        """Have a process load its tokenizer. What goes wrong, the count itself will tell."""
        with contextlib.suppress(CountingError):
            self.ask(ready, {"encoding": encoding})

    async def _file(
        self,
        source: LineSource,
        encoding: str,
        on_tick: Callable[[CountedRows], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> CountedRows:
        """Count those lines of a file that were not there the last time."""
        known, lines = self._files.get(source, {}).get(encoding), len(source)
        first = 0 if known is None else len(known)
        if first == lines and known is not None:
            return await asyncio.to_thread(nothing_yet, 0)
        size = source.offsets[lines] - source.offsets[first]
        chunks = chunks_of_file(source, first, lines)
        run = await self._run(encoding, lines - first, chunks, size)
        await run.to_end(self._threads(size), on_tick, cancelled)
        table = await asyncio.to_thread(_together, known, run.found.table)
        self._files.setdefault(source, {})[encoding] = table
        return run.found

    async def _run(
        self, encoding: str, rows: int, chunks: Iterator[Chunk], size: int, *, keep: bool = True
    ) -> Run:
        return await asyncio.to_thread(self._start, encoding, rows, chunks, size, keep=keep)

    def _start(
        self, encoding: str, rows: int, chunks: Iterator[Chunk], size: int, *, keep: bool = True
    ) -> Run:
        cache = self._cache if keep else None
        known = None if cache is None else cache.load(encoding)
        few = size < _WORTH_FAST
        ask = self._ask_here if self.alone and size < _WORTH_ONE else self.ask
        return Run(ask, encoding, nothing_yet(rows), chunks, cache, few, known)

    @property
    def problem(self) -> str:
        """Why counts are not kept for the next time; "" when they are."""
        cache = self._cache
        return "" if cache is None or not cache.problem else f"{cache.path.parent}: {cache.problem}"

    def _edited_rows(self, rows: Lines, order: array[int], encoding: str) -> list[bytes]:
        """Return the edited rows whose numbers are not known. Runs in a thread."""
        if len(self._edited) > _MOST_EDITED:
            self._edited.clear()
        unknown: dict[bytes, None] = {}
        for position in _edited_positions(order):
            line = rows[position]
            if (encoding, line) not in self._edited:
                unknown[line] = None
        return [*unknown]

    def _in_order(
        self,
        lines: NDArray[np.uint32],
        told: CountedRows,
        rows: Lines,
        order: array[int],
        encoding: str,
    ) -> CountedRows:
        import numpy as np

        ids = np.frombuffer(order, np.int64) if order else np.empty(0, np.int64)
        if len(ids) == len(lines) and (ids == np.arange(len(ids))).all():
            return _complete(lines, told)  # nothing was edited: not held twice
        table = np.zeros((len(ids), len(NAMES)), np.uint32)
        if len(lines):
            np.take(lines, np.maximum(ids, 0), axis=0, out=table, mode="clip")
        for position in _edited_positions(order):
            table[position] = self._edited[encoding, rows[position]]
        return _complete(table, told)

    def close(self) -> None:
        """Give the cache's file back. Blocks for a moment."""
        if self._cache is not None:
            self._cache.close()


def _counting_error(kind: str, error: Exception) -> CountingError:
    """Return what a task has raised as an error to show."""
    if kind == VocabularyError.__name__:
        return CountingError(str(error), "Install finetui again; a file of it is damaged.")
    return CountingError(f"{kind}: {error}")


def _together(known: NDArray[np.uint32] | None, more: NDArray[np.uint32]) -> NDArray[np.uint32]:
    import numpy as np

    return more if known is None else np.concatenate([known, more])


def _complete(table: NDArray[np.uint32], told: CountedRows) -> CountedRows:
    import numpy as np

    return CountedRows(table, np.ones(len(table), bool), told.by, told.note, told.new)


def _source_of(rows: Lines) -> LineSource | None:
    """Return the file that rows come from, if they tell."""
    source = getattr(rows, "source", None)
    return source if isinstance(source, LineSource) else None


def _edited_positions(order: array[int]) -> list[int]:
    import numpy as np

    ids = np.frombuffer(order, np.int64) if order else np.empty(0, np.int64)
    found: list[int] = np.flatnonzero(ids < 0).tolist()
    return found
