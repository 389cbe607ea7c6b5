"""Counting all rows of a file: shared out to the processes, remembered, stopped, told."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from tui.services.counting.columns import NAMES
from tui.services.counting.crew import MOST, Crew
from tui.services.counting.feed import chunks_of_file, chunks_of_rows
from tui.services.counting.remembered import Remembered
from tui.services.datasets.source import LineSource

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tui.services.counting.feed import Chunk, Rows

# A second process pays only when the first has enough to do.
_WORTH_TWO = 4 * 1024 * 1024
_WORTH_TWO_ROWS = 4_000
_MOST_EDITED = 100_000
_TICK_S = 0.1
# So few new lines of a large file are not worth writing it anew before the end.
_WORTH_WRITING = 2_000


# What was counted anew: the mark of its hashes, the hashes, and where their numbers stand.
_Learnt = tuple[bytes, Any, Any, Any]


class Cancelled(Exception):  # noqa: N818 - nothing is wrong: somebody asked for it
    """The count was stopped before its end, because `cancelled()` said so."""


@dataclass(slots=True)
class Counted:
    """All numbers of some rows, one row a line in the order of `columns.NAMES`, and how.

    While it is being counted only the rows marked in `done` are filled in. `by` names who
    counted what was not known before, and is empty when everything was.
    """

    table: NDArray[np.uint32]
    done: NDArray[np.bool_]
    by: str = ""
    note: str = ""
    new: int = 0


@dataclass(slots=True)
class _Run:
    """One count under way: what its threads share."""

    found: Counted
    chunks: Iterator[Chunk]
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None
    rows: int = 0
    learnt: list[_Learnt] = field(default_factory=list)

    def next(self) -> Chunk | None:
        """Return the next chunk, for one thread alone."""
        with self.lock:
            return None if self.stopped.is_set() else next(self.chunks, None)


class Counting:
    """Counts rows in processes of its own, and remembers what it has counted.

    `folder` is where counts are kept across runs; None keeps none. Safe to use by several tasks.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.crew = Crew()
        self._files: WeakKeyDictionary[LineSource, dict[str, NDArray[np.uint32]]] = (
            WeakKeyDictionary()
        )
        self._edited: dict[tuple[str, bytes], NDArray[np.uint32]] = {}
        self._learnt: dict[str, list[_Learnt]] = {}
        self._writing = threading.Lock()

    async def count(
        self,
        rows: Rows,
        encoding: str,
        on_tick: Callable[[Counted], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Counted:
        """Return the numbers of every row.

        `on_tick` is called in the event loop some ten times a second with what is there so
        far. Raises Cancelled soon after `cancelled()` is true, OSError when a file cannot be
        read, VocabularyError and CountingError.
        """
        source = _source_of(rows)
        run = _Run(await asyncio.to_thread(_nothing_yet, 0), iter(()))
        if source is not None:
            # The lines of the file first: whatever is edited later, they stay what they are.
            known, lines = self._files.get(source, {}).get(encoding), len(source)
            first = 0 if known is None else len(known)
            if first < lines or known is None:  # more may have been found since the last time
                run.found = await asyncio.to_thread(_nothing_yet, lines - first)
                run.chunks = chunks_of_file(source, first, lines)
                threads = MOST if source.identity.size > _WORTH_TWO else 1
                await self._run(run, encoding, threads, on_tick, cancelled)
                table = await asyncio.to_thread(_together, known, run.found.table)
                self._files.setdefault(source, {})[encoding] = table
        return await self._rest(run, rows, source, encoding, on_tick, cancelled)

    async def _rest(
        self,
        run: _Run,
        rows: Rows,
        source: LineSource | None,
        encoding: str,
        on_tick: Callable[[Counted], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Counted:
        """Count the rows that are no lines of the file, and put all in their order."""
        if source is None:
            run.found = await asyncio.to_thread(_nothing_yet, len(rows))
            run.chunks = chunks_of_rows(rows)
            threads = MOST if len(rows) > _WORTH_TWO_ROWS else 1
            await self._run(run, encoding, threads, on_tick, cancelled)
            self._learn(encoding, run)
            return run.found
        lines = self._files[source][encoding]
        order = getattr(rows, "ids", None)
        if order is None:
            self._learn(encoding, run)
            return await asyncio.to_thread(_complete, lines, run)
        edited = await asyncio.to_thread(self._edited_rows, rows, order, encoding)
        if edited:
            some = _Run(_nothing_yet(len(edited)), chunks_of_rows(edited))
            await self._run(some, encoding, 1, None, cancelled)
            for line, numbers in zip(edited, some.found.table, strict=True):
                self._edited[encoding, line] = numbers
            run.learnt += some.learnt
            run.found.new += some.found.new
            run.found.by, run.found.note = some.found.by or run.found.by, some.found.note
        self._learn(encoding, run)
        return await asyncio.to_thread(self._in_order, run, rows, order, encoding)

    def _edited_rows(self, rows: Rows, order: array[int], encoding: str) -> list[bytes]:
        """Return the edited rows whose numbers are not known. Runs in a thread."""
        if len(self._edited) > _MOST_EDITED:
            self._edited.clear()
        unknown: dict[bytes, None] = {}
        for position in _edited_positions(order):
            line = rows[position]
            if (encoding, line) not in self._edited:
                unknown[line] = None
        return [*unknown]

    def _in_order(self, run: _Run, rows: Rows, order: array[int], encoding: str) -> Counted:
        import numpy as np

        source = _source_of(rows)
        lines = self._files[source][encoding] if source is not None else run.found.table
        ids = np.frombuffer(order, np.int64) if order else np.empty(0, np.int64)
        table = np.zeros((len(ids), len(NAMES)), np.uint32)
        kept = ids >= 0
        table[kept] = lines[ids[kept]]
        for position in _edited_positions(order):
            table[position] = self._edited[encoding, rows[position]]
        return _complete(table, run)

    async def _run(
        self,
        run: _Run,
        encoding: str,
        threads: int,
        on_tick: Callable[[Counted], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        left = threads

        def one_ended() -> None:
            nonlocal left
            left -= 1
            if not left:
                ended.set()

        def feed() -> None:
            self._feed(run, encoding)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(one_ended)

        for _ in range(threads):
            threading.Thread(target=feed, name="tokens", daemon=True).start()
        try:
            while not ended.is_set():
                if cancelled is not None and cancelled():
                    raise Cancelled
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), _TICK_S)
                if on_tick is not None:
                    on_tick(run.found)
        finally:
            run.stopped.set()  # the threads end after the chunk they are at; nobody waits
        if run.failure is not None:
            raise run.failure
        if cancelled is not None and cancelled():
            raise Cancelled

    def _feed(self, run: _Run, encoding: str) -> None:
        """Have chunks counted until there are none. Runs in a thread."""
        try:
            while (chunk := run.next()) is not None:
                self._chunk(run, chunk, encoding)
        except BaseException as error:  # noqa: BLE001 - told to the task that waits
            run.failure = error
            run.stopped.set()

    def _chunk(self, run: _Run, chunk: Chunk, encoding: str) -> None:
        import numpy as np

        file = self._file(encoding)
        head = {
            "task": "count",
            "encoding": encoding,
            "rows": chunk.rows,
            "file": None if file is None else str(file),
        }
        told, body = self.crew.ask(head, chunk.body)
        width = len(NAMES)
        numbers = np.frombuffer(body, np.uint32, chunk.rows * width).reshape(-1, width)
        span = slice(chunk.start, chunk.start + chunk.rows)
        run.found.table[span] = numbers
        run.found.done[span] = True
        with run.lock:
            run.rows += chunk.rows
            run.found.new += told["new"]
            if told["new"]:
                run.found.by, run.found.note = told["by"], told["note"]
                at = chunk.rows * width * 4
                missing = np.frombuffer(body, np.uint32, told["new"], at)
                hashes = np.frombuffer(body, np.uint64, told["new"], at + 4 * told["new"])
                mark = bytes.fromhex(told["mark"])
                run.learnt.append((mark, hashes.copy(), run.found.table, missing + chunk.start))

    # -- remembering -------------------------------------------------------------------

    def _file(self, encoding: str) -> Path | None:
        return None if self._folder is None else self._folder / f"counts-{encoding}.bin"

    def _learn(self, encoding: str, run: _Run) -> None:
        if self._folder is None or not run.learnt:
            return
        waiting = self._learnt.setdefault(encoding, [])
        waiting += run.learnt
        new = sum(len(hashes) for _, hashes, _, _ in waiting)
        file = self._file(encoding)
        small = file is None or not file.exists() or file.stat().st_size < 100 * _WORTH_WRITING
        if small or new >= _WORTH_WRITING:
            threading.Thread(target=self._write, args=(encoding,), daemon=True).start()

    def _write(self, encoding: str) -> None:
        """Lay what was learnt to what is on disk. A cache that cannot be written is none."""
        import numpy as np

        with self._writing:
            waiting = self._learnt.pop(encoding, [])
            file = self._file(encoding)
            if not waiting or file is None:
                return
            mark = waiting[-1][0]
            hashes = np.concatenate([hashes for _, hashes, _, _ in waiting])
            table = np.empty((len(hashes), len(NAMES)), np.uint32)
            at = 0
            for _, some, numbers, rows in waiting:
                table[at : at + len(some)] = numbers[rows]
                at += len(some)
            waiting.clear()
            with contextlib.suppress(OSError):
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                Remembered.read(file, mark).with_lines(hashes, table).write(file, mark)

    def flush(self) -> None:
        """Write what is not yet written. Blocks."""
        for encoding in [*self._learnt]:
            self._write(encoding)

    def close(self) -> None:
        """Write what was learnt and end the processes. Blocks for a moment."""
        self.flush()
        self.crew.close()


def _nothing_yet(rows: int) -> Counted:
    import numpy as np

    return Counted(np.zeros((rows, len(NAMES)), np.uint32), np.zeros(rows, bool))


def _together(known: NDArray[np.uint32] | None, more: NDArray[np.uint32]) -> NDArray[np.uint32]:
    import numpy as np

    return more if known is None else np.concatenate([known, more])


def _complete(table: NDArray[np.uint32], run: _Run) -> Counted:
    import numpy as np

    told = run.found
    return Counted(table, np.ones(len(table), bool), told.by, told.note, told.new)


def _source_of(rows: Rows) -> LineSource | None:
    """Return the file that rows come from, if they tell."""
    source = getattr(rows, "source", None)
    return source if isinstance(source, LineSource) else None


def _edited_positions(order: array[int]) -> list[int]:
    import numpy as np

    ids = np.frombuffer(order, np.int64) if order else np.empty(0, np.int64)
    found: list[int] = np.flatnonzero(ids < 0).tolist()
    return found
