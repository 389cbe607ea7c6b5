"""Counts kept on disk by the content of a stretch of lines, so that it is counted once only."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING

from tui.services.settings.locations import make_private, private_file
from tui.services.tokens.counting import records

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MOST_BYTES = 100_000_000  # beyond it the older half is dropped


class Remembered:
    """One file of counts. Safe to use from several threads, and by several programs at once.

    A file that cannot be read or written is as good as none: nothing is raised.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1
        self._index: dict[bytes, records.Record] = {}
        self._end = 0
        self._lock = threading.Lock()
        self.problem = ""  # why nothing is kept, in the words of the system

    def refresh(self) -> int:
        """Look what is there, also from other programs; return how many bytes of it are good.

        Blocks, so does everything here.
        """
        with self._lock:
            try:
                self._look()
                self.problem = ""
            except OSError as error:
                self.problem = error.strerror or str(error)
        return self._end

    def _look(self) -> None:
        self._open_again()
        size = os.fstat(self._fd).st_size
        found, self._end = records.scan(self._fd, self._end, size)
        self._index.update((record.digest, record) for record in found)
        if self._end < size or size > MOST_BYTES:
            self._tidy()

    def get(self, digest: bytes, rows: int) -> NDArray[np.uint32] | None:
        """Return the numbers of a stretch of so many lines; None when they are not known."""
        with self._lock:
            record = self._index.get(digest)
            if record is None or record.rows != rows:
                return None
            with contextlib.suppress(OSError):
                if (found := records.read(self._fd, record)) is not None:
                    return found[1]
            del self._index[digest]
        return None

    def put(self, digest: bytes, hashes: bytes, table: bytes) -> None:
        """Keep the numbers of a stretch, and the hashes of its lines."""
        with self._lock, contextlib.suppress(OSError):
            if self._fd >= 0:
                # In one piece: another program may be adding to the same file.
                os.write(self._fd, records.pack(digest, hashes, table))

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._end = -1, 0
        self._index.clear()

    def _open_again(self) -> None:
        """Open the file if it is not open, or is no longer the one of its name."""
        if self._fd >= 0:
            with contextlib.suppress(FileNotFoundError):
                now, then = self.path.stat(), os.fstat(self._fd)
                if (now.st_ino, now.st_dev) == (then.st_ino, then.st_dev):
                    return
            self._close()
        make_private(self.path.parent)
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    def _tidy(self) -> None:
        """Write the file anew without what cannot be read, or without the older half."""
        kept = sorted(self._index.values(), key=lambda record: -record.offset)
        size, new = 0, self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        some: list[records.Record] = []
        most = MOST_BYTES // 2 if self._end > MOST_BYTES else MOST_BYTES
        for record in kept:
            size += record.end - record.offset
            if size > most:
                break
            some.append(record)
        try:
            with private_file(new) as file:
                for record in reversed(some):
                    file.write(os.pread(self._fd, record.end - record.offset, record.offset))
            new.replace(self.path)
        finally:
            new.unlink(missing_ok=True)
        self._open_again()
        found, self._end = records.scan(self._fd, 0, os.fstat(self._fd).st_size)
        self._index.update((record.digest, record) for record in found)
