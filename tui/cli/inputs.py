"""Datasets named on the command line: a file, or - for standard input."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.errors import InputError
from tui.services.local_files import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STDIN = "-"


async def lines_of(path: str) -> list[bytes]:
    """Return the lines of a file or of standard input, without their endings."""
    if path == STDIN:
        return (await stdin_bytes()).removeprefix(b"\xef\xbb\xbf").splitlines()
    rows = await asyncio.to_thread(read_rows, Path(path))
    try:
        return await asyncio.to_thread(list, rows)
    finally:
        rows.close()


async def stdin_bytes() -> bytes:
    """Return all of standard input. Raises InputError when that is a terminal."""
    if sys.stdin.isatty():
        raise InputError("Usage", "- reads a pipe, and this is a terminal", "Name a file.")
    return await asyncio.to_thread(sys.stdin.buffer.read)


def write_stdout(chunks: Iterable[bytes]) -> None:
    """Write bytes to standard output as they are."""
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def refuse_existing(paths: Sequence[Path], how: str) -> None:
    """Raise InputError when one of the paths exists; `how` says what allows it."""
    for path in paths:
        if path.exists():
            raise InputError("The file exists", str(path), how)
