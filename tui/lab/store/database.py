"""The SQLite database: one connection, one lock, schema by version."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tui.lab.http.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui.lab.http.paging import Cursor

_SCHEMA: Final = (
    """
    CREATE TABLE files (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, created_at INTEGER NOT NULL,
        expires_at INTEGER, filename TEXT NOT NULL, purpose TEXT NOT NULL);
    CREATE TABLE uploads (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL, filename TEXT NOT NULL, purpose TEXT NOT NULL,
        status TEXT NOT NULL, file_seconds INTEGER, file_id TEXT);
    CREATE TABLE upload_parts (
        id TEXT PRIMARY KEY, upload_id TEXT NOT NULL, bytes INTEGER NOT NULL,
        created_at INTEGER NOT NULL);
    CREATE TABLE jobs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, status TEXT NOT NULL,
        model TEXT NOT NULL, root_model TEXT NOT NULL,
        training_file TEXT NOT NULL, validation_file TEXT,
        method TEXT NOT NULL, seed INTEGER NOT NULL, suffix TEXT, nick TEXT NOT NULL,
        requested TEXT NOT NULL, resolved TEXT, metadata TEXT, integrations TEXT NOT NULL,
        fine_tuned_model TEXT, finished_at INTEGER, trained_tokens INTEGER,
        estimated_finish INTEGER, result_files TEXT NOT NULL DEFAULT '[]', error TEXT);
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, job_id TEXT NOT NULL, key TEXT NOT NULL,
        created_at INTEGER NOT NULL, level TEXT NOT NULL, type TEXT NOT NULL,
        message TEXT NOT NULL, data TEXT, UNIQUE (job_id, key));
    CREATE TABLE checkpoints (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, job_id TEXT NOT NULL, step INTEGER NOT NULL,
        created_at INTEGER NOT NULL, model TEXT NOT NULL, metrics TEXT NOT NULL,
        UNIQUE (job_id, step));
    CREATE TABLE models (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, root_model TEXT NOT NULL,
        job_id TEXT NOT NULL, listed INTEGER NOT NULL, path TEXT NOT NULL);
    CREATE INDEX events_of_job ON events (job_id, seq);
    """,
)


class Database:
    """The store's connection. Any thread may use it; statements run one at a time."""

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=10
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._migrate()

    def _migrate(self) -> None:
        done = int(self.one("PRAGMA user_version")[0])  # type: ignore[index]
        for number, script in enumerate(_SCHEMA[done:], start=done + 1):
            self._connection.executescript(
                f"BEGIN IMMEDIATE;{script};PRAGMA user_version={number};COMMIT;"
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nests into the one already open in this thread."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:  # whatever it was goes on; nothing half-done is kept
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement; how many rows it touched."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row, if any."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def page(
        self, table: str, where: str, values: Sequence[Any], cursor: Cursor
    ) -> list[sqlite3.Row]:
        """Return the rows of a page and one more. ``table`` and ``where`` are our own text.

        Raises a 400 when ``after`` names nothing in the table.
        """
        comparison, order = ("<", "DESC") if cursor.newest_first else (">", "ASC")
        bound = list(values)
        if cursor.after is not None:
            sql = f"SELECT seq FROM {table} WHERE id = ?"  # noqa: S608 - no text from outside
            row = self.one(sql, cursor.after)
            if row is None:
                raise invalid(f"No such object: '{cursor.after}'.", "after", "invalid_value")
            where += f" AND seq {comparison} ?"
            bound.append(row["seq"])
        sql = f"SELECT * FROM {table} WHERE {where} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        return self.all(sql, *bound, cursor.limit + 1)

    def close(self) -> None:
        """Close the connection; what was committed is on disk."""
        with self._lock:
            self._connection.close()


def dumps(value: Any) -> str:
    """JSON text for a column."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def loads(text: str | None) -> Any:
    """Return the value of a JSON column; None for null."""
    return None if text is None else json.loads(text)
