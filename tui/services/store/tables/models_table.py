"""The fine-tuned models seen or made, and which of them were deleted from here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services.store.database import Database


class ModelsTable:
    """The fine-tuned models of each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def seen(
        self, profile: str, model: str, base: str = "", job_id: str | None = None
    ) -> None:
        """Remember a fine-tuned model; what is already known of it stays."""
        await self._db.write(
            "INSERT INTO models (profile, id, base, job_id, seen_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (profile, id) DO UPDATE SET base = coalesce(nullif(excluded.base, ''),"
            " base), job_id = coalesce(excluded.job_id, job_id), deleted_at = NULL",
            profile, model, base, job_id, int(time.time()),
        )  # fmt: skip

    async def origins(self, profile: str) -> dict[str, tuple[str, str | None]]:
        """Return base and job id of every fine-tuned model remembered, by model id."""
        rows = await self._db.read("SELECT id, base, job_id FROM models WHERE profile = ?", profile)
        return {model: (base, job_id) for model, base, job_id in rows}

    async def deleted(self, profile: str) -> set[str]:
        """Return the ids of the models deleted from here."""
        rows = await self._db.read(
            "SELECT id FROM models WHERE profile = ? AND deleted_at IS NOT NULL", profile
        )
        return {model for (model,) in rows}

    async def forget(self, profile: str, model: str) -> None:
        """Mark a model as deleted."""
        await self._db.write(
            "UPDATE models SET deleted_at = ? WHERE profile = ? AND id = ?",
            int(time.time()), profile, model,
        )  # fmt: skip
