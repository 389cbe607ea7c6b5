"""The bytes behind row ids: lines of the file as it was opened, and lines written since."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

from tui.services.datasets.disk.source import stretches

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from tui.services.datasets.disk.source import LineSource


class Content:
    """Texts by row id: an id ≥ 0 is a line of `source`, an id < 0 a line written since."""

    def __init__(self, source: LineSource) -> None:
        self.source = source
        self._written: list[bytes] = []

    def text(self, row_id: int) -> bytes:
        """Return a row's bytes without line ending. Safe in any thread."""
        return self.source.line(row_id) if row_id >= 0 else self._written[-1 - row_id]

    def length(self, row_id: int) -> int:
        """Return about how many bytes a row has, without reading it."""
        if row_id < 0:
            return len(self._written[-1 - row_id])
        return self.source.offsets[row_id + 1] - self.source.offsets[row_id]

    def add(self, text: bytes) -> int:
        """Keep a line and return the id it has from now on."""
        self._written.append(text)
        return -len(self._written)

    def chunks(self, ids: array[int]) -> Iterator[bytes]:
        """Yield the bytes of a file of these rows: unedited stretches as they were in theirs."""
        source = self.source
        if source.has_bom:
            yield BOM_UTF8
        for position, length in stretches(ids):
            first, last = ids[position], position + length == len(ids)
            if first < 0:
                yield self.text(first) + source.newline
                continue
            chunks = source.copy_chunks(first, first + length)
            if first == 0 and source.has_bom:
                yield next(chunks)[len(BOM_UTF8) :]
            yield from chunks
            # Only the file's own last line may lack a newline; elsewhere it needs one.
            if first + length == len(source) and not last and not source.ends_with_newline:
                yield source.newline

    def plain_chunks(self, ids: array[int]) -> Iterator[bytes]:
        """Yield the bytes of a file of these rows, each ended by LF, without a BOM."""
        return (self.text(row_id) + b"\n" for row_id in ids)


class Snapshot:
    """The rows of a document at one moment, readable from any thread; others may hold it too.

    `ids` name the rows whatever their position; one that is not negative is the number of a
    line of `source`, the file as it was opened.
    """

    def __init__(self, ids: array[int], content: Content, version: int) -> None:
        self.ids = ids
        self.version = version
        self.source = content.source
        self.text = content.text

    def __len__(self) -> int:
        """Count rows."""
        return len(self.ids)

    def __getitem__(self, position: int) -> bytes:
        """Return a row's bytes without line ending. Raises IndexError."""
        return self.text(self.ids[position])

    def __iter__(self) -> Iterator[bytes]:
        """Yield all rows in order."""
        return map(self.text, self.ids)
