"""The results file: one line an answer, appended as it comes, repaired after a kill."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from tui.core.compare.result_row import Row, Slot
from tui.core.text.text import encodable
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import InputError, NotWritten, disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def line_of(row: Row) -> bytes:
    """Return a row as its line."""
    text = json.dumps(row.as_json(), ensure_ascii=False)
    return encodable(text).encode() + b"\n"


def read_results(path: Path) -> list[Row]:
    """Return the rows of a file of results; a last line that was cut off is passed over.

    Blocking. Raises InputError for a file that cannot be read or holds something else.
    """
    with disk_errors("Cannot read the results", path, "Name another file."):
        data = path.read_bytes()
    *lines, _cut = data.split(b"\n")
    found = []
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
            found.append(Row.from_json(value if isinstance(value, dict) else {}))
        except (ValueError, RecursionError) as error:
            raise InputError(
                "Not a file of results",
                f"{path}, line {number}: {error}",
                "Name another file, or one that does not exist yet.",
            ) from None
    return found


class ResultsFile:
    """Appends lines, each in one write. All methods block and raise NotWritten."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def begin(self, rows: Mapping[Slot, Row]) -> None:
        """Make the file hold exactly these rows, and open it for more.

        It is rewritten, in one step, only where it is not so already: a kill may have cut
        its last line off, or come before a line that the ledger has.
        """
        try:
            if not self._holds(rows):
                write_atomically(self.path, (line_of(row) for row in rows.values()))
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def add(self, row: Row) -> None:
        """Append a row; it is with the system, and survives this process, on return."""
        assert self._file is not None
        data = line_of(row)
        try:
            written = os.write(self._file, data)
            if written < len(data):  # a full disk takes what fits
                os.write(self._file, data[written:])
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def rewrite(self, rows: Iterable[Row]) -> None:
        """Rewrite all rows in one step, as what is said of them has changed."""
        try:
            write_atomically(self.path, (line_of(row) for row in rows))
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _holds(self, rows: Mapping[Slot, Row]) -> bool:
        """Whether the file has a line for each of these rows, whole, and no other."""
        if not self.path.exists():
            return not rows
        if not _ends_whole(self.path):
            return False
        return sorted(row.slot for row in read_results(self.path)) == sorted(rows)


def _ends_whole(path: Path) -> bool:
    data = path.read_bytes()
    return not data or data.endswith(b"\n")


def _unwritable(path: Path, error: OSError) -> NotWritten:
    cause = f"{path}: {error.strerror or error}"
    return NotWritten("Cannot write the results", cause, "Free some space; what came is kept.")
