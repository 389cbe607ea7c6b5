"""Processes that start at once: forks of one that has imported what they need.

A start of Python with the program's modules takes a processor half a second to a second, and the
tests start hundreds. Whoever starts one here gets a process of its own all the same, with its own
streams, environment, folder, signals and end:

    process = start("tui.cli", "check", "a.jsonl", env=environ, stdout=PIPE)
    done = run("tui.cli", "--version", env=environ)

What Python does before the first line of a module (how it chooses an encoding, what it imports)
and after the last (a fork runs what was registered for its end, and is taken apart by nobody) is
another matter: tests of that use `subprocess`.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any, Literal

__all__ = ["DEVNULL", "PIPE", "Forked", "run", "shell_command", "start"]

ROOT = Path(__file__).resolve().parents[2]


class Forked:
    """A process used as one of `subprocess.Popen`, from several threads if need be."""

    def __init__(self, args: list[str], told: socket.socket, streams: list[IO[Any] | None]) -> None:
        self.args = args
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = streams
        self._told = told
        self._waits = threading.Lock()
        self.pid = int(self._line())

    def _line(self) -> str:
        said = b""
        while not said.endswith(b"\n"):
            if not (byte := self._told.recv(1)):
                raise AssertionError("the process that forks has gone")
            said += byte
        return said.decode()

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, minus the signal that ended it. Raises TimeoutExpired."""
        if not self._waits.acquire(timeout=-1 if timeout is None else timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        try:
            if self.returncode is None:
                self._told.settimeout(timeout)
                self.returncode = int(self._line())
                self._told.close()
        except (TimeoutError, BlockingIOError):
            raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
        finally:
            self._waits.release()
        return self.returncode

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def communicate(self, given: str = "", timeout: float | None = None) -> tuple[str, str]:
        """Give it its input, and return all it writes. Raises TimeoutExpired."""
        texts = ["", ""]

        def read(number: int, stream: IO[str]) -> None:
            texts[number] = stream.read()

        streams = enumerate((self.stdout, self.stderr))
        readers = [
            threading.Thread(target=read, args=(number, stream), daemon=True)
            for number, stream in streams
            if stream is not None and not stream.closed
        ]
        for one in readers:
            one.start()
        if self.stdin is not None:
            with suppress(BrokenPipeError), self.stdin:
                self.stdin.write(given)
        self.wait(timeout)
        for one in readers:
            one.join(timeout)
        self.close_streams()
        return texts[0], texts[1]

    def close_streams(self) -> None:
        """Close our ends of its pipes."""
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.close()

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


_told: list[str] = []


def be_forked_by(address: str) -> None:
    """Have the process that listens there fork for this one, too."""
    _told[:] = [address]


def _address() -> str:
    return _told[0] if _told else start_server()


@cache
def start_server() -> str:
    """Start the process that forks, the one of this process, and return where it listens."""
    folder = Path(tempfile.mkdtemp(prefix="finetui-forks-"))
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forks.server", str(folder / "socket")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=PIPE,
        stdout=PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        # Its standard input is how it knows that nobody is there any more.
        with server:
            assert server.stdin is not None
            server.stdin.close()

    atexit.register(end)
    return str(folder / "socket")


def start(
    module: str,
    *words: str,
    env: dict[str, str],
    cwd: Path = ROOT,
    stdin: int | IO[Any] = DEVNULL,
    stdout: int | IO[Any] = PIPE,
    stderr: int | IO[Any] = PIPE,
    binary: bool = False,
    apart: Literal["", "group", "session", "terminal"] = "",
) -> Forked:
    """Start `python -m MODULE WORDS`; each stream is DEVNULL, PIPE, or what has a descriptor.

    It may lead a process group or a session of its own; the latter with its input, a terminal, as
    its controlling one and with the app's screens imported.
    """
    ours: list[IO[Any] | None] = []
    theirs: list[int] = []
    to_close: list[int] = []
    for stream, mode in ((stdin, "w"), (stdout, "r"), (stderr, "r")):
        if stream == PIPE:
            ends = os.pipe()
            mine, other = ends if mode == "r" else ends[::-1]
            ours.append(
                os.fdopen(mine, f"{mode}b") if binary else os.fdopen(mine, mode, encoding="utf-8")
            )
            to_close.append(other)
        elif stream == DEVNULL:
            ours.append(None)
            other = os.open(os.devnull, os.O_RDWR)
            to_close.append(other)
        else:
            ours.append(None)
            other = stream if isinstance(stream, int) else stream.fileno()
        theirs.append(other)
    told = socket.socket(socket.AF_UNIX)
    try:
        told.connect(_address())
        request = json.dumps([module, words, env, str(cwd), apart]).encode()
        socket.send_fds(told, [len(request).to_bytes(4, "big")], theirs)
        told.sendall(request)
    finally:
        for number in to_close:
            os.close(number)
    return Forked([module, *words], told, ours)


def run(
    module: str, *words: str, given: str = "", timeout: float = 60, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE WORDS` to its end, with `given` as its input."""
    process = start(module, *words, stdin=PIPE, **options)
    try:
        out, err = process.communicate(given, timeout)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.wait(), out, err)


def shell_command(module: str) -> str:
    """Return what a shell starts such a process with; its words may follow."""
    shell = Path(__file__).with_name("shell.py")
    return f'"{sys.executable}" -I -S "{shell}" "{_address()}" {module}'
