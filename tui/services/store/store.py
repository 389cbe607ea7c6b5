"""The local ledger: what was uploaded, created, seen and said, in one SQLite file.

Every call runs in one thread of its own, so the event loop never waits for the disk.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.services.store.database import Database
from tui.services.store.forecast_table import ForecastLedger
from tui.services.store.jobs_table import HistoryLedger
from tui.services.store.parts_table import PartLedger
from tui.services.store.process_token import still_runs
from tui.services.store.reservations_table import ReservationLedger
from tui.services.store.uploads_table import UploadLedger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

RECENT_KEPT = 50


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """A file that was uploaded from here; `digest` is the SHA-256 of its content, in hex."""

    file_id: str
    name: str
    path: str
    digest: str
    size: int
    purpose: str
    uploaded_at: int


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


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A dataset as it was once written; `digest` is the SHA-256 of its content, in hex.

    `origin` says what wrote it, such as "saved" or "validation part of train.jsonl".
    """

    digest: str
    path: str
    size: int
    examples: int
    origin: str
    saved_at: int


class Store:
    """The ledger. All methods raise LedgerError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = Database(path)
        self.parts = PartLedger(self._db)
        self.forecasts = ForecastLedger(self._db)
        self.history = HistoryLedger(self._db)
        self.reservations = ReservationLedger(self._db)
        self.asked_uploads = UploadLedger(self._db)

    async def add_upload(self, profile: str, record: UploadRecord) -> None:
        """Remember an upload."""
        await self._db.write(
            "INSERT OR REPLACE INTO files (profile, id, name, path, digest, size, purpose,"
            " uploaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            profile, record.file_id, record.name, record.path, record.digest, record.size,
            record.purpose, record.uploaded_at,
        )  # fmt: skip

    async def uploads(self, profile: str, digest: str | None = None) -> list[UploadRecord]:
        """Return the uploads of a profile that were not deleted, newest first."""
        rows = await self._db.read(
            "SELECT id, name, path, digest, size, purpose, uploaded_at FROM files"
            " WHERE profile = ? AND deleted_at IS NULL AND (? IS NULL OR digest = ?)"
            " ORDER BY uploaded_at DESC, rowid DESC",
            profile, digest, digest,
        )  # fmt: skip
        return [UploadRecord(*row) for row in rows]

    async def forget_upload(self, profile: str, file_id: str) -> None:
        """Mark an upload as gone from the provider."""
        await self._db.write(
            "UPDATE files SET deleted_at = ? WHERE profile = ? AND id = ?", _now(), profile, file_id
        )

    async def keep_listing(self, profile: str, what: str, items: Sequence[object]) -> None:
        """Keep a list as the provider gave it, in place of the one before."""
        await self._db.write(
            "INSERT OR REPLACE INTO listings (profile, what, body, at) VALUES (?, ?, ?, ?)",
            profile, what, json.dumps(list(items)), _now(),
        )  # fmt: skip

    async def listing(self, profile: str, what: str) -> tuple[list[Any], int] | None:
        """Return the list kept last and when (Unix time), or None."""
        rows = await self._db.read(
            "SELECT body, at FROM listings WHERE profile = ? AND what = ?", profile, what
        )
        return (json.loads(rows[0][0]), rows[0][1]) if rows else None

    async def job_asked(
        self, profile: str, nonce: str, request: Mapping[str, Any], asker: str = ""
    ) -> None:
        """Remember that a job is about to be asked for, before anything is sent.

        `asker` is the token of the process that waits for the answer.
        """
        await self._db.write(
            "INSERT INTO jobs (profile, nonce, request, asked_at, asker) VALUES (?, ?, ?, ?, ?)",
            profile, nonce, json.dumps(dict(request)), _now(), asker,
        )  # fmt: skip

    async def job_made(
        self, profile: str, nonce: str, job: Mapping[str, Any], *, found: bool = False
    ) -> None:
        """Remember the job that came of an earlier `job_asked`.

        `found` is whether it was found later, by somebody who did not wait for the answer.
        """
        await self._db.write(
            "UPDATE jobs SET id = ?, job = ?, asker = '', lost = CASE WHEN ? THEN max(lost, 1)"
            " ELSE lost END WHERE profile = ? AND nonce = ?",
            job.get("id"), json.dumps(dict(job)), found, profile, nonce,
        )  # fmt: skip

    async def job_refused(self, profile: str, nonce: str) -> None:
        """Forget a job that was asked for, and what was reserved: the provider made none."""
        await self._db.write(
            "DELETE FROM jobs WHERE profile = ? AND nonce = ? AND id IS NULL", profile, nonce
        )
        await self.reservations.release(profile, nonce)

    async def job_unanswered(self, profile: str, nonce: str) -> None:
        """Remember that nobody waits for the answer any more."""
        await self._db.write(
            "UPDATE jobs SET asker = '', lost = max(lost, 1) WHERE profile = ? AND nonce = ?",
            profile, nonce,
        )  # fmt: skip

    async def lost_jobs_known(self, profile: str, nonces: Iterable[str]) -> None:
        """Remember that somebody goes on though these answers were lost."""
        await self._db.write_many(
            "UPDATE jobs SET lost = 2 WHERE profile = ? AND nonce = ?",
            [(profile, nonce) for nonce in nonces],
        )

    async def jobs(self, profile: str) -> list[JobRecord]:
        """Return the jobs asked for with a profile, newest first."""
        rows = await self._db.read(
            "SELECT id, nonce, request, job, asked_at, asker, lost FROM jobs WHERE profile = ?"
            " ORDER BY asked_at DESC, rowid DESC",
            profile,
        )
        return [_job_record(*row) for row in rows]

    async def model_seen(
        self, profile: str, model: str, base: str = "", job_id: str | None = None
    ) -> None:
        """Remember a fine-tuned model; what is already known of it stays."""
        await self._db.write(
            "INSERT INTO models (profile, id, base, job_id, seen_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (profile, id) DO UPDATE SET base = coalesce(nullif(excluded.base, ''),"
            " base), job_id = coalesce(excluded.job_id, job_id), deleted_at = NULL",
            profile, model, base, job_id, _now(),
        )  # fmt: skip

    async def model_jobs(self, profile: str) -> dict[str, tuple[str, str | None]]:
        """Return base and job id of every fine-tuned model remembered, by model id."""
        rows = await self._db.read("SELECT id, base, job_id FROM models WHERE profile = ?", profile)
        return {model: (base, job_id) for model, base, job_id in rows}

    async def deleted_models(self, profile: str) -> set[str]:
        """Return the ids of the models deleted from here."""
        rows = await self._db.read(
            "SELECT id FROM models WHERE profile = ? AND deleted_at IS NOT NULL", profile
        )
        return {model for (model,) in rows}

    async def forget_model(self, profile: str, model: str) -> None:
        """Mark a model as deleted."""
        await self._db.write(
            "UPDATE models SET deleted_at = ? WHERE profile = ? AND id = ?", _now(), profile, model
        )

    async def add_chat(
        self, profile: str, model: str, request: Mapping[str, Any], reply: Mapping[str, Any]
    ) -> None:
        """Remember one exchange with a model."""
        await self._db.write(
            "INSERT INTO chats (profile, model, at, request, reply) VALUES (?, ?, ?, ?, ?)",
            profile, model, _now(), json.dumps(dict(request)), json.dumps(dict(reply)),
        )  # fmt: skip

    async def models_asked(self, profile: str, limit: int = 20) -> list[str]:
        """Return the models that answered here, the last one first."""
        rows = await self._db.read(
            "SELECT model FROM chats WHERE profile = ? GROUP BY model ORDER BY max(id) DESC"
            " LIMIT ?",
            profile, limit,
        )  # fmt: skip
        return [model for (model,) in rows]

    async def add_recent(self, path: str) -> None:
        """Remember that the dataset at `path` was opened just now."""
        await self._db.write(
            "INSERT INTO recent (path, opened_at) VALUES (?, ?)"
            " ON CONFLICT (path) DO UPDATE SET opened_at = excluded.opened_at",
            path, time.time(),
        )  # fmt: skip
        await self._db.write(
            "DELETE FROM recent WHERE path NOT IN"
            " (SELECT path FROM recent ORDER BY opened_at DESC LIMIT ?)",
            RECENT_KEPT,
        )

    async def recents(self, limit: int = 20) -> list[str]:
        """Return the paths of the datasets opened last, newest first."""
        rows = await self._db.read("SELECT path FROM recent ORDER BY opened_at DESC LIMIT ?", limit)
        return [path for (path,) in rows]

    async def add_version(self, record: VersionRecord) -> None:
        """Remember a dataset as it was written; the same content at the same path only once."""
        await self._db.write(
            "INSERT OR REPLACE INTO versions (digest, path, size, examples, origin, saved_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            record.digest, record.path, record.size, record.examples, record.origin,
            record.saved_at,
        )  # fmt: skip

    async def versions(
        self, *, path: str | None = None, digest: str | None = None
    ) -> list[VersionRecord]:
        """Return the versions written at a path, or of a content, newest first."""
        rows = await self._db.read(
            "SELECT digest, path, size, examples, origin, saved_at FROM versions"
            " WHERE (? IS NULL OR path = ?) AND (? IS NULL OR digest = ?)"
            " ORDER BY saved_at DESC, rowid DESC",
            path, path, digest, digest,
        )  # fmt: skip
        return [VersionRecord(*row) for row in rows]

    async def data_of(self, profile: str, file_id: str) -> list[VersionRecord]:
        """Return the versions whose content was uploaded as a file, so a job can name its data."""
        rows = await self._db.read(
            "SELECT v.digest, v.path, v.size, v.examples, v.origin, v.saved_at FROM versions v"
            " JOIN files f ON f.digest = v.digest WHERE f.profile = ? AND f.id = ?"
            " ORDER BY v.saved_at DESC, v.rowid DESC",
            profile, file_id,
        )  # fmt: skip
        return [VersionRecord(*row) for row in rows]

    async def remember_sides(self, sides: Mapping[str, str]) -> None:
        """Remember on which side of a split examples and groups stood, by their keys."""
        now = _now()
        await self._db.write_many(
            "INSERT OR REPLACE INTO sides (key, side, at) VALUES (?, ?, ?)",
            [(key, side, now) for key, side in sides.items()],
        )

    async def sides(self) -> dict[str, str]:
        """Return the side of every example and group ever split."""
        return dict(await self._db.read("SELECT key, side FROM sides"))

    async def close(self) -> None:
        """Close the file; pending writes are finished first."""
        await self._db.close()


def _job_record(
    job_id: str | None, nonce: str | None, request: str, job: str, at: int, asker: str, lost: int
) -> JobRecord:
    waiting = job_id is None and still_runs(asker)
    unknown = job_id is None and lost == 0 and not waiting
    return JobRecord(
        job_id, nonce, json.loads(request), json.loads(job), at, waiting, lost == 1 or unknown
    )


def _now() -> int:
    return int(time.time())
