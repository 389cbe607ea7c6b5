"""A dataset read beside the open one: its lines as they stand in the file, never edited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.services.datasets.source import LineSource
from tui.services.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


class FileLines:
    """The lines of a file by position, readable from any thread; give it back with `close`."""

    def __init__(self, source: LineSource) -> None:
        self.source = source

    def __len__(self) -> int:
        """Count lines."""
        return len(self.source)

    def __getitem__(self, position: int) -> bytes:
        """Return a line without its ending. Raises IndexError."""
        return self.source.line(position)

    def close(self) -> None:
        """Give the file back."""
        self.source.close()


async def read_lines(path: Path) -> FileLines:
    """Open a file for its lines alone. Raises InputError when it cannot be read."""
    try:
        return FileLines(await asyncio.to_thread(LineSource, path))
    except OSError as error:
        raise InputError(
            "Cannot read the file",
            f"{path}: {error.strerror or error}",
            "Check its name and permissions, or press c to choose another",
        ) from error
