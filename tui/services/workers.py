"""The one pool of worker processes, for all long computing: checks, counts and what follows.

`concurrent.futures.ProcessPoolExecutor` computes as fast but was found wanting: its processes
inherit the whole environment, keys and all, and the terminal; one that dies breaks the pool with
all that was asked of it; and they stay for ever when the program is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tui.services.errors import disk_words
from tui.services.settings.environment import without_secrets
from tui.services.worker import name_of, receive, send

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from tui.services.worker import Answer, Task

    Body = bytes | memoryview

_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
MOST = min(4, _CORES)
_ROOT = str(Path(__file__).resolve().parents[2])  # where a process finds this package
_START = "from tui.services.worker import main; main()"
_NICENESS = 10
_END_S = 2.0
_PIPE_BYTES = 1024 * 1024
_ONE_THREAD = {"RAYON_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class WorkerError(RuntimeError):
    """A worker process cannot be started, or the pool is closed; the text says why."""


class WorkerDied(WorkerError):  # noqa: N818 - what happened, to be told from what may be amiss
    """The worker process ended before it answered. The next task gets another one."""


class TaskError(RuntimeError):
    """The task itself has failed. `kind` is the name of the exception's class."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def start_worker(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a worker process in a process group of its own. Raises OSError."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        # Not "-m": that would look for modules in the folder one happens to be in.
        [sys.executable, "-P", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a tokenizer that panics prints a backtrace
        env=environ,
        # Signals of the terminal are for the screen. Not a session of its own: Linux
        # shares processors out by session first, and low priority would mean nothing.
        process_group=0,
    )


class _Process:
    """One worker process, used by one thread at a time. Raises WorkerError."""

    def __init__(self) -> None:
        environ = without_secrets(os.environ)
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_ROOT, environ.get("PYTHONPATH")]))
        try:
            self._process = start_worker(environ | _ONE_THREAD)
        except OSError as error:
            raise WorkerError(f"a worker process does not start: {disk_words(error)}") from error
        self.pid = self._process.pid
        self._input = cast("BinaryIO", self._process.stdin)
        self._output = cast("BinaryIO", self._process.stdout)
        _widen(self._input, self._output)

    def ask(self, head: Mapping[str, Any], body: Body) -> Answer:
        """Return the answer. Blocks. Raises WorkerDied."""
        try:
            send(self._input, head, body)
            answer = receive(self._output)
        except (OSError, ValueError):  # closed under us
            answer = None
        if answer is None:
            raise WorkerDied("the worker process has died")
        return answer

    def lower_priority(self) -> None:
        """Leave the processors to whoever else wants them."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _NICENESS)

    @property
    def lives(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def end(self, *, now: bool) -> None:
        """End the process, at once if told so or if it will not by itself. Blocks for a moment."""
        if now:
            self._process.kill()
        with contextlib.suppress(OSError):
            self._input.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(OSError):
            self._output.close()


def _widen(*pipes: BinaryIO) -> None:
    """Let pipes hold more, where the system can: fewer turns to and fro."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        for pipe in pipes:
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


class Pool:
    """Has worker processes do tasks: started when first needed, kept, replaced when they die.

    They get no keys, have no terminal, and end with this program, however it ends. Safe to use
    from several threads.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.on_death: Callable[[], object] = lambda: None  # called in any thread
        self._threads = ThreadPoolExecutor(most, "workers")  # those that wait for answers
        self._lock = threading.Lock()
        self._all: set[_Process] = set()
        self._idle: list[_Process] = []  # the last used is the next: it has loaded what it needs
        self._waiting: deque[Future[_Process | None]] = deque()  # None says: look again
        self._closed = False
        self._low = False

    def lower_priority(self) -> None:
        """Have processes give way from now on: what they do takes long, a key press may not."""
        with self._lock:
            self._low = True
            for process in self._all:
                process.lower_priority()

    def ask(self, task: Task, head: Mapping[str, Any], body: Body | Callable[[], Body]) -> Answer:
        """Return a task's answer; blocks until a process is free and has answered.

        `head` can be written as JSON. `body` may be a function that reads it, and raises as it
        does. Raises WorkerDied when the process has died, WorkerError without one, TaskError.
        """
        read = body() if callable(body) else body
        process = self._borrow()
        try:
            answer, data = process.ask({**head, "task": name_of(task)}, read)
        except BaseException:  # it has died, or half a frame is on its way
            self._give_back(process, alive=False)
            raise
        self._give_back(process, alive=True)
        if "error" in answer:
            raise TaskError(answer["type"], answer["error"])
        return answer, data

    async def run(
        self, task: Task, head: Mapping[str, Any], body: Body | Callable[[], Body]
    ) -> Answer:
        """Return a task's answer as `ask` does, without blocking the loop."""
        try:
            waiting = self._threads.submit(self.ask, task, head, body)
        except RuntimeError as error:  # the threads have ended
            raise WorkerError(str(error)) from error
        return await asyncio.wrap_future(waiting)

    @property
    def closed(self) -> bool:
        """Whether the program is ending: nobody waits for what is asked any more."""
        return self._closed

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that run."""
        with self._lock:
            return tuple(process.pid for process in self._all)

    def _borrow(self) -> _Process:
        while True:
            turn: Future[_Process | None] = Future()
            with self._lock:
                if self._closed:
                    raise WorkerError("the program is ending")
                if self._idle:
                    turn.set_result(self._idle.pop())
                elif len(self._all) < self.most:
                    self._all.add(new := _Process())
                    if self._low:
                        new.lower_priority()
                    return new
                else:
                    self._waiting.append(turn)
            process = turn.result()
            if process is not None and process.lives:
                return process
            if process is not None:  # it was killed while nothing was asked of it
                self._give_back(process, alive=False)

    def _give_back(self, process: _Process, *, alive: bool) -> None:
        with self._lock:
            died = not alive and not self._closed
            if not alive:
                self._all.discard(process)
            if self._waiting:
                self._waiting.popleft().set_result(process if alive else None)
            elif alive:
                self._idle.append(process)
        if not alive:
            process.end(now=True)
        if died:
            self.on_death()

    def close(self) -> None:
        """End all processes, also those at work. Blocks for a moment."""
        with self._lock:
            self._closed = True
            idle, everyone = {*self._idle}, [*self._all]
            self._all.clear()
            while self._waiting:
                self._waiting.popleft().set_result(None)
        for process in everyone:
            process.end(now=process not in idle)
        self._threads.shutdown(wait=False, cancel_futures=True)
