"""Counts kept on disk by a hash of each line: known again after a shuffle, a split, an edit.

One SQLite table, a row for some hundred lines counted together: a row a line would take four
seconds to fill and two to read where this takes a tenth of one (512 MB, 360,000 lines). Those
that stood in one piece of a file have its digest too, so that the same piece need not be cut into
lines again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
import zlib
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from xxhash import xxh3_64_intdigest

from tui.services.settings.locations import make_private
from tui.services.tokens.counting.columns import AT, NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
MOST_BYTES = 100_000_000  # of a cache beyond this size the older half is dropped
_LAYOUT = zlib.crc32(f"9 {','.join(NAMES)} {sys.byteorder}".encode()) >> 1
_HASH, _NUMBER = 8, 4  # bytes of one
_TABLE = (
    "CREATE TABLE IF NOT EXISTS counts (id INTEGER PRIMARY KEY, encoding TEXT NOT NULL,"
    " checksum INTEGER NOT NULL, piece INTEGER NOT NULL, hashes BLOB NOT NULL,"
    " numbers BLOB NOT NULL)"
)


def hashes_of(lines: Sequence[bytes]) -> NDArray[np.uint64]:
    """Return a 64 bit hash of every line.

    Nobody gains by making two lines alike: it is their own counts that would be wrong.
    """
    import numpy as np

    return np.fromiter(map(xxh3_64_intdigest, lines), np.uint64, len(lines))


def digest_of(piece: bytes | memoryview) -> int:
    """Return a 63 bit digest of lines that stand together, which a table of SQLite can hold."""
    return xxh3_64_intdigest(piece) >> 1


class KnownLines:
    """Lines counted before: their hashes, and a row of `numbers` for each, in the same order.

    `pieces` says by their digest which rows are those of lines that stood together.
    """

    def __init__(self, hashes: bytes, numbers: bytes, pieces: dict[int, slice]) -> None:
        import numpy as np

        self.numbers = np.frombuffer(numbers, np.uint32).reshape(-1, len(NAMES))
        self._pieces = pieces
        self._hashes = hashes

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
        """The hashes in order, and which row is that of each."""
        import numpy as np

        unsorted = np.frombuffer(self._hashes, np.uint64)
        rows = np.argsort(unsorted, kind="stable")
        return unsorted[rows], rows

    def piece(self, digest: int, rows: int) -> NDArray[np.uint32] | None:
        """Return the numbers of this many lines that stand together; None if they are not known."""
        span = self._pieces.get(digest)
        found = None if span is None else self.numbers[span]
        return found if found is not None and len(found) == rows else None

    def look_up(
        self, hashes: NDArray[np.uint64], sizes: NDArray[np.int64]
    ) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
        """Return which of some lines are known, and their numbers."""
        import numpy as np

        if not len(self.numbers):
            return np.empty(0, np.intp), self.numbers
        known, rows = self._sorted
        at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        alike = np.flatnonzero(known[at] == hashes)
        numbers = self.numbers[rows[at[alike]]]
        # The size beside the hash: two lines that are alike in both do not happen by chance.
        same = numbers[:, AT["size"]] == sizes[alike]
        return alike[same], numbers[same]


class CountCache:
    """The file of counts. Safe to use from several threads, and by several programs at once.

    A file that cannot be read or written is as good as none: nothing is raised. Blocks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""  # why nothing is kept, in the words of the system
        self._db: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def load(self, encoding: str) -> KnownLines:
        """Return all lines counted with an encoding so far."""
        return KnownLines(*(self._do(lambda db: _read(db, encoding)) or (b"", b"", {})))

    def piece(self, encoding: str, digest: int, rows: int) -> bytes | None:
        """Return the numbers of this many lines that stand together; None if they are not known."""
        found = self._do(lambda db: _read_piece(db, encoding, digest)) or b""
        return found if len(found) == rows * len(NAMES) * _NUMBER else None

    def put(self, encoding: str, hashes: bytes, numbers: bytes, piece: int = 0) -> None:
        """Keep the numbers of lines counted together, and the hashes of the lines.

        `piece` is the digest of all of them as they stand together, 0 where they do not.
        """
        row = (encoding, _checksum(hashes, numbers, piece), piece, hashes, numbers)
        sql = (
            "INSERT INTO counts (encoding, checksum, piece, hashes, numbers) VALUES (?, ?, ?, ?, ?)"
        )
        self._do(lambda db: db.execute(sql, row))

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            for _ in range(2):
                try:
                    if self._db is None:
                        self._db = _open(self.path)
                    with self._db:
                        found = work(self._db)
                except (sqlite3.Error, OSError) as error:
                    self.problem = getattr(error, "strerror", None) or str(error)
                    self._close()
                    if not _is_damage(error):
                        return None
                    self._remove()
                else:
                    self.problem = ""
                    return found
        return None

    def _remove(self) -> None:
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)


def _is_damage(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _open(path: Path) -> sqlite3.Connection:
    make_private(path.parent)
    for older in path.parent.glob("counts-*.bin"):  # of earlier versions
        older.unlink()
    # Made before SQLite does, so that it is never readable by others, not even for a moment.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = sqlite3.connect(path, timeout=2, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")  # what is lost is counted again
        with db:
            if db.execute("PRAGMA user_version").fetchone()[0] != _LAYOUT:
                db.execute("DROP TABLE IF EXISTS counts")
                db.execute(f"PRAGMA user_version = {_LAYOUT}")
            db.execute(_TABLE)
            _drop_older(db)
    except BaseException:  # whatever it was goes on; the file is given back
        db.close()
        raise
    return db


def _drop_older(db: sqlite3.Connection) -> None:
    """Drop the older half of what is too much."""
    sizes = db.execute("SELECT id, length(hashes) + length(numbers) FROM counts ORDER BY id DESC")
    total, half = 0, 0
    for number, size in sizes.fetchall():
        total += size
        if total > MOST_BYTES // 2:
            half = half or number
    if total > MOST_BYTES:
        db.execute("DELETE FROM counts WHERE id <= ?", (half,))


def _checksum(hashes: bytes, numbers: bytes, piece: int) -> int:
    return zlib.crc32(numbers, zlib.crc32(hashes, zlib.crc32(piece.to_bytes(8))))


def _read(db: sqlite3.Connection, encoding: str) -> tuple[bytes, bytes, dict[int, slice]]:
    hashes, numbers = [], []
    pieces: dict[int, slice] = {}
    sql = "SELECT checksum, piece, hashes, numbers FROM counts WHERE encoding = ?"
    rows = 0
    for checksum, piece, some, theirs in db.execute(sql, (encoding,)):
        if _checksum(some, theirs, piece) == checksum:
            hashes.append(some)
            numbers.append(theirs)
            start, rows = rows, rows + len(some) // _HASH
            if piece:
                pieces[piece] = slice(start, rows)
    return b"".join(hashes), b"".join(numbers), pieces


def _read_piece(db: sqlite3.Connection, encoding: str, digest: int) -> bytes:
    sql = "SELECT checksum, hashes, numbers FROM counts WHERE encoding = ? AND piece = ?"
    found = b""
    for checksum, hashes, numbers in db.execute(sql, (encoding, digest)):
        if _checksum(hashes, numbers, digest) == checksum:
            found = numbers
    return found
