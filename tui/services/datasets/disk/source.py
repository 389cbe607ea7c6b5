"""The lines of a file as it was opened, read by offset, never all at once."""

from __future__ import annotations

import hashlib
import os
from array import array
from bisect import bisect_right
from codecs import BOM_UTF8
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tui.core.arrays import gaps_over, newlines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = 64 * 1024
# A line longer than this takes a noticeable time to parse: not to be done on the event loop.
LONG_LINE = 256 * 1024
_CHUNK = 4 * 1024 * 1024
# A file up to this size is held in memory: one that another program then writes over in
# place can still be shown, compared and saved as it was opened.
_HELD = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one content of a file from another without reading all of it.

    `edges` is a SHA-256 over the first and last 64 kB.
    """

    size: int
    mtime_ns: int
    edges: str

    @classmethod
    def of(cls, fd: int) -> Identity:
        """Read the identity of an open file. Raises OSError."""
        stat = os.fstat(fd)
        edges = os.pread(fd, HEAD, 0) + os.pread(fd, HEAD, max(stat.st_size - HEAD, 0))
        return cls(stat.st_size, stat.st_mtime_ns, hashlib.sha256(edges).hexdigest())


class LineSource:
    """Random access to the lines of a file by number.

    Larger files are read with `pread` from a descriptor it keeps: unlike a memory map, a file
    that another program cuts short gives short lines, not a dead process; and a file replaced
    by a save stays readable, which undo after a save needs.
    """

    def __init__(self, path: Path, *, whole: bool = True) -> None:
        """Open `path` and index it, or (not `whole`) its first 4 MB: then call `index`.

        Raises OSError. Blocks: call it off the event loop.
        """
        self._fd = os.open(path, os.O_RDONLY)
        # Where each line found so far starts, and the end of the last.
        self.offsets = array("q", [0])
        self.long_lines: list[int] = []  # numbers of lines over LONG_LINE
        self._indexed = 0
        self._complete = False
        try:
            self.identity = Identity.of(self._fd)
            self._held: bytes | None = None
            if self.identity.size <= _HELD:
                self._held = self._read(self.identity.size, 0)
            self.head = self._read(HEAD, 0)
            self.index(None if whole else _CHUNK)
        except BaseException:  # whatever it was goes on; the file is given back
            os.close(self._fd)
            raise
        self.has_bom = self.head.startswith(BOM_UTF8)
        self.newline = b"\r\n" if self.head.partition(b"\n")[0].endswith(b"\r") else b"\n"

    def __len__(self) -> int:
        """Count the lines found so far; a last line without a newline counts."""
        return len(self.offsets) - 1

    @property
    def complete(self) -> bool:
        """Whether all lines are found."""
        return self._complete

    @property
    def share(self) -> float:
        """How much of the file is indexed, from 0 to 1."""
        return 1.0 if self.complete else self._indexed / max(self.identity.size, 1)

    def index(self, limit: int | None = None) -> None:
        """Look for lines in the next `limit` bytes, or in all that is left. Raises OSError.

        Blocks. Lines found before can be read meanwhile from any thread.
        """
        last = self.identity.size if limit is None else self._indexed + limit
        while not self.complete and self._indexed < last:
            chunk = self._read(_CHUNK, self._indexed)
            # The first rows are wanted at once, before numpy is there.
            find = newlines if self._indexed else _line_starts
            self._publish(find(chunk, self._indexed))
            self._indexed += len(chunk)
            self._complete = not chunk or self._indexed >= self.identity.size
        if self.identity.size == 0:
            self._complete = True
        if self.complete and self.offsets[-1] != self._indexed:
            self._publish(array("q", [self._indexed]))

    def _publish(self, starts: array[int]) -> None:
        first = len(self)
        gaps = gaps_over(starts, self.offsets[-1], LONG_LINE)
        self.long_lines += [first + at for at in gaps]
        self.offsets.extend(starts)  # at once, so that no reader sees half of it

    @property
    def ends_with_newline(self) -> bool:
        """Whether the last line is closed (an empty file counts as closed)."""
        size = self.offsets[-1]
        return size == 0 or self._read(1, size - 1) == b"\n"

    def line(self, number: int) -> bytes:
        """Return line `number` (0-based) without its line ending and without a BOM."""
        return self._cut(number, self._read(self._length(number, number + 1), self.offsets[number]))

    def lines(self, first: int, most: int) -> list[bytes]:
        """Return lines from `first` on, as `line` does, of at most `most` bytes; at least one."""
        offsets = self.offsets
        start = offsets[first]
        last = max(bisect_right(offsets, start + most, first + 1) - 1, first + 1)
        part, ends = self._read(self._length(first, last), start), offsets[first : last + 1]
        cuts = zip(range(first, last), pairwise(ends), strict=True)
        return [self._cut(number, part[at - start : end - start]) for number, (at, end) in cuts]

    def _length(self, first: int, last: int) -> int:
        return self.offsets[last] - self.offsets[first]

    def _cut(self, number: int, line: bytes) -> bytes:
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        return line.removeprefix(BOM_UTF8) if number == 0 else line

    def copy_chunks(self, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes of lines `first` to `last` (exclusive) in chunks of at most 4 MB."""
        at, end = self.offsets[first], self.offsets[last]
        while at < end:
            chunk = self._read(min(_CHUNK, end - at), at)
            if not chunk:
                raise OSError("the opened file has been cut short by another program")
            yield chunk
            at += len(chunk)

    def copy_into(self, room: bytearray, first: int, last: int) -> memoryview:
        """Read lines `first` to `last` (exclusive) into `room`, which grows; return that part.

        A room that cannot grow, since an error holds on to a part of it, is left alone.

        Raises OSError when the file has been cut short.
        """
        at, size = self.offsets[first], self.offsets[last] - self.offsets[first]
        if size > len(room):
            try:
                room.extend(bytes(size - len(room)))
            except BufferError:
                room = bytearray(size)
        part, done = memoryview(room)[:size], 0
        while done < size:
            if self._held is not None:
                part[:] = self._held[at : at + size]
                break
            count = os.preadv(self._fd, [part[done:]], at + done)
            if not count:
                raise OSError("the opened file has been cut short by another program")
            done += count
        return part

    def close(self) -> None:
        """Give the descriptor back; further reads raise OSError."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _read(self, count: int, at: int) -> bytes:
        if self._held is not None:
            return self._held[at : at + count]
        return os.pread(self._fd, count, at)


def _line_starts(chunk: bytes, at: int) -> array[int]:
    """Return the offsets after each newline of a chunk that stands at offset `at`."""
    starts = array("q")
    hit = chunk.find(b"\n")
    while hit >= 0:
        starts.append(at + hit + 1)
        hit = chunk.find(b"\n", hit + 1)
    return starts


def stretches(ids: array[int]) -> Iterator[tuple[int, int]]:
    """Yield (position, length) of maximal runs of consecutive file lines; edited rows alone."""
    start = 0
    for position, (before, after) in enumerate(pairwise(ids), 1):
        if before < 0 or after != before + 1:
            yield start, position - start
            start = position
    if ids:
        yield start, len(ids) - start
