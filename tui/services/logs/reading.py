"""Read the end of the log: once, or again when more has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.text.log_lines import parse_log
from tui.services.errors import InputError
from tui.services.logs.writing import KEPT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tui.core.text.log_lines import LogEntry

_TAIL = 512_000  # bytes of one file that are read at most


class LogReader:
    """Knows what the log has looked like last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: object = None

    def read(self, most: int) -> Sequence[LogEntry]:
        """Return the last entries, oldest first; of earlier files too. Blocks.

        Raises ServiceError for a log that is there and cannot be read.
        """
        self._seen = self._state()
        entries: list[LogEntry] = []
        for number in range(KEPT):
            path = (
                self._path if number == 0 else self._path.with_name(f"{self._path.name}.{number}")
            )
            try:
                lines = _last_lines(path)
            except FileNotFoundError:
                break
            except OSError as error:
                step = "Put right who may read it, or what stands in its place, then look again."
                cause = f"{path}: {error.strerror or error}"
                raise InputError("The log cannot be read", cause, step) from error
            entries = [*parse_log(lines), *entries]
            if len(entries) >= most:
                break
        return entries[-most:]

    def has_changed(self) -> bool:
        """Whether more has been written since it was read. Blocks."""
        return self._state() != self._seen

    def _state(self) -> object:
        try:
            now = self._path.stat()
        except OSError:
            return None
        return now.st_ino, now.st_size


def _last_lines(path: Path) -> list[str]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        data = file.read()
    lines = data.decode("utf-8", "replace").split("\n")
    return [line for line in lines if line]
