"""The counting processes, as this program sees them: started late, asked from threads, replaced."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tui.services.settings.environment import without_secrets
from tui.services.tokens.counting.encoders import fast_is_here
from tui.services.tokens.counting.frames import receive, send
from tui.services.tokens.vocabularies import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

# More would cost memory and gain little.
MOST = min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
_START = "from tui.services.tokens.counting.worker import main; main()"
# A second process pays only when the first has enough to do: it takes 0.3 s to start, and
# 0.8 s with the fast tokenizer, which gets through 60 MB in that time.
_WORTH_TWO = 4 * 1024 * 1024
_WORTH_TWO_FAST = 64 * 1024 * 1024
# And the fast tokenizer pays only for so many bytes.
WORTH_FAST = 4_000_000
_PATIENCE_S = 2.0
_PIPE_BYTES = 1024 * 1024
# The C library gives pieces from this size on back as soon as they are free: 7 MB a process.
_GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "1048576"}


class CountingError(RuntimeError):
    """The counting process has failed twice, or cannot be started; the text says how."""


class Worker:
    """One counting process. Used by one thread at a time."""

    def __init__(self, *, plain: bool, polite: bool = False) -> None:
        self.plain = plain
        told = [*(["plain"] if plain else []), *(["polite"] if polite else [])]
        root = str(Path(__file__).resolve().parents[4])
        environ = without_secrets(os.environ)
        paths = [root, environ.get("PYTHONPATH", "")]
        environ["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        environ |= _GIVE_BACK | {"RAYON_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                # Not "-m": that would look for modules in the folder one happens to be in.
                [sys.executable, "-P", "-c", _START, *told],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a tokenizer that panics prints a backtrace
                env=environ,
            )
        except OSError as error:
            raise CountingError(f"the counting process does not start: {error}") from error
        _widen(self._process.stdin, self._process.stdout)

    def ask(
        self, head: Mapping[str, Any], body: bytes | memoryview
    ) -> tuple[dict[str, Any], bytes] | None:
        """Return the answer; None when the process has died. Blocks.

        Raises VocabularyError and CountingError in the process's words.
        """
        try:
            send(cast("BinaryIO", self._process.stdin), head, body)
            answer = receive(cast("BinaryIO", self._process.stdout))
        except (OSError, ValueError):  # closed under us
            return None
        if answer is None:
            return None
        if "vocabulary" in answer[0]:
            raise VocabularyError(answer[0]["vocabulary"])
        if "error" in answer[0]:
            raise CountingError(answer[0]["error"])
        return answer

    def end(self) -> None:
        """End the process, at once if it will not by itself. Blocks for a moment."""
        with contextlib.suppress(OSError):
            cast("BinaryIO", self._process.stdin).close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(OSError):
            cast("BinaryIO", self._process.stdout).close()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def kill(self) -> None:
        """End the process now, in the middle of whatever it does."""
        self._process.kill()


def _widen(*pipes: object) -> None:
    """Let pipes hold more, where the system can: fewer turns to and fro."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        for pipe in pipes:
            with contextlib.suppress(OSError):
                fcntl.fcntl(cast("BinaryIO", pipe), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


class Crew:
    """Lends out counting processes to threads; they are kept for the next count."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._free = threading.Condition()
        self._closed = False
        self.polite = False  # whether processes leave the cores to whoever else wants them
        self._plain = False  # since a process has died, only tiktoken is trusted

    def threads(self, size: int) -> int:
        """Return how many processes are worth their start for so many bytes."""
        fast = not self._plain and fast_is_here()
        return MOST if size > (_WORTH_TWO_FAST if fast else _WORTH_TWO) else 1

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that run."""
        with self._free:
            return tuple(worker.pid for worker in self._all)

    @contextlib.contextmanager
    def _lent(self) -> Iterator[list[Worker]]:
        with self._free:
            while not self._idle and len(self._all) >= MOST and not self._closed:
                self._free.wait()
            if self._closed:
                raise CountingError("counting has ended")
            new = not self._idle
            worker = Worker(plain=self._plain, polite=self.polite) if new else self._idle.pop()
            self._all.add(worker)
        holder = [worker]
        try:
            yield holder
        finally:
            with self._free:
                if holder[0] in self._all:
                    self._idle.append(holder[0])
                self._free.notify()

    def ask(
        self, head: Mapping[str, Any], body: bytes | memoryview
    ) -> tuple[dict[str, Any], bytes]:
        """Have one process do one task; blocks until one is free and has answered.

        A process that dies is replaced once, by one that counts with tiktoken alone. Raises
        VocabularyError and CountingError.
        """
        with self._lent() as holder:
            for _ in range(2):
                if (answer := holder[0].ask(head, body)) is not None:
                    return answer
                holder[0] = self._replace(holder[0])
            raise CountingError("the counting process has died twice on the same lines")

    def _replace(self, worker: Worker) -> Worker:
        with self._free:
            self._all.discard(worker)
            if self._closed:
                raise CountingError("counting has ended")
            self._plain = True
            new = Worker(plain=True, polite=self.polite)
            self._all.add(new)
        worker.kill()
        worker.end()
        return new

    def close(self) -> None:
        """End all processes, also those at work. Blocks for a moment."""
        with self._free:
            self._closed = True
            workers, idle = [*self._all], [*self._idle]
            self._idle.clear()
            self._all.clear()
            self._free.notify_all()
        for worker in workers:
            if worker not in idle:
                worker.kill()
        for worker in workers:
            worker.end()
