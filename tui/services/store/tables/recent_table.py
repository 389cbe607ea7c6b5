"""The datasets opened last."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services.store.database import Database

RECENT_KEPT = 50


class RecentTable:
    """The paths of the datasets opened last. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, path: str) -> None:
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

    async def paths(self, limit: int = 20) -> list[str]:
        """Return the paths of the datasets opened last, newest first."""
        rows = await self._db.read("SELECT path FROM recent ORDER BY opened_at DESC LIMIT ?", limit)
        return [path for (path,) in rows]
