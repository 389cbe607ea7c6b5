"""The last list of each kind that a provider gave, to show offline."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.services.store.database import Database


class ListingsTable:
    """The last list of each kind, by profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, profile: str, what: str, items: Sequence[object]) -> None:
        """Keep a list as the provider gave it, in place of the one before."""
        await self._db.write(
            "INSERT OR REPLACE INTO listings (profile, what, body, at) VALUES (?, ?, ?, ?)",
            profile, what, json.dumps(list(items)), int(time.time()),
        )  # fmt: skip

    async def last(self, profile: str, what: str) -> tuple[list[Any], int] | None:
        """Return the list kept last and when (Unix time), or None."""
        rows = await self._db.read(
            "SELECT body, at FROM listings WHERE profile = ? AND what = ?", profile, what
        )
        return (json.loads(rows[0][0]), rows[0][1]) if rows else None
