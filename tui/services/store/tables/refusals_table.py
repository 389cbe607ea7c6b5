"""What models do not take in a chat request, as their refusals said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from sqlite3 import Connection

    from tui.services.store.database import Database

REMEMBERED_S = 30 * 86_400  # a server may be updated and take it one day


class RefusalsTable:
    """The part of the ledger on refused parameters. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, profile: str, model: str) -> frozenset[str]:
        """Return what requests to a model have to be adjusted by."""
        rows = await self._db.read(
            "SELECT adjustment FROM chat_refusals WHERE profile = ? AND model = ? AND at > ?",
            profile, model, int(time.time()) - REMEMBERED_S,
        )  # fmt: skip
        return frozenset(adjustment for (adjustment,) in rows)

    async def remember(self, profile: str, model: str, adjustments: Collection[str]) -> None:
        """Remember what a model was found to need, in place of what was known before."""
        now = int(time.time())

        def work(db: Connection) -> None:
            db.execute(
                "DELETE FROM chat_refusals WHERE profile = ? AND model = ?", (profile, model)
            )
            db.executemany(
                "INSERT INTO chat_refusals (profile, model, adjustment, at) VALUES (?, ?, ?, ?)",
                [(profile, model, one, now) for one in adjustments],
            )

        await self._db.together(work, writes=True)
