"""Counts kept on disk by the content of a line, so that no line is ever counted twice.

One file an encoding: a head, the sorted hashes of the lines, then their numbers in the same
order. It is only ever replaced as a whole. One that is damaged, or of another version, or whose
hashes another kind of Python has made, counts as empty.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.services.counting.columns import AT, NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MOST_ROWS = 1_500_000  # about 100 MB; beyond it the lines last seen are kept
_HEAD = struct.Struct("<16sQI4x")
_WIDTH = len(NAMES)


def fingerprint() -> bytes:
    """Return what must be equal for a file to be of use here: its layout and the hash in use."""
    how = f"3 {','.join(NAMES)} {sys.hash_info.algorithm} {hash(b'finetui')} {sys.byteorder}"
    return hashlib.blake2b(how.encode(), digest_size=16).digest()


def hashes_of(lines: Sequence[bytes]) -> NDArray[np.uint64]:
    """Return a 64 bit hash of every line.

    Python's own: the fastest at hand. It is the same in every process that is started with the
    same PYTHONHASHSEED, as the counting processes are.
    """
    import numpy as np

    return np.fromiter(map(hash, lines), np.int64, len(lines)).view(np.uint64)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The numbers of many lines by hash; `hashes` are sorted."""

    hashes: NDArray[np.uint64]
    table: NDArray[np.uint32]

    @classmethod
    def empty(cls) -> Remembered:
        """Return one without any line."""
        import numpy as np

        return cls(np.empty(0, np.uint64), np.empty((0, _WIDTH), np.uint32))

    @classmethod
    def read(cls, path: Path, mark: bytes) -> Remembered:
        """Map a file; empty when there is none or it is of no use. `mark` is a `fingerprint`."""
        import numpy as np

        try:
            data = np.memmap(path, np.uint8, "r")
            found, rows, checksum = _HEAD.unpack(data[: _HEAD.size].tobytes())
        except (OSError, ValueError, struct.error):
            return cls.empty()
        body = data[_HEAD.size :]
        whole = len(body) == rows * (8 + 4 * _WIDTH)
        if found != mark or not whole or zlib.crc32(body.data) != checksum:
            return cls.empty()
        return cls(
            body[: 8 * rows].view(np.uint64),
            body[8 * rows :].view(np.uint32).reshape(rows, _WIDTH),
        )

    def look_up(
        self, hashes: NDArray[np.uint64], sizes: NDArray[np.int64]
    ) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
        """Return which of some lines are known, and their numbers."""
        import numpy as np

        if not len(self.hashes):
            return np.empty(0, np.intp), np.empty((0, _WIDTH), np.uint32)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        # The size beside the hash: two lines that are alike in both do not happen by chance.
        known = (self.hashes[at] == hashes) & (self.table[at, AT["size"]] == sizes)
        return np.flatnonzero(known), self.table[at[known]]

    def with_lines(self, hashes: NDArray[np.uint64], table: NDArray[np.uint32]) -> Remembered:
        """Return these lines and more; the newer of two numbers of one line wins."""
        import numpy as np

        if not len(self.hashes) and len(hashes) <= MOST_ROWS:
            unique, first = np.unique(hashes, return_index=True)
            return Remembered(unique, table[first])
        room = max(0, MOST_ROWS - len(hashes))
        together = np.concatenate([hashes, self.hashes[:room]])[:MOST_ROWS]
        # The first of equal ones is returned, so the newer.
        unique, first = np.unique(together, return_index=True)
        rows = np.concatenate([table, self.table[:room]])[:MOST_ROWS]
        return Remembered(unique, np.ascontiguousarray(rows[first]))

    def write(self, path: Path, mark: bytes) -> None:
        """Replace the file. Raises OSError."""
        hashes, table = self.hashes.data, self.table.data
        checksum = zlib.crc32(table, zlib.crc32(hashes))
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            with new.open("wb") as file:
                file.write(_HEAD.pack(mark, len(self.hashes), checksum))
                file.write(hashes)
                file.write(table)
            new.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
