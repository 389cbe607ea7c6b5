"""The exchanges with models: what was asked and what came back."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.store.database import Database


class ExchangesTable:
    """The exchanges of each profile; in SQL the table is `chats`. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(
        self, profile: str, model: str, request: Mapping[str, Any], reply: Mapping[str, Any]
    ) -> None:
        """Remember one exchange with a model."""
        await self._db.write(
            "INSERT INTO chats (profile, model, at, request, reply) VALUES (?, ?, ?, ?, ?)",
            profile, model, int(time.time()), json.dumps(dict(request)), json.dumps(dict(reply)),
        )  # fmt: skip

    async def models(self, profile: str, limit: int = 20) -> list[str]:
        """Return the models that answered here, the last one first."""
        rows = await self._db.read(
            "SELECT model FROM chats WHERE profile = ? GROUP BY model ORDER BY max(id) DESC"
            " LIMIT ?",
            profile, limit,
        )  # fmt: skip
        return [model for (model,) in rows]

    async def asked(self, profile: str) -> dict[str, int]:
        """Return when (Unix time) each model was asked from here last."""
        rows = await self._db.read(
            "SELECT model, max(at) FROM chats WHERE profile = ? GROUP BY model", profile
        )
        return dict(rows)
