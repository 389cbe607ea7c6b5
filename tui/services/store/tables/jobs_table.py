"""The jobs asked for from here, noted before anything is sent, so that none is made twice."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.services.store.process_token import still_runs
from tui.services.store.tables.reservations_table import release_in

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from tui.services.store.database import Database


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job asked for. `job_id` is None while its outcome is unknown.

    `waiting` is whether the process that asked may still get the answer. `lost` is whether
    the answer was lost, and nobody has gone on in full knowledge of that.
    """

    job_id: str | None
    nonce: str | None
    request: Mapping[str, Any]
    job: Mapping[str, Any]
    asked_at: int
    waiting: bool = False
    lost: bool = False


class JobsTable:
    """The jobs asked for with each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def asked(
        self, profile: str, nonce: str, request: Mapping[str, Any], asker: str = ""
    ) -> None:
        """Remember that a job is about to be asked for, before anything is sent.

        `asker` is the token of the process that waits for the answer.
        """
        await self._db.write(
            "INSERT INTO jobs (profile, nonce, request, asked_at, asker) VALUES (?, ?, ?, ?, ?)",
            profile, nonce, json.dumps(dict(request)), int(time.time()), asker,
        )  # fmt: skip

    async def made(
        self, profile: str, nonce: str, job: Mapping[str, Any], *, found: bool = False
    ) -> None:
        """Remember the job that came of an earlier `asked`.

        `found` is whether it was found later, by somebody who did not wait for the answer.
        """
        await self._db.write(
            "UPDATE jobs SET id = ?, job = ?, asker = '', lost = CASE WHEN ? THEN max(lost, 1)"
            " ELSE lost END WHERE profile = ? AND nonce = ?",
            job.get("id"), json.dumps(dict(job)), found, profile, nonce,
        )  # fmt: skip

    async def refused(self, profile: str, nonce: str) -> None:
        """Forget a job that was asked for, and what was reserved: the provider made none."""

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "DELETE FROM jobs WHERE profile = ? AND nonce = ? AND id IS NULL", (profile, nonce)
            )
            release_in(db, profile, nonce)

        await self._db.together(work, writes=True)

    async def unanswered(self, profile: str, nonce: str) -> None:
        """Remember that nobody waits for the answer any more."""
        await self._db.write(
            "UPDATE jobs SET asker = '', lost = max(lost, 1) WHERE profile = ? AND nonce = ?",
            profile, nonce,
        )  # fmt: skip

    async def accept_lost(self, profile: str, nonces: Iterable[str]) -> None:
        """Remember that somebody goes on though these answers were lost."""
        await self._db.write_many(
            "UPDATE jobs SET lost = 2 WHERE profile = ? AND nonce = ?",
            [(profile, nonce) for nonce in nonces],
        )

    async def all(self, profile: str) -> list[JobRecord]:
        """Return the jobs asked for with a profile, newest first."""
        rows = await self._db.read(
            "SELECT id, nonce, request, job, asked_at, asker, lost FROM jobs WHERE profile = ?"
            " ORDER BY asked_at DESC, rowid DESC",
            profile,
        )
        return [_job_record(*row) for row in rows]


def _job_record(
    job_id: str | None, nonce: str | None, request: str, job: str, at: int, asker: str, lost: int
) -> JobRecord:
    waiting = job_id is None and still_runs(asker)
    unknown = job_id is None and lost == 0 and not waiting
    return JobRecord(
        job_id, nonce, json.loads(request), json.loads(job), at, waiting, lost == 1 or unknown
    )
