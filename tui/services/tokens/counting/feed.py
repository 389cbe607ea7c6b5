"""Rows cut into stretches for the counting processes, straight from the file where they can be."""

from __future__ import annotations

import bisect
import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.core.dataset.lines import Lines
    from tui.services.datasets.disk.source import LineSource

# Small enough to stop and report soon, large enough that the overhead of one is nothing.
STRETCH_BYTES = 512 * 1024
_LEAST_BYTES = 128 * 1024
_MOST_BYTES = 2 * 1024 * 1024
_MOST_ROWS = 16_384
# The first one is small: its bars are waited for.
_FIRST_BYTES = 128 * 1024
_BLOCK = 65_536
_SAMPLE = 1_000


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

    `offsets` as in LineSource, and it may grow meanwhile. Cuts fall where the lengths of three
    lines say so, wherever in the file these stand. So after a line was put in or taken out, all
    stretches but its own are again what they were.
    """
    if first >= last:
        return
    # Of the first lines only: the same however much of the file has been indexed by now.
    some = min(last, _SAMPLE)
    usual = max(1.0, (offsets[some] - offsets[0]) / some)
    bits = min(40, max(0, round(math.log2(STRETCH_BYTES / usual))))
    places = _places(offsets, first, last, bits)
    start, most = first, _FIRST_BYTES
    while start < last:
        least = bisect.bisect_left(offsets, offsets[start] + _LEAST_BYTES, start, last)
        at = bisect.bisect_left(places, least)
        stop = places[at] if at < len(places) else last
        room = bisect.bisect_right(offsets, offsets[start] + most, start, last + 1) - 1
        stop = max(start + 1, min(stop, room, start + _MOST_ROWS))
        yield stop
        start, most = stop, _MOST_BYTES


def _places(offsets: array[int], first: int, last: int, bits: int) -> array[int]:
    """Return the lines after which the lengths suggest a cut: one in two to the power of `bits`."""
    import numpy as np

    if not bits:
        return array("q", range(first + 1, last + 1))
    found = array("q")
    for begin in range(first, last, _BLOCK):
        # A copy: the file may still be indexed, and an array that is looked into cannot grow.
        before = max(first, begin - 2)
        block = np.frombuffer(offsets[before : min(begin + _BLOCK, last) + 1], np.int64)
        lengths = np.diff(block).astype(np.uint64)
        mixed = lengths * np.uint64(0x9E3779B97F4A7C15)
        mixed[1:] += lengths[:-1] * np.uint64(0xC2B2AE3D27D4EB4F)
        mixed[2:] += lengths[:-2] * np.uint64(0x165667B19E3779F9)
        hits = np.flatnonzero(mixed >> np.uint64(64 - bits) == 0) + before + 1
        found.frombytes(hits[hits > begin].astype(np.int64).tobytes())
    return found


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
