"""One count under way: its rows cut into chunks, and threads that have the chunks counted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.services.tokens.counting.columns import NAMES
from tui.services.tokens.counting.records import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from tui.services.tokens.counting.crew import Crew
    from tui.services.tokens.counting.feed import Chunk
    from tui.services.tokens.counting.remembered import Remembered

# How long between two looks at what is there: the first bars are waited for, the rest is not.
_FIRST_TICK_S, _TICK_S = 0.01, 0.05


class Cancelled(Exception):  # noqa: N818 - nothing is wrong: somebody asked for it
    """The count was stopped before its end, because `cancelled()` said so."""


@dataclass(slots=True)
class Counted:
    """All numbers of some rows, one row a line in the order of `columns.NAMES`, and how.

    While it is being counted only the rows marked in `done` are filled in. `by` names who
    counted what was not known before, and is empty when everything was; `new` counts that.
    """

    table: NDArray[np.uint32]
    done: NDArray[np.bool_]
    by: str = ""
    note: str = ""
    new: int = 0


def nothing_yet(rows: int) -> Counted:
    """Return room for the numbers of so many rows. Imports numpy, so not in the event loop."""
    import numpy as np

    return Counted(np.zeros((rows, len(NAMES)), np.uint32), np.zeros(rows, bool))


@dataclass(slots=True)
class Run:
    """Counts chunks; `kept` is where their numbers are looked for, and put, before and after."""

    crew: Crew
    encoding: str
    found: Counted
    chunks: Iterator[Chunk]
    kept: Remembered | None = None
    few: bool = True  # too little for the fast tokenizer to be worth loading
    stop: int = 0  # how much of `kept` was there when the run began, in bytes
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    async def to_end(
        self,
        threads: int,
        on_tick: Callable[[Counted], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        """Count all chunks with so many threads. Raises as `Counting.count` does."""
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
        room = bytearray()  # for every chunk anew, or much memory would lie about in pieces
        try:
            while (chunk := self._next()) is not None:
                self.count(chunk, room)
        except BaseException as error:  # noqa: BLE001 - told to the task that waits
            self.failure = error
            self.stopped.set()

    def knows(self, chunk: Chunk) -> bool:
        """Tell whether the numbers of a chunk were kept. Blocks."""
        return self.kept is not None and self._kept(chunk, chunk.read(bytearray()))[1] is not None

    def count(self, chunk: Chunk, room: bytearray) -> None:
        """Look one chunk up, or have it counted; `room` is a place to read into. Blocks."""
        body = chunk.read(room)
        digest, numbers = self._kept(chunk, body)
        if numbers is None:
            self._ask(chunk, body, digest)
        else:
            self._take(chunk, numbers)

    def _kept(
        self, chunk: Chunk, body: bytes | memoryview
    ) -> tuple[bytes, NDArray[np.uint32] | None]:
        """Return the digest of a chunk, and its numbers if they were kept."""
        if self.kept is None:
            return b"", None
        digest = digest_of(body)
        return digest, self.kept.get(digest, chunk.rows)

    def _ask(self, chunk: Chunk, lines: bytes | memoryview, digest: bytes) -> None:
        """Have a process count a chunk, and keep what it says."""
        import numpy as np

        head = {
            "task": "count",
            "encoding": self.encoding,
            "rows": chunk.rows,
            "few": self.few,
            "file": "" if self.kept is None else str(self.kept.path),
            "stop": self.stop,
        }
        told, body = self.crew.ask(head, lines)
        size = chunk.rows * len(NAMES)
        numbers = np.frombuffer(body, np.uint32, size).reshape(chunk.rows, len(NAMES))
        self._take(chunk, numbers)
        if told["new"]:
            with self.lock:
                self.found.new += told["new"]
                self.found.by, self.found.note = told["by"], told["note"]
        if self.kept is not None:
            self.kept.put(digest, body[4 * size :], body[: 4 * size])

    def _take(self, chunk: Chunk, numbers: NDArray[np.uint32]) -> None:
        span = slice(chunk.start, chunk.start + chunk.rows)
        self.found.table[span] = numbers
        self.found.done[span] = True
