"""The lines of files on this machine, read for checking and counting without a document."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, overload

from tui.services.files.uploads import open_file, unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tui.services.datasets.source import LineSource


class Rows(Sequence[bytes]):
    """The lines of a file as a sequence, read when they are asked for."""

    def __init__(self, source: LineSource) -> None:
        self.source = source

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.source)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        """Return a line, or several, without line endings."""
        if isinstance(index, slice):
            return [self.source.line(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self.source.line(index % len(self))

    def __iter__(self) -> Iterator[bytes]:
        """Walk the lines."""
        return (self.source.line(number) for number in range(len(self)))

    def close(self) -> None:
        """Close the file."""
        self.source.close()


def read_rows(path: Path, *, whole: bool = True) -> Rows:
    """Return the lines of a file. Blocking. Raises InputError when it cannot be read.

    If not `whole`, only the first 4 MB are looked through yet: see `LineSource.index`.
    """
    from tui.services.datasets.source import LineSource

    open_file(path).close()  # a folder, a pipe, a missing file: said in our words
    try:
        return Rows(LineSource(path, whole=whole))
    except OSError as error:
        raise unreadable(path, error) from error


@asynccontextmanager
async def reading(path: Path, *, whole: bool = True) -> AsyncIterator[Rows]:
    """Open the lines of a file off the loop, and close them however it ends.

    `whole` as in `read_rows`. Raises InputError when it cannot be read.
    """
    opening = asyncio.ensure_future(asyncio.to_thread(read_rows, path, whole=whole))
    try:
        rows = await asyncio.shield(opening)
    except asyncio.CancelledError:
        # The thread goes on: what it opens must still be closed.
        opening.add_done_callback(_close_opened)
        raise
    try:
        yield rows
    finally:
        rows.close()


def _close_opened(opening: asyncio.Future[Rows]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
