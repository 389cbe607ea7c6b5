"""The lines of files on this machine, read when they are asked for, without a document."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, overload

from tui.services.given_files import open_file, unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tui.services.datasets.disk.source import LineSource


class FileLines(Sequence[bytes]):
    """The lines of a file by position, readable from any thread; give it back with `close`."""

    def __init__(self, source: LineSource) -> None:
        self.source = source

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.source)

    @overload
    def __getitem__(self, index: int, /) -> bytes: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[bytes]: ...
    def __getitem__(self, index: int | slice, /) -> bytes | list[bytes]:
        """Return a line, or several, without line endings."""
        if isinstance(index, slice):
            return [self.source.line(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self.source.line(index % len(self))

    def __iter__(self) -> Iterator[bytes]:
        """Yield the lines in order."""
        return (self.source.line(number) for number in range(len(self)))

    def close(self) -> None:
        """Give the file back."""
        self.source.close()


def read_rows(path: Path, *, whole: bool = True) -> FileLines:
    """Return the lines of a file. Blocking. Raises InputError when it cannot be read.

    If not `whole`, only the first 4 MB are looked through yet: see `LineSource.index`.
    """
    from tui.services.datasets.disk.source import LineSource

    open_file(path).close()  # a folder, a pipe, a missing file: said in our words
    try:
        return FileLines(LineSource(path, whole=whole))
    except OSError as error:
        raise unreadable(path, error) from error


async def read_lines(path: Path, *, whole: bool = True) -> FileLines:
    """Do as `read_rows` off the loop."""
    opening = asyncio.ensure_future(asyncio.to_thread(read_rows, path, whole=whole))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        # The thread goes on: what it opens must still be closed.
        opening.add_done_callback(_close_opened)
        raise


@asynccontextmanager
async def reading(path: Path, *, whole: bool = True) -> AsyncIterator[FileLines]:
    """Open the lines of a file as `read_lines` does, and close them however it ends."""
    lines = await read_lines(path, whole=whole)
    try:
        yield lines
    finally:
        lines.close()


def _close_opened(opening: asyncio.Future[FileLines]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
