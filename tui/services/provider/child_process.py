"""Run a command of the user's own to its end: in time, without a terminal, ended with its children.

It has a session of its own, so that it can be ended with all that it has started, and no terminal
to write over the screen or to ask at.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST = 64 * 1024  # bytes kept of what a command prints
_DRAINED_S = 1.0  # what a process left behind by the command holds open is not waited for


@dataclass(frozen=True, slots=True)
class ChildExit:
    """How a command ended, and the beginnings of what it printed."""

    code: int
    out: bytes
    err: bytes


async def run_command(words: Sequence[str], environ: Mapping[str, str], within: float) -> ChildExit:
    """Run a command. Raises OSError when it cannot be started, TimeoutError after `within` s."""
    starting = asyncio.ensure_future(
        asyncio.to_thread(start_command, words, environ, stdin=subprocess.DEVNULL)
    )
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_end_unwanted)  # it is being started: nobody else would end it
        raise
    try:
        return await asyncio.to_thread(_outcome, process, within)
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    finally:
        end_command(process)  # nobody waits for it any more, or it is through


def start_command(
    words: Sequence[str], environ: Mapping[str, str], *, stdin: int
) -> subprocess.Popen[bytes]:
    """Start a command with pipes for what it prints. Raises OSError."""
    return subprocess.Popen(  # noqa: S603 - a command of the user's own configuration
        list(words),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environ),
        start_new_session=True,
    )


def end_command(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, and what it has started."""
    if process.returncode is None and process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _end_unwanted(starting: asyncio.Future[subprocess.Popen[bytes]]) -> None:
    """End a command that was started for somebody who has gone."""
    if starting.cancelled() or starting.exception() is not None:
        return
    with starting.result() as process:  # closes what it prints, and waits: it is ended by then
        end_command(process)


def _outcome(process: subprocess.Popen[bytes], within: float) -> ChildExit:
    kept = (bytearray(), bytearray())
    streams = (process.stdout, process.stderr)
    readers = [
        threading.Thread(target=_keep, args=pair, name="command", daemon=True)
        for pair in zip(streams, kept, strict=True)
    ]
    for reader in readers:
        reader.start()
    try:
        code = process.wait(within)
    except subprocess.TimeoutExpired:
        end_command(process)
        process.wait()
        raise
    for reader in readers:
        reader.join(_DRAINED_S)
    return ChildExit(code, bytes(kept[0]), bytes(kept[1]))


def _keep(stream: IO[bytes], kept: bytearray) -> None:
    with stream:
        while part := os.read(stream.fileno(), _MOST):
            kept.extend(part[: max(0, _MOST - len(kept))])
