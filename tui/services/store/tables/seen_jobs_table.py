"""The table of jobs seen: readable offline, and after a provider has forgotten them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.services.store.database import Database

JOBS_KEPT = 5_000  # a profile, the newest
EVENTS_KEPT = 100_000  # a profile, those of the newest jobs; about 40 MB


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job as it was last seen at `seen_at`. Times are Unix seconds.

    `since` is when it came into its status, None when that was not seen.
    """

    raw: Mapping[str, Any]
    id: str
    status: str
    since: int | None
    created: int
    seen_at: int


@dataclass(frozen=True, slots=True)
class SeenDetail:
    """What was seen of one job, events oldest first; `complete` when no more can come."""

    events: tuple[Mapping[str, Any], ...]
    checkpoints: tuple[Mapping[str, Any], ...]
    complete: bool
    at: int


class SeenJobsTable:
    """The jobs of each profile as they were last seen. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep_jobs(self, profile: str, jobs: Sequence[SeenJob], at: int) -> None:
        """Keep jobs in place of what was known of them, and when the list was seen."""
        # The bodies are written out in the ledger's thread, one by one as they are stored.
        rows = (
            (profile, job.id, json.dumps(dict(job.raw)), job.status, job.since, job.created,
             job.seen_at)
            for job in jobs
        )  # fmt: skip
        await self._db.write_many(
            "INSERT INTO seen_jobs (profile, id, body, status, since, created, seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (profile, id) DO UPDATE SET"
            " since = coalesce(excluded.since, CASE WHEN status = excluded.status THEN since END),"
            " body = excluded.body, status = excluded.status, created = excluded.created,"
            " seen_at = excluded.seen_at",
            rows,
        )
        await self._db.write(
            "INSERT OR REPLACE INTO seen_lists (profile, at) VALUES (?, ?)", profile, at
        )

    async def jobs(self, profile: str) -> tuple[list[SeenJob], int | None]:
        """Return the jobs kept, newest first, and when the list was seen last."""
        rows = await self._db.read(
            "SELECT body, id, status, since, created, seen_at FROM seen_jobs WHERE profile = ?"
            " ORDER BY created DESC, rowid DESC",
            profile,
        )
        at = await self._db.read("SELECT at FROM seen_lists WHERE profile = ?", profile)
        return [SeenJob(json.loads(row[0]), *row[1:]) for row in rows], at[0][0] if at else None

    async def keep_durations(
        self, profile: str, found: Iterable[tuple[str, str, str, int]]
    ) -> None:
        """Keep how long jobs were in a status: (job, status, base model, seconds)."""
        rows = [(profile, *one) for one in found]
        await self._db.write_many(
            "INSERT OR REPLACE INTO seen_states (profile, job, status, model, seconds)"
            " VALUES (?, ?, ?, ?, ?)",
            rows,
        )

    async def durations(self, profile: str) -> list[tuple[str, str, int]]:
        """Return (status, base model, seconds) of each stay of a job in a status."""
        rows = await self._db.read(
            "SELECT status, model, seconds FROM seen_states WHERE profile = ?", profile
        )
        return [(status, model, seconds) for status, model, seconds in rows]

    async def keep_events(
        self, profile: str, events: Iterable[tuple[str, str, Mapping[str, Any]]]
    ) -> None:
        """Keep events given as (job, event id, the provider's object), oldest first."""
        await self._db.write_many(
            "INSERT OR IGNORE INTO seen_events (profile, job, id, body) VALUES (?, ?, ?, ?)",
            ((profile, job, id_, json.dumps(dict(raw))) for job, id_, raw in events),
        )

    async def keep_checkpoints(
        self,
        profile: str,
        job: str,
        checkpoints: Sequence[Mapping[str, Any]] | None,
        complete: bool,
    ) -> None:
        """Keep a job's checkpoints, None for those kept before, and whether this is all."""
        text = None if checkpoints is None else json.dumps([dict(raw) for raw in checkpoints])
        await self._db.write(
            "INSERT INTO seen_details (profile, job, checkpoints, complete, at)"
            " VALUES (?, ?, coalesce(?, '[]'), ?, ?) ON CONFLICT (profile, job) DO UPDATE SET"
            " checkpoints = coalesce(?, checkpoints), complete = excluded.complete,"
            " at = excluded.at",
            profile, job, text, complete, int(time.time()), text,
        )  # fmt: skip

    async def detail(self, profile: str, job: str) -> SeenDetail | None:
        """Return what was seen of one job beside the job itself, None if nothing was."""
        rows = await self._db.read(
            "SELECT checkpoints, complete, at FROM seen_details WHERE profile = ? AND job = ?",
            profile, job,
        )  # fmt: skip
        events = await self._db.read(
            "SELECT body FROM seen_events WHERE profile = ? AND job = ? ORDER BY number",
            profile, job,
        )  # fmt: skip
        if not rows and not events:
            return None
        points, complete, at = rows[0] if rows else ("[]", False, 0)
        return SeenDetail(
            tuple(json.loads(body) for (body,) in events),
            tuple(json.loads(points)),
            bool(complete),
            at,
        )

    async def checkpoints(self, profile: str) -> dict[str, list[Mapping[str, Any]]]:
        """Return the checkpoints kept, by job; only of jobs that were asked for them."""
        rows = await self._db.read(
            "SELECT job, checkpoints FROM seen_details WHERE profile = ? AND checkpoints != '[]'",
            profile,
        )
        return {job: json.loads(text) for job, text in rows}

    async def last_steps(self, profile: str) -> dict[str, Mapping[str, Any]]:
        """Return the last event of each job that reports a step, by job."""
        rows = await self._db.read(
            "SELECT job, body FROM seen_events WHERE number IN (SELECT max(number) FROM seen_events"
            " WHERE profile = ? AND body LIKE '%_loss%' GROUP BY job)",
            profile,
        )
        return {job: json.loads(body) for job, body in rows}

    async def prune(self, profile: str) -> None:
        """Drop what goes beyond the bounds: the oldest jobs first."""
        await self._db.write(
            "DELETE FROM seen_jobs WHERE profile = ? AND id NOT IN (SELECT id FROM seen_jobs"
            " WHERE profile = ? ORDER BY created DESC LIMIT ?)",
            profile, profile, JOBS_KEPT,
        )  # fmt: skip
        count = await self._db.read("SELECT count(*) FROM seen_events WHERE profile = ?", profile)
        if count[0][0] <= EVENTS_KEPT:
            return
        # What is left of a job no longer is all of it: a look at it asks for the rest.
        await self._db.write(
            "UPDATE seen_details SET complete = 0 WHERE profile = ? AND job IN (SELECT job FROM"
            " seen_events WHERE profile = ? ORDER BY number DESC LIMIT -1 OFFSET ?)",
            profile, profile, EVENTS_KEPT,
        )  # fmt: skip
        await self._db.write(
            "DELETE FROM seen_events WHERE profile = ? AND number <= (SELECT number FROM"
            " seen_events WHERE profile = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
            profile, profile, EVENTS_KEPT,
        )  # fmt: skip
