"""The table of upload parts that a provider has taken, so that none is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.store.database import Database


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """An upload in parts that was begun and not completed. Sizes in bytes, times Unix seconds.

    `digest` is the SHA-256 of the whole content in hex, `parts` the ids of those taken, by
    number from 0; each but the last has `part_bytes`. `expires_at` is by this machine's clock.
    """

    parts: Mapping[int, str]
    id: str
    digest: str
    md5: str
    path: str
    name: str
    size: int
    purpose: str
    part_bytes: int
    begun_at: int
    expires_at: int

    @property
    def count(self) -> int:
        """Return how many parts the file has."""
        return max(-(-self.size // self.part_bytes), 1)

    @property
    def taken(self) -> int:
        """Return how many bytes the provider has."""
        return sum(self.length(number) for number in self.parts)

    def length(self, number: int) -> int:
        """Return how many bytes a part has."""
        return min(self.part_bytes, self.size - number * self.part_bytes)


class PartsTable:
    """The uploads in parts of each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begun(self, profile: str, upload: OpenUpload) -> None:
        """Remember an upload before its first part is sent."""
        await self._db.write(
            "INSERT OR REPLACE INTO uploads (profile, id, digest, md5, path, name, size, purpose,"
            " part_bytes, begun_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            profile, upload.id, upload.digest, upload.md5, upload.path, upload.name,
            upload.size, upload.purpose, upload.part_bytes, upload.begun_at, upload.expires_at,
        )  # fmt: skip

    async def taken(self, profile: str, upload: OpenUpload, number: int, part_id: str) -> None:
        """Remember that the provider has taken a part."""
        await self._db.write(
            "INSERT OR REPLACE INTO upload_parts (profile, upload, number, id, bytes)"
            " VALUES (?, ?, ?, ?, ?)",
            profile, upload.id, number, part_id, upload.length(number),
        )  # fmt: skip

    async def unfinished(self, profile: str, digest: str | None = None) -> list[OpenUpload]:
        """Return the uploads not completed, of one content or of all, newest first."""
        rows = await self._db.read(
            "SELECT id, digest, md5, path, name, size, purpose, part_bytes, begun_at, expires_at"
            " FROM uploads WHERE profile = ? AND (? IS NULL OR digest = ?)"
            " ORDER BY begun_at DESC, rowid DESC",
            profile, digest, digest,
        )  # fmt: skip
        parts = await self._db.read(
            "SELECT upload, number, id FROM upload_parts WHERE profile = ? ORDER BY number",
            profile,
        )
        return [
            OpenUpload({number: part for upload, number, part in parts if upload == row[0]}, *row)
            for row in rows
        ]

    async def forget(self, profile: str, upload_id: str) -> None:
        """Drop an upload that was completed, or can be no more."""
        await self._db.write(
            "DELETE FROM upload_parts WHERE profile = ? AND upload = ?", profile, upload_id
        )
        await self._db.write("DELETE FROM uploads WHERE profile = ? AND id = ?", profile, upload_id)
