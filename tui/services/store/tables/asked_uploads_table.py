"""The table of uploads begun without an answer yet, so that none of them is made twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services.store.database import Database


@dataclass(frozen=True, slots=True)
class AskedUpload:
    """A file that was sent at a Unix time; `modified` is its time on disk in nanoseconds."""

    path: str
    purpose: str
    name: str
    size: int
    modified: int
    at: int

    @property
    def id(self) -> str:
        """What tells it from others of its profile."""
        return f"asked:{self.purpose}:{self.path}"


class AskedUploadsTable:
    """The uploads without an answer of each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def asked(self, profile: str, upload: AskedUpload) -> None:
        """Remember an upload before anything is sent."""
        await self._db.write(
            "INSERT OR REPLACE INTO asked_uploads (profile, path, purpose, name, size, modified,"
            " at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            profile, upload.path, upload.purpose, upload.name, upload.size, upload.modified,
            upload.at,
        )  # fmt: skip

    async def answered(self, profile: str, path: str, purpose: str) -> None:
        """Forget an upload whose outcome is known."""
        await self._db.write(
            "DELETE FROM asked_uploads WHERE profile = ? AND path = ? AND purpose = ?",
            profile, path, purpose,
        )  # fmt: skip

    async def unanswered(self, profile: str, path: str, purpose: str) -> AskedUpload | None:
        """Return the last upload of a file whose outcome is not known, or None."""
        found = await self.all(profile)
        return next((one for one in found if (one.path, one.purpose) == (path, purpose)), None)

    async def all(self, profile: str) -> list[AskedUpload]:
        """Return the uploads whose outcome is not known, the last one first."""
        rows = await self._db.read(
            "SELECT path, purpose, name, size, modified, at FROM asked_uploads"
            " WHERE profile = ? ORDER BY at DESC",
            profile,
        )
        return [AskedUpload(*row) for row in rows]
