"""The datasets written from here, by content, so that a job can name its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services.store.database import Database


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


class VersionsTable:
    """Every content written, and where. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, record: VersionRecord) -> None:
        """Remember a dataset as it was written; the same content at the same path only once."""
        await self._db.write(
            "INSERT OR REPLACE INTO versions (digest, path, size, examples, origin, saved_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            record.digest, record.path, record.size, record.examples, record.origin,
            record.saved_at,
        )  # fmt: skip

    async def find(
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

    async def paths(self, profile: str) -> dict[str, tuple[str, ...]]:
        """Return by file id where the content of each upload is or was here, newest first."""
        rows = await self._db.read(
            "SELECT f.id, f.path, v.path FROM files f LEFT JOIN versions v ON v.digest = f.digest"
            " WHERE f.profile = ? ORDER BY v.saved_at DESC, v.rowid DESC",
            profile,
        )
        found: dict[str, dict[str, None]] = {}
        for file_id, sent_from, written_at in rows:
            paths = found.setdefault(file_id, {})
            paths |= dict.fromkeys(path for path in (sent_from, written_at) if path)
        return {file_id: tuple(paths) for file_id, paths in found.items()}

    async def of_file(self, profile: str, file_id: str) -> list[VersionRecord]:
        """Return the versions whose content was uploaded as a file, so a job can name its data."""
        rows = await self._db.read(
            "SELECT v.digest, v.path, v.size, v.examples, v.origin, v.saved_at FROM versions v"
            " JOIN files f ON f.digest = v.digest WHERE f.profile = ? AND f.id = ?"
            " ORDER BY v.saved_at DESC, v.rowid DESC",
            profile, file_id,
        )  # fmt: skip
        return [VersionRecord(*row) for row in rows]
