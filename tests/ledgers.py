"""New ledgers as copies of one: making all its tables again takes 5 ms, in most tests.

How one is made and migrated is what tests/services/store is about, which makes them itself.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.settings.locations import private_folder
from tui.services.store import database

if TYPE_CHECKING:
    import sqlite3

made = database._connect
_numbers = itertools.count()


@cache
def _empty() -> bytes:
    """Return a ledger as the program makes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.db")
        made(path).close()
        return path.read_bytes()


def _connect(path: Path) -> sqlite3.Connection:
    private_folder(path.parent)
    if not path.exists():
        with contextlib.suppress(OSError):  # where it cannot be written the program itself says so
            _put(path, _empty())
    return made(path)


def _put(path: Path, data: bytes) -> None:
    """Write a file that others find whole or not at all."""
    part = path.with_name(f".{path.name}-{os.getpid()}-{next(_numbers)}")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(data)
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)


def copy_them() -> None:
    """Have the program of this process begin each ledger as a copy."""
    database._connect = _connect
