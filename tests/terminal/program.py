"""The program on a pseudo-terminal: real bytes in, real bytes out, real signals."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from tests import forks
from tests.lab_process import ROOT, environment
from tests.terminal.emulator import Emulator

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forks import Forked

SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Za-z]|\x1b[=>78]"
)
MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")
# Off unless somebody switches them on; the cursor and the wrapping of lines are on.
AT_REST = {1049: False, 1000: False, 1003: False, 1006: False, 1004: False, 2004: False}
AT_REST |= {25: True, 7: True}


class Program:
    """A command on a terminal of its own; with a shell before it when `shell` is given.

    It is a fork that has imported the screens, unless what Python does until then matters: with a
    shell, with a PYTHONPATH, or `anew`.
    """

    def __init__(
        self,
        home: Path,
        *words: str,
        shell: str = "",
        anew: bool = False,
        answers_after: float | None = None,
        **environ: str,
    ) -> None:
        """Start it. Its terminal answers what it is asked after this many seconds, or never."""
        command = [sys.executable, "-m", "tui", *words]
        if shell:
            command = ["sh", "-c", shell, "sh", *command]
        variables = {**environment(), "FINETUI_HOME": str(home), "TERM": "xterm-256color"}
        variables |= {"LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", **environ}
        for name in ("TMUX", "TERM_PROGRAM", "LC_TERMINAL", "OPENAI_API_KEY", "NO_COLOR"):
            if name not in environ:
                variables.pop(name, None)
        self.terminal, theirs = pty.openpty()
        try:
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            self.attributes = termios.tcgetattr(theirs)
            self._process: Forked | subprocess.Popen[bytes]
            if anew or shell or "PYTHONPATH" in environ:
                self._process = subprocess.Popen(
                    command,
                    stdin=theirs,
                    stdout=theirs,
                    stderr=theirs,
                    cwd=ROOT,
                    env=variables,
                    preexec_fn=lambda: os.login_tty(0),  # noqa: PLW1509 - it takes no lock
                )
            else:
                self._process = forks.start(
                    "tui",
                    *words,
                    env=variables,
                    stdin=theirs,
                    stdout=theirs,
                    stderr=theirs,
                    apart="terminal",
                )
        finally:
            os.close(theirs)
        self.pid = self._process.pid
        self.raw = bytearray()
        self.emulator = Emulator()
        self._answers_after = answers_after
        self._due: deque[tuple[float, str]] = deque()
        self.code: int | None = None

    def __enter__(self) -> Program:
        """Nothing; the end ends it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it if it still runs."""
        if self.code is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
        if self.terminal >= 0:
            os.close(self.terminal)

    def send(self, text: str) -> None:
        """Type this, in one write."""
        os.write(self.terminal, text.encode())

    def look(self, seconds: float = 0.05) -> bool:
        """Take in what it has written; return whether there was anything."""
        while self._due and self._due[0][0] <= time.monotonic():
            self.send(self._due.popleft()[1])
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:
            return False
        self.raw += data
        answer = self.emulator.feed(data)
        if answer and self._answers_after is not None:
            self._due.append((time.monotonic() + self._answers_after, answer))
        return bool(data)

    def text(self, start: int = 0) -> str:
        """What was written from a place on, without its escape sequences."""
        return SEQUENCE.sub("", bytes(self.raw[start:]).decode("utf-8", "replace"))

    def see(self, words: str, start: int = 0, seconds: float = 60) -> None:
        """Return once these words stand on the screen, or have been written after `start`."""
        deadline = time.monotonic() + seconds
        while words not in self.emulator.text() and words not in self.text(start):
            if time.monotonic() > deadline:
                written = self.text(start)[-1500:]
                raise AssertionError(f"{words!r} not in {written!r}\n{self.emulator.text()}")
            while not self.look() and time.monotonic() <= deadline:
                pass  # nothing has come: it need not be searched again

    def modes(self) -> dict[int, bool]:
        """Which modes of the terminal are on, of those that matter."""
        found = dict(AT_REST)
        for number, state in MODE.findall(bytes(self.raw)):
            if int(number) in found:
                found[int(number)] = state == b"h"
        return found

    def restored(self) -> bool:
        """Whether the terminal is as it was."""
        now: list[Any] = termios.tcgetattr(self.terminal)
        return self.modes() == AT_REST and now == self.attributes

    def wait(self, seconds: float = 60) -> int:
        """Return its exit code once it has ended; a signal counts as its negative."""
        deadline = time.monotonic() + seconds
        while self.code is None:
            self.look()
            self.code = self._process.poll()
            if self.code is None and time.monotonic() > deadline:
                raise AssertionError(f"still there: {self.text()[-1500:]!r}")
        while self.look(0):
            pass
        return self.code

    def hang_up(self) -> None:
        """Close the terminal, as a window or an SSH connection that is closed."""
        os.close(self.terminal)
        self.terminal = -1

    def wait_without_terminal(self, seconds: float = 60) -> int:
        """Return its exit code when its terminal has gone."""
        self.code = self._process.wait(seconds)
        return self.code
