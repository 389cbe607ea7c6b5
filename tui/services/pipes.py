"""Pipes and devices: waiting for another program, given up when the program ends.

A thread that waits within the system for a reader or writer that never comes cannot be ended: a
signal would find the program waiting for its own thread. Here it looks up ten times a second.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_PIECE = 1 << 20
_LOOK_UP_S = 0.1
_given_up = threading.Event()


def begin() -> None:
    """Let threads wait again: a command begins."""
    _given_up.clear()


def give_up() -> None:
    """Have every thread that waits here raise OSError: the command, or the app, ends."""
    _given_up.set()


def read_pieces(descriptor: int) -> Iterator[bytes]:
    """Yield what comes until its end. Blocking. Raises OSError."""
    while True:
        _wait(descriptor, select.POLLIN)
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return
        yield piece


def read_line(descriptor: int, most: int) -> bytes:
    """Return the first line, and leave all behind it to be read. Blocking. Raises OSError."""
    found = bytearray()
    while len(found) < most and not found.endswith(b"\n"):
        _wait(descriptor, select.POLLIN)
        letter = os.read(descriptor, 1)
        if not letter:
            break
        found += letter
    return bytes(found)


def write_pieces(path: Path, chunks: Iterable[bytes]) -> None:
    """Write to a pipe, as soon as somebody reads it, or to a device. Blocking. Raises OSError."""
    descriptor = _open_to_write(path)
    try:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                _wait(descriptor, select.POLLOUT)
                try:
                    rest = rest[os.write(descriptor, rest) :]
                except BlockingIOError:  # there was less room than a small pipe promises
                    continue
    finally:
        os.close(descriptor)


def _open_to_write(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK
    while True:
        try:
            return os.open(path, flags, 0o666)
        except OSError as error:
            if error.errno != errno.ENXIO or not stat.S_ISFIFO(path.stat().st_mode):
                raise
        if _given_up.wait(_LOOK_UP_S):  # nobody reads it yet
            raise _ended()


def _wait(descriptor: int, event: int) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    while not poll.poll(_LOOK_UP_S * 1000):
        if _given_up.is_set():
            raise _ended()


def _ended() -> OSError:
    return OSError(errno.EINTR, os.strerror(errno.EINTR))
