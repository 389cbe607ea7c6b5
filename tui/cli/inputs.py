"""Datasets named on the command line: a file, or - for standard input."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from codecs import BOM_UTF8
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.datasets.disk.file_lines import read_rows
from tui.services.errors import InputError, disk_errors
from tui.services.given_files import read_given, whole
from tui.services.pipes import read_line, read_pieces

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Sequence

STDIN = "-"


async def lines_of(path: str) -> list[bytes]:
    """Return the lines of a file or of standard input, without their endings."""
    if path == STDIN:
        return (await stdin_bytes()).removeprefix(BOM_UTF8).splitlines()
    rows = await asyncio.to_thread(read_rows, Path(path))
    try:
        return await asyncio.to_thread(list, rows)
    finally:
        rows.close()


async def bytes_of(path: str, title: str) -> bytes:
    """Return all of a small file, a pipe or standard input. Raises InputError with this title."""
    if path == STDIN:
        return await stdin_bytes()
    return await asyncio.to_thread(read_given, Path(path), title, pipes=True)


async def stdin_bytes() -> bytes:
    """Return all of standard input. Raises InputError when that is a terminal."""
    if sys.stdin.isatty():
        raise InputError("Usage", "- reads a pipe, and this is a terminal", "Name a file.")
    return await asyncio.to_thread(read_stdin)


def read_stdin() -> bytes:
    """Return all of standard input. Blocking. Raises InputError."""
    title = "Cannot read the input"
    try:
        return whole(read_pieces(sys.stdin.fileno()), "standard input", title)
    except OSError as error:
        cause = f"standard input: {error.strerror or error}"
        raise InputError(title, cause, "Name a file.") from error


@asynccontextmanager
async def file_of(path: str) -> AsyncIterator[Path]:
    """Give a file to read: itself, or for - a private copy of standard input, gone afterwards."""
    if path != STDIN:
        yield Path(path)
        return
    if sys.stdin.isatty():
        raise InputError("Usage", "- reads a pipe, and this is a terminal", "Name a file.")
    with tempfile.TemporaryDirectory(prefix="finetui-") as folder:
        copy = Path(folder) / "stdin.jsonl"
        with disk_errors("Cannot keep the input", "standard input", "Name a file."):
            await asyncio.to_thread(_spool, copy)
        yield copy


def _spool(copy: Path) -> None:
    with copy.open("wb") as file:
        file.writelines(read_pieces(sys.stdin.fileno()))


async def key_from_stdin() -> str:
    """Return a key from the first line of standard input; on a terminal it is asked for unseen.

    What follows that line stays to be read, such as a dataset named by -.
    """
    if sys.stdin.isatty():
        from getpass import getpass

        return await asyncio.to_thread(getpass, "Key: ")
    line: bytes = await asyncio.to_thread(read_line, sys.stdin.fileno(), 64 * 1024)
    return line.decode("utf-8", "replace")


def check_stdin(paths: Sequence[str | None]) -> None:
    """Raise InputError when standard input is named more than once: it can be read once."""
    if sum(path == STDIN for path in paths) > 1:
        raise InputError("Usage", "standard input can be read only once", "Name a file.")


def a_file(path: str, option: str, why: str = "it is written as a file of its own") -> Path:
    """Return the path of what can only be a file. Raises InputError for standard output."""
    if path == STDIN:
        raise InputError("Usage", f"{option} - is not a file: {why}", "Name a file.")
    return Path(path)


# The help of --yes where nothing else is asked.
REPLACES = "replace a file that exists"


def refuse_replacing(path: Path, options: argparse.Namespace) -> None:
    """Raise InputError where an output is a file that exists, and --yes was not given.

    A pipe or a device is written to, not replaced.
    """
    if path.is_file() and not options.yes:
        step = "Name another file, or add --yes to replace it."
        raise InputError("The file exists", str(path), step)


def refuse_input(target: Path, sources: Sequence[str]) -> None:
    """Raise InputError where an output is one of the inputs."""
    for source in map(Path, sources):
        if str(source) != STDIN and target.exists() and source.exists():
            same = target.samefile(source)
            if same and target.is_file():
                raise InputError("The file exists", f"{target} is the input", "Name another file.")


def refuse_existing(paths: Sequence[Path], how: str) -> None:
    """Raise InputError when one of the paths exists; `how` says what allows it."""
    for path in paths:
        if path.exists():
            raise InputError("The file exists", str(path), how)
