"""Locks of running programs, and who holds them: a lock ends with its process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tui.core.provider.parsing import as_float, as_int, as_map, as_text

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Holder:
    """A running program: its process, its machine, and the Unix time since when it holds a lock."""

    pid: int
    host: str
    since: float

    @classmethod
    def me(cls) -> Holder:
        """Return this program."""
        return cls(os.getpid(), socket.gethostname(), time.time())

    @classmethod
    def parse(cls, data: bytes) -> Holder | None:
        """Return who is named, None for what names nobody."""
        with contextlib.suppress(ValueError, RecursionError):
            raw = as_map(json.loads(data))
            pid, host = as_int(raw.get("pid")), as_text(raw.get("host"))
            if pid is not None and pid > 0 and host is not None:
                return cls(pid, host, as_float(raw.get("since")) or 0.0)
        return None

    @property
    def data(self) -> bytes:
        """What `parse` reads."""
        return json.dumps(asdict(self)).encode()

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, as another process than this."""
        return self.host == socket.gethostname() and self.pid != os.getpid()

    @property
    def words(self) -> str:
        """Say which program it is, for a sentence."""
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        since = time.strftime("%H:%M", time.localtime(self.since)) if self.since > 0 else ""
        return f"process {self.pid}{where}{f', since {since}' if since else ''}"


class Lock:
    """A lock file that tells who holds it. Left behind by a kill, it is nobody's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this program holds it."""
        return self._handle is not None

    def take(self) -> bool:
        """Take it, unless another program holds it; return whether it is held. Raises OSError."""
        if self._handle is not None:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        with contextlib.suppress(OSError):  # a full disk: it is held all the same
            os.ftruncate(handle, 0)
            os.pwrite(handle, Holder.me().data, 0)
        return True

    def holder(self) -> Holder | None:
        """Return who is said to hold it; None where nothing tells. Blocks."""
        return read_holder(self._path)

    def release(self) -> None:
        """Give it back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def write_holder(path: Path) -> None:
    """Name this program in a file of its owner's alone. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, Holder.me().data)
    finally:
        os.close(handle)


def read_holder(path: Path) -> Holder | None:
    """Return who a file names, None where nothing tells."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return Holder.parse(file.read(_LARGEST))
    return None
