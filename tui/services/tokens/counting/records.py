"""How counts stand on disk: one record a stretch of lines, each after the other.

A record is a head, a hash of every line, and the numbers of every line. Records are only ever
added at the end; one that is damaged, or of another layout, ends what can be read.
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xxhash

from tui.services.tokens.counting.columns import NAMES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The layout, the digest of the stretch, its lines, a checksum.
_HEAD = struct.Struct("<8s16sII")
HEAD_BYTES = _HEAD.size
WIDTH = len(NAMES)
ROW_BYTES = 8 + 4 * WIDTH


_LAYOUT_TEXT = f"7 {','.join(NAMES)} {sys.byteorder}"
LAYOUT = hashlib.blake2b(_LAYOUT_TEXT.encode(), digest_size=8).digest()


def digest_of(body: bytes | memoryview) -> bytes:
    """Return the 16 bytes that tell one stretch of lines from any other.

    Every byte of a file goes through here each time it is counted, so it is a fast digest. Nobody
    gains by making two stretches alike: it is their own counts that would be wrong.
    """
    return xxhash.xxh3_128_digest(body)


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record stands in the file, and what its head says."""

    offset: int
    digest: bytes
    rows: int
    checksum: int

    @property
    def body(self) -> int:
        """Where its hashes start, in bytes from the start of the file."""
        return self.offset + HEAD_BYTES

    @property
    def end(self) -> int:
        """Where the next one starts; a multiple of 8, for numpy's sake."""
        return self.body + (self.rows * ROW_BYTES + 7) // 8 * 8


def scan(fd: int, start: int, stop: int) -> tuple[list[Record], int]:
    """Return the records of a file from `start`, and where what can be read ends."""
    found: list[Record] = []
    while start + HEAD_BYTES <= stop:
        head = os.pread(fd, HEAD_BYTES, start)
        if len(head) < HEAD_BYTES:
            break
        layout, digest, rows, checksum = _HEAD.unpack(head)
        record = Record(start, digest, rows, checksum)
        if layout != LAYOUT or record.end > stop:
            break
        found.append(record)
        start = record.end
    return found, start


def read(fd: int, record: Record) -> tuple[NDArray[np.uint64], NDArray[np.uint32]] | None:
    """Return the line hashes and numbers of a record; None when it is damaged."""
    import numpy as np

    data = os.pread(fd, record.rows * ROW_BYTES, record.body)
    if len(data) < record.rows * ROW_BYTES or zlib.crc32(data) != record.checksum:
        return None
    hashes = np.frombuffer(data, np.uint64, record.rows)
    table = np.frombuffer(data, np.uint32, record.rows * WIDTH, 8 * record.rows)
    return hashes, table.reshape(record.rows, WIDTH)


def pack(digest: bytes, hashes: bytes, table: bytes) -> bytes:
    """Return a record to be added at the end of a file."""
    body = hashes + table
    head = _HEAD.pack(LAYOUT, digest, len(hashes) // 8, zlib.crc32(body))
    return head + body + bytes(-len(body) % 8)
