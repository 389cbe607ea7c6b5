"""Rows cut into chunks for the counting processes, straight from the file where they can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.services.datasets.source import LineSource

# Small enough to stop and report soon, large enough that the overhead of a chunk is nothing.
CHUNK_BYTES = 1024 * 1024
_CHUNK_ROWS = 4096


class Rows(Protocol):
    """The lines of a file, read one by one from any thread."""

    def __len__(self) -> int:
        """Count lines."""
        ...

    def __getitem__(self, position: int, /) -> bytes:
        """Return a line without its ending."""
        ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, one after the other: where they begin, how many, and their bytes by line."""

    start: int
    rows: int
    body: bytes


def chunks_of_file(source: LineSource, first: int, lines: int) -> Iterator[Chunk]:
    """Cut lines `first` to `lines` (exclusive) of a file into chunks, each read in one piece.

    Chunks start at 0 for line `first`. Raises OSError.
    """
    offsets = source.offsets
    start = first
    while start < lines:
        stop = start + 1
        end = offsets[start] + CHUNK_BYTES
        while stop < lines and stop - start < _CHUNK_ROWS and offsets[stop + 1] <= end:
            stop += 1
        yield Chunk(start - first, stop - start, b"".join(source.copy_chunks(start, stop)))
        start = stop


def chunks_of_rows(rows: Rows) -> Iterator[Chunk]:
    """Cut rows into chunks, read one by one. Raises OSError when they cannot be read."""
    start, total = 0, len(rows)
    while start < total:
        taken: list[bytes] = []
        size = 0
        while start + len(taken) < total and len(taken) < _CHUNK_ROWS and size < CHUNK_BYTES:
            taken.append(rows[start + len(taken)])
            size += len(taken[-1])
        yield Chunk(start, len(taken), b"\n".join(taken))
        start += len(taken)
