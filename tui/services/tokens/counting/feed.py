"""Rows cut into stretches for the counting processes, straight from the file where they can be."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator

    from tui.core.dataset.lines import Lines
    from tui.services.datasets.disk.source import LineSource

# Small enough to stop and report soon, large enough that the overhead of one is nothing.
STRETCH_BYTES = 512 * 1024
_MOST_ROWS = 16_384
# The first one is small: its bars are waited for.
_FIRST_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, one after the other: where they begin, how many, and how to get their bytes.

    `read` is given a place to read into, which it may use. Raises OSError.
    """

    start: int
    rows: int
    read: Callable[[bytearray], bytes | memoryview]


def chunks_of_file(source: LineSource, first: int, lines: int) -> Iterator[Chunk]:
    """Cut lines `first` to `lines` (exclusive) of a file into chunks, each read in one piece.

    Chunks start at 0 for line `first`.
    """
    start = first
    for stop in cuts(source.offsets, first, lines):
        yield Chunk(start - first, stop - start, _reader(source, start, stop))
        start = stop


def _reader(source: LineSource, first: int, last: int) -> Callable[[bytearray], memoryview]:
    return lambda room: source.copy_into(room, first, last)


def cuts(offsets: array[int], first: int, last: int) -> Iterator[int]:
    """Yield the lines after which to cut, from `first` to `last`, this one included.

    `offsets` as in LineSource, and it may grow meanwhile.
    """
    most = _FIRST_BYTES
    while first < last:
        stop = bisect_right(offsets, offsets[first] + most, first + 1, last + 1) - 1
        first = max(first + 1, min(stop, first + _MOST_ROWS))
        yield first
        most = STRETCH_BYTES


def chunks_of_rows(rows: Lines) -> Iterator[Chunk]:
    """Cut rows into chunks, read one by one. Raises OSError when they cannot be read."""
    start, total = 0, len(rows)
    while start < total:
        taken: list[bytes] = []
        size = 0
        while start + len(taken) < total and len(taken) < _MOST_ROWS and size < STRETCH_BYTES:
            taken.append(rows[start + len(taken)])
            size += len(taken[-1])
        yield Chunk(start, len(taken), _joiner(taken))
        start += len(taken)


def _joiner(lines: list[bytes]) -> Callable[[bytearray], bytes]:
    return lambda _room: b"\n".join(lines)
