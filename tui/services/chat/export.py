"""Write chats to files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui.core.text.masking import mask
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import InputError, NotWritten, disk_errors


async def write_export(path: Path | str, text: str, *, replace: bool = False) -> None:
    """Write a text to a file, keys masked, all of it or nothing.

    Raises InputError for a file that exists unless `replace` allows it, NotWritten where it
    cannot be written.
    """
    await asyncio.to_thread(_write, Path(path), text, replace=replace)


def _write(path: Path, text: str, *, replace: bool) -> None:
    if not replace and path.is_file():
        raise InputError("The file exists", str(path), "Name another file.")
    with disk_errors("Cannot write the file", path, "Name another file.", NotWritten):
        write_atomically(path, [mask(text).encode("utf-8", "surrogatepass")])
