"""One SQLite file, used from one thread of its own so that the event loop never waits."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.text.text import encodable
from tui.services.errors import InputError, LedgerError, disk_words
from tui.services.settings.locations import private_folder
from tui.services.store.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

T = TypeVar("T")


class Database:
    """The file is opened, and made if need be, at the first call.

    Every method raises LedgerError when it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._db: sqlite3.Connection | None = None

    async def write(self, sql: str, *values: object) -> None:
        """Run one statement in a transaction of its own."""
        await self._run(lambda db: db.execute(sql, _storable(values)) and None)

    async def write_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run one statement for each row, all in one transaction."""
        await self._run(lambda db: db.executemany(sql, map(_storable, rows)) and None)

    async def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of one query."""
        return await self._run(lambda db: db.execute(sql, _storable(values)).fetchall())

    async def together(self, work: Callable[[sqlite3.Connection], T], *, writes: bool = False) -> T:
        """Do several things in one transaction; with `writes` no other program writes meanwhile.

        What `work` raises undoes it all. It runs in the ledger's own thread.
        """

        def done(db: sqlite3.Connection) -> T:
            db.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            return work(db)

        return await self._run(done)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)

    def _work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._db is None:
                self._db = _connect(self.path)
            with self._db:
                return work(self._db)
        except InputError as error:  # no folder for it: as good as no ledger
            raise LedgerError(error.title, error.cause, error.next_step) from error
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                "The local ledger cannot be used", disk_words(error, self.path),
                "Free some space or make it writable, or move the file away; a new one is made.",
            ) from error  # fmt: skip

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    async def close(self) -> None:
        """Close the file; pending writes are finished first."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)


def _storable(values: tuple[object, ...]) -> tuple[object, ...]:
    # Names of files that are not UTF-8 are refused by SQLite.
    return tuple(encodable(value) if isinstance(value, str) else value for value in values)


def _connect(path: Path) -> sqlite3.Connection:
    private_folder(path.parent)
    # Made before SQLite does, so that it is never readable by others, not even for a moment.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = sqlite3.connect(path, timeout=5, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        migrate(db)
    except BaseException:  # whatever it was goes on; the file is given back
        db.close()
        raise
    return db
