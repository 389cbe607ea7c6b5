"""Repair a file that is not JSONL yet, always into another file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.fixes import RepairedFile, repair
from tui.core.fixes.whole import other_format
from tui.core.formats.detection.samples import HEAD
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import NotWritten, disk_errors
from tui.services.given_files import open_file, read_given

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.formats.detection.foreign import Foreign

# The whole text is held in memory several times over while it is taken to pieces.
LARGEST = 1_000_000_000


async def repaired(path: Path) -> RepairedFile:
    """Return what a file becomes when it is repaired; nothing is written. Raises InputError."""
    return await asyncio.to_thread(_repaired, path)


def _repaired(path: Path) -> RepairedFile:
    return repair(_content(path))


async def format_of_file(path: Path) -> Foreign | None:
    """Return the other format that a file is in; None for OpenAI's, and for one too large."""
    return await asyncio.to_thread(_format_of_file, path)


def is_for_import(path: Path, head: bytes) -> bool:
    """Whether a file has no lines of ours, but rows that an import reads: packed, or a table."""
    from tui.core.formats.detection.containers import table_container
    from tui.core.formats.detection.packed import READ, not_text

    return table_container(path.name, head) is not None or not_text(head) in READ


def _format_of_file(path: Path) -> Foreign | None:
    from tui.core.formats.detection.containers import table_container
    from tui.core.formats.detection.foreign import Foreign
    from tui.core.formats.detection.packed import READ, not_text
    from tui.core.formats.detection.tables import table_format

    with disk_errors("Cannot read the file", path):
        with open_file(path) as file:
            head = file.read(HEAD)
        if (kind := table_container(path.name, head)) is not None:
            return table_format(kind, head)
        if (packed := not_text(head)) in READ:
            return Foreign("packed", packed)
        large = path.stat().st_size > LARGEST
    return None if large else other_format(_content(path))


def _content(path: Path) -> bytes:
    step = "Cut it into parts first"
    return read_given(path, "Cannot read the file in one piece", LARGEST, step=step)


async def write_repaired(made: RepairedFile, path: Path) -> None:
    """Write the repaired lines to a file. Raises InputError when the folder or disk refuses."""
    chunks = (line + b"\n" for line in made.lines)
    with disk_errors("Not written", path, "Choose another folder", NotWritten):
        await asyncio.to_thread(write_atomically, path, chunks)
