"""Lines by position: what a file, a document at one moment and a list of lines have in common."""

from __future__ import annotations

from typing import Protocol


class Lines(Protocol):
    """The lines of a dataset, read one by one when they are asked for, from any thread."""

    def __len__(self) -> int:
        """Count lines."""
        ...

    def __getitem__(self, position: int, /) -> bytes:
        """Return a line without its ending. Raises IndexError."""
        ...
