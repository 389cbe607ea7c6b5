"""The labs that programs under test start: forks, which end with the test whose folder they use.

One started as a user's program starts it would stay for ten minutes: that it does is for
tests/services/provider/test_lab_process.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.forks import in_forks
from tui.services.provider import lab_process

if TYPE_CHECKING:
    from tests import forks

_running: list[tuple[Path, forks.Forked]] = []


def _fork(words: list[str], environ: dict[str, str], folder: Path, log: IO[bytes]) -> forks.Forked:
    process = in_forks.lab(words, environ, folder, log)
    _running.append((folder, process))
    return process


def fork_them() -> None:
    """Have this process start labs, and all other processes, as forks from now on."""
    in_forks.start_all()
    lab_process.start_lab = _fork


def end_under(folder: Path) -> None:
    """Tell the labs of a folder to end; those that have ended are forgotten."""
    for one in [*_running]:
        place, process = one
        if process.poll() is not None:
            _running.remove(one)
        elif place.is_relative_to(folder):
            process.terminate()


def end_all(folder: Path) -> None:
    """End every lab, also those that processes under test have started, and wait until then."""
    for pid in _left_in(folder):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    end_under(Path("/"))
    for _, process in _running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait(10)
    _running.clear()
    deadline = time.monotonic() + 10
    while _left_in(folder) and time.monotonic() < deadline:
        time.sleep(0.05)


def _left_in(folder: Path) -> list[int]:
    found = []
    for depth in range(1, 5):
        for told in folder.glob("*/" * depth + "server.json"):
            try:
                pid = int(json.loads(told.read_text())["pid"])
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
            except (OSError, ValueError, KeyError):
                continue
            # And no other that has its number by now.
            if str(told.parent).encode() in words or b"tests.forks.server" in words:
                found.append(pid)
    return found
