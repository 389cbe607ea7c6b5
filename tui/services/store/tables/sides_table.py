"""Which side of a split each example and group stood on, so that later splits agree."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.store.database import Database


class SidesTable:
    """The sides of splits, by the key of an example or group. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, sides: Mapping[str, str]) -> None:
        """Remember on which side of a split examples and groups stood, by their keys."""
        now = int(time.time())
        await self._db.write_many(
            "INSERT OR REPLACE INTO sides (key, side, at) VALUES (?, ?, ?)",
            [(key, side, now) for key, side in sides.items()],
        )

    async def all(self) -> dict[str, str]:
        """Return the side of every example and group ever split."""
        return dict(await self._db.read("SELECT key, side FROM sides"))
