"""Write the result of an import, and the list of rows it dropped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.core.text.json_text import not_of_json
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import NotWritten, disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tui.core.formats import ConvertedRows


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines to a file, complete or not at all. Blocking. Raises InputError."""
    write_bytes(path, (line + b"\n" for line in lines))


def write_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file, complete or not at all. Blocking. Raises InputError."""
    with disk_errors("Not written", path, "Choose another place.", NotWritten):
        write_atomically(path, chunks)


def write_dropped(path: Path, converted: ConvertedRows) -> None:
    """Write what a conversion left behind as JSONL: rows with their reasons, and single keys.

    Blocking. Raises InputError.
    """
    rows = [one.to_json() for one in converted.dropped]
    rows += [one.to_json() for one in converted.left]
    write_lines(path, map(_line, rows))


def _line(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, default=not_of_json)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only an escape can carry it
        return json.dumps(value, default=not_of_json).encode()
