"""Iterate over very many rows: lines of the file read many at a time.

A thread that reads line by line gives the interpreter up and takes it back at each of them,
too fast for another thread to get hold of it: the event loop would starve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable

    from tui.services.datasets.disk.source import LineSource

_BLOCK_BYTES = 256 * 1024
_SKIPPED = 50  # lines that may be left out while reading still counts as sequential


class ReadAhead:
    """Texts of rows by id, quick for ids that follow each other. Used by one thread."""

    def __init__(self, source: LineSource, written: Callable[[int], bytes]) -> None:
        """Take lines from `source`, and the texts of other rows, with ids < 0, from `written`."""
        self._source, self._written = source, written
        self._first = self._last = 0  # the lines at hand
        self._lines: list[bytes] = []

    def text(self, row_id: int) -> bytes:
        """Return a row's bytes without line ending."""
        if row_id < 0:
            return self._written(row_id)
        if not self._first <= row_id < self._last:
            follows = self._last <= row_id <= self._last + _SKIPPED
            self._lines = self._source.lines(row_id, _BLOCK_BYTES if follows else 1)
            self._first, self._last = row_id, row_id + len(self._lines)
        return self._lines[row_id - self._first]


class RowsAhead:
    """The rows of a dataset by position, for going through them in order."""

    def __init__(self, ids: array[int], ahead: ReadAhead) -> None:
        self._ids, self._text = ids, ahead.text

    def __len__(self) -> int:
        """Count rows."""
        return len(self._ids)

    def __getitem__(self, position: int) -> bytes:
        """Return a row's bytes without line ending. Raises IndexError."""
        return self._text(self._ids[position])
