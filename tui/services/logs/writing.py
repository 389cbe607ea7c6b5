"""The log file: rotated, its owner's alone, shared by several programs, written off the loop.

Keys are masked before anything comes here (`settings.masked_logs`); here they are once more, for
records made before that was switched on, with what looks like a key of somebody else: a server
may repeat any.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import logging.handlers
import os
import queue
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.text.log_lines import LEVELS, LogEntry
from tui.core.text.masking import mask, mask_lookalikes
from tui.services.settings.locations import make_private

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "finetui.log"
LARGEST = 1_000_000  # bytes of a file, after which another is begun
KEPT = 4  # files, with the one that is written
VARIABLE = "FINETUI_LOG"  # the least level that is written


class _Lines(logging.Formatter):
    """One line an entry; what else it has follows, indented."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            text = f"{text}\n{record.exc_text}"
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level = record.levelname if record.levelname in LEVELS else "ERROR"
        return LogEntry(
            at.replace("+00:00", "Z"), level, record.name, mask_lookalikes(mask(text))
        ).line


class _File(logging.handlers.RotatingFileHandler):
    """A rotating file that several programs may write: each notices when another has rotated it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=LARGEST, backupCount=KEPT - 1, encoding="utf-8",
            errors="backslashreplace", delay=True,
        )  # fmt: skip
        self.heading: logging.LogRecord | None = None  # written before the first entry, if any

    def _open(self) -> TextIOWrapper:
        make_private(Path(self.baseFilename).parent)
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(handle, "ab"), encoding=self.encoding, errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        """Write to the file of that name: another program may have begun a new one."""
        if self.stream is not None and not self._is_current():
            stream, self.stream = self.stream, None  # it is opened when it is needed
            with contextlib.suppress(OSError):  # a full disk: what is left of it is lost
                stream.close()
        heading, self.heading = self.heading, None
        if heading is not None:
            super().emit(heading)
        super().emit(record)

    def _is_current(self) -> bool:
        if self.stream is None:
            return False
        try:
            named = Path(self.baseFilename).stat()
        except OSError:
            return False
        written = os.fstat(self.stream.fileno())
        return (named.st_ino, named.st_dev) == (written.st_ino, written.st_dev)

    def doRollover(self) -> None:  # noqa: N802 - logging's own name
        """Begin a new file, unless another program has done so since it was looked at."""
        lock = os.open(f"{self.baseFilename}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_current():
                super().doRollover()
        finally:
            os.close(lock)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Do without: a full disk must not write over the screen."""


class Log:
    """Writes what the program logs, in a thread of its own, from `begin` to `end`."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.path = folder / NAME
        said = environ.get(VARIABLE, "").upper()
        self._level = said if said in LEVELS else "INFO"
        self._listener: logging.handlers.QueueListener | None = None
        self._handler: logging.Handler | None = None

    def begin(self, heading: str = "") -> None:
        """Take all records from now on; nothing is written where the folder cannot be.

        `heading` stands before the first entry, if there is any.
        """
        file = _File(self.path)
        if heading:
            file.heading = logging.makeLogRecord(
                {"name": __name__, "levelname": "INFO", "msg": heading}
            )
        file.setFormatter(_Lines())
        records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._handler = _Queue(records)
        self._listener = logging.handlers.QueueListener(records, file)
        self._listener.start()
        root = logging.getLogger()
        root.addHandler(self._handler)
        logging.getLogger("tui").setLevel(self._level)

    def end(self) -> None:
        """Write what is left. Blocks."""
        if self._handler is None or self._listener is None:
            return
        logging.getLogger().removeHandler(self._handler)
        self._listener.stop()
        for handler in self._listener.handlers:
            with contextlib.suppress(OSError):  # a full disk: what is left of it is lost
                handler.close()
        self._handler = self._listener = None


class _Queue(logging.handlers.QueueHandler):
    """Hands records on as they are: they stay in this process."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        record.message = record.getMessage()  # now: what it is made of may change
        record.msg, record.args = record.message, None
        return record
