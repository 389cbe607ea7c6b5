"""One count under way: its rows cut into chunks, and threads that have the chunks counted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.services.tokens.counting.cache import CountCache, KnownLines, digest_of, hashes_of
from tui.services.tokens.counting.columns import NAMES
from tui.services.tokens.counting.worker import count, lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from tui.services.tokens.counting.feed import Chunk
    from tui.services.worker import Answer, Task

    Ask = Callable[[Task, Mapping[str, Any], bytes | memoryview], Answer]

# How long between two looks at what is there: the first bars are waited for, the rest is not.
_FIRST_TICK_S, _TICK_S = 0.01, 0.05


class Cancelled(Exception):  # noqa: N818 - nothing is wrong: somebody asked for it
    """The count was stopped before its end, because `cancelled()` said so."""


@dataclass(slots=True)
class CountedRows:
    """All numbers of some rows, one row a line in the order of `columns.NAMES`, and how.

    While it is being counted only the rows marked in `done` are filled in. `by` names who
    counted what was not known before, and is empty when everything was; `new` counts that.
    """

    table: NDArray[np.uint32]
    done: NDArray[np.bool_]
    by: str = ""
    note: str = ""
    new: int = 0


def nothing_yet(rows: int) -> CountedRows:
    """Return room for the numbers of this many rows. Imports numpy, so not in the event loop."""
    import numpy as np

    return CountedRows(np.zeros((rows, len(NAMES)), np.uint32), np.zeros(rows, bool))


@dataclass(slots=True)
class Run:
    """Counts chunks; lines in `cache` are looked up, those counted are put there.

    `ask` has a worker process do a task. Raises VocabularyError and CountingError.
    """

    ask: Ask
    encoding: str
    found: CountedRows
    chunks: Iterator[Chunk]
    cache: CountCache | None = None
    few: bool = True  # too little for the fast tokenizer to be worth loading
    known: KnownLines | None = None  # what was in the cache when the run began
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    async def to_end(
        self,
        threads: int,
        on_tick: Callable[[CountedRows], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        """Count all chunks with this many threads. Raises as `Counting.count` does."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        left, pause = threads, _FIRST_TICK_S

        def one_ended() -> None:
            nonlocal left
            left -= 1
            if not left:
                ended.set()

        def feed() -> None:
            self._feed()
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(one_ended)

        for _ in range(threads):
            threading.Thread(target=feed, name="tokens", daemon=True).start()
        try:
            while not ended.is_set():
                if cancelled is not None and cancelled():
                    raise Cancelled
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), pause)
                pause = min(2 * pause, _TICK_S)
                if on_tick is not None:
                    on_tick(self.found)
        finally:
            self.stopped.set()  # the threads end after the chunk they are at; nobody waits
        if self.failure is not None:
            raise self.failure
        if cancelled is not None and cancelled():
            raise Cancelled

    def _next(self) -> Chunk | None:
        """Return the next chunk, for one thread alone."""
        with self.lock:
            return None if self.stopped.is_set() else next(self.chunks, None)

    def _feed(self) -> None:
        """Have chunks counted until there are none. Runs in a thread."""
        room = bytearray()  # a new one for each chunk, or much memory would lie about in pieces
        try:
            while (chunk := self._next()) is not None:
                self.count(chunk, room)
        except BaseException as error:  # noqa: BLE001 - told to the task that waits
            self.failure = error
            self.stopped.set()

    def knows(self, chunk: Chunk) -> bool:
        """Return whether all lines of a chunk are known. Blocks."""
        if self.known is None:
            return False
        body = chunk.read(bytearray())
        if self.known.piece(digest_of(body), chunk.rows) is not None:
            return True
        lines = _Lines.of(body, chunk.rows)
        return len(self.known.look_up(lines.hashes, lines.sizes)[0]) == chunk.rows

    def count(self, chunk: Chunk, room: bytearray) -> None:
        """Look the lines of one chunk up, and have the others counted. Blocks.

        `room` is a place to read into.
        """
        import numpy as np

        body = chunk.read(room)
        if self.cache is None or self.known is None:
            self._take(chunk, self._counted(body, chunk.rows))
            return
        piece = digest_of(body)
        if (together := self.known.piece(piece, chunk.rows)) is not None:
            self._take(chunk, together)
            return
        lines = _Lines.of(body, chunk.rows)
        at, numbers = self.known.look_up(lines.hashes, lines.sizes)
        if len(at) < chunk.rows:
            new = np.ones(chunk.rows, bool)
            new[at] = False
            fresh = body if not len(at) else lines.some(new)
            counted = self._counted(fresh, chunk.rows - len(at))
            hashes = lines.hashes[new].tobytes()
            self.cache.put(self.encoding, hashes, counted.tobytes(), 0 if len(at) else piece)
            table = np.empty((chunk.rows, len(NAMES)), np.uint32)
            table[at], table[new] = numbers, counted
            numbers = table
        self._take(chunk, numbers)

    def _counted(self, body: bytes | memoryview, rows: int) -> NDArray[np.uint32]:
        """Have a process count lines."""
        import numpy as np

        told, data = self.ask(
            count, {"encoding": self.encoding, "rows": rows, "few": self.few}, body
        )
        with self.lock:
            self.found.new += rows
            self.found.by, self.found.note = told["by"], told["note"]
        return np.frombuffer(data, np.uint32).reshape(rows, len(NAMES))

    def _take(self, chunk: Chunk, numbers: NDArray[np.uint32]) -> None:
        span = slice(chunk.start, chunk.start + chunk.rows)
        self.found.table[span] = numbers
        self.found.done[span] = True


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a chunk, with their hashes and sizes."""

    lines: list[bytes]
    hashes: NDArray[np.uint64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, body: bytes | memoryview, rows: int) -> _Lines:
        import numpy as np

        lines = lines_of(bytes(body), rows)
        return cls(lines, hashes_of(lines), np.fromiter(map(len, lines), np.int64, rows))

    def some(self, wanted: NDArray[np.bool_]) -> bytes:
        """Return the wanted lines, as they would stand in a file."""
        import numpy as np

        return b"\n".join([self.lines[at] for at in np.flatnonzero(wanted).tolist()])
