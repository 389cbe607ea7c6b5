"""The files uploaded from here, each with the digest of its content."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services.store.database import Database


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


class FilesTable:
    """The files uploaded with each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, profile: str, record: UploadRecord) -> None:
        """Remember an upload."""
        await self._db.write(
            "INSERT OR REPLACE INTO files (profile, id, name, path, digest, size, purpose,"
            " uploaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            profile, record.file_id, record.name, record.path, record.digest, record.size,
            record.purpose, record.uploaded_at,
        )  # fmt: skip

    async def all(self, profile: str, digest: str | None = None) -> list[UploadRecord]:
        """Return the uploads of a profile that were not deleted, newest first."""
        rows = await self._db.read(
            "SELECT id, name, path, digest, size, purpose, uploaded_at FROM files"
            " WHERE profile = ? AND deleted_at IS NULL AND (? IS NULL OR digest = ?)"
            " ORDER BY uploaded_at DESC, rowid DESC",
            profile, digest, digest,
        )  # fmt: skip
        return [UploadRecord(*row) for row in rows]

    async def of_id(self, profile: str, file_id: str) -> UploadRecord | None:
        """Return an upload by its id, also one that was deleted since; None for another's."""
        rows = await self._db.read(
            "SELECT id, name, path, digest, size, purpose, uploaded_at FROM files"
            " WHERE profile = ? AND id = ?",
            profile, file_id,
        )  # fmt: skip
        return UploadRecord(*rows[0]) if rows else None

    async def of_digest(self, digest: str) -> list[UploadRecord]:
        """Return the uploads of a content with any profile, also deleted ones, newest first."""
        rows = await self._db.read(
            "SELECT id, name, path, digest, size, purpose, uploaded_at FROM files"
            " WHERE digest = ? ORDER BY uploaded_at DESC, rowid DESC",
            digest,
        )
        return [UploadRecord(*row) for row in rows]

    async def forget(self, profile: str, file_id: str) -> None:
        """Mark an upload as gone from the provider."""
        await self._db.write(
            "UPDATE files SET deleted_at = ? WHERE profile = ? AND id = ?",
            int(time.time()), profile, file_id,
        )  # fmt: skip
