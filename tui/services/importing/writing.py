"""Writing what an import made, and the list of what it dropped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tui.services.datasets.saving import write_atomically
from tui.services.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tui.core.formats import Dropped


def write_lines(path: Path, lines: Iterable[bytes], *, bom: bool = False) -> None:
    """Write lines to a file, complete or not at all. Blocking. Raises InputError."""

    def chunks() -> Iterable[bytes]:
        if bom:
            yield b"\xef\xbb\xbf"
        for line in lines:
            yield line + b"\n"

    write_bytes(path, chunks())


def write_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file, complete or not at all. Blocking. Raises InputError."""
    try:
        write_atomically(path, chunks)
    except OSError as error:
        raise NotWritten(
            "Not written", f"{path}: {error.strerror or error}", "Choose another place."
        ) from error


def write_dropped(path: Path, dropped: Iterable[Dropped]) -> None:
    """Write the rows dropped as JSONL, each with its reason. Blocking. Raises InputError."""
    write_lines(path, (json.dumps(one.to_json(), ensure_ascii=False).encode() for one in dropped))
