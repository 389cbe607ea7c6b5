"""The journal of a training: reports kept in the job's folder, replayed after a restart.

The server is the only writer of the database and the trainer the only writer of its folder.
A record is in the journal before the state that includes its step, so whatever dies and
whenever, journal and state together tell everything up to the step training goes on from.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Journal:
    """Append-only records of one job, each a JSON object with a ``step``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("ab")

    @classmethod
    def resumed_at(cls, path: Path, step: int) -> tuple[Journal, list[dict[str, Any]]]:
        """Return the journal cut back to ``step``, and its records."""
        kept = [record for record in _records(path) if record["step"] <= step]
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in kept))
        temporary.replace(path)
        return cls(path), kept

    def append(self, record: dict[str, Any]) -> None:
        """Add a record; it survives this process."""
        self._stream.write(orjson.dumps(record) + b"\n")
        self._stream.flush()

    def sync(self) -> None:
        """Make the records survive the machine."""
        os.fsync(self._stream.fileno())


def _records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            return  # the last line of a process that died while writing it
