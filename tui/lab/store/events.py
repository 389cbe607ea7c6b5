"""Events of jobs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from tui.lab import ids
from tui.lab.store.database import Database, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.lab.http.paging import Cursor

Level = Literal["info", "warn", "error"]


class EventStore:
    """What happened to each job, in order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        job_id: str,
        message: str,
        *,
        key: str | None = None,
        level: Level = "info",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Note an event; with ``data`` it is a metrics event.

        ``key`` names what happened. Noting the same key again replaces what is said but keeps
        id, time and place: training that is repeated after a crash shows no event twice.
        """
        key = key or ids.new("once:")
        self._database.run(
            "INSERT INTO events (id, job_id, key, created_at, level, type, message, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job_id, key) DO UPDATE SET"
            " level = excluded.level, message = excluded.message, data = excluded.data",
            ids.derived("ftevent-", job_id, key, length=24),
            job_id,
            key,
            int(time.time()),
            level,
            "message" if data is None else "metrics",
            message,
            None if data is None else dumps(dict(data)),
        )

    def metrics(self, job_id: str) -> list[dict[str, Any]]:
        """Return the data of all metrics events, oldest first."""
        rows = self._database.all(
            "SELECT data FROM events WHERE job_id = ? AND type = 'metrics' ORDER BY seq", job_id
        )
        return [loads(row["data"]) for row in rows]

    def page(self, job_id: str, cursor: Cursor) -> list[dict[str, Any]]:
        """Return a page of event objects and one more, newest first."""
        return [
            {
                "object": "fine_tuning.job.event",
                "id": row["id"],
                "created_at": row["created_at"],
                "level": row["level"],
                "message": row["message"],
                "type": row["type"],
                "data": loads(row["data"]),
            }
            for row in self._database.page("events", "job_id = ?", [job_id], cursor)
        ]
