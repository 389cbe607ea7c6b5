"""The fine-tuned models seen or made, when each was last listed, and what was deleted from here."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from tui.core.models.remembered import RememberedModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.models.states import Lookup
    from tui.services.store.database import Database

_SEEN = (
    "INSERT INTO models (profile, id, base, job_id, seen_at, listed_at, created, facts)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (profile, id) DO UPDATE SET"
    " base = coalesce(nullif(excluded.base, ''), base), job_id = coalesce(excluded.job_id, job_id),"
    " listed_at = coalesce(excluded.listed_at, listed_at),"
    " lookup = CASE WHEN excluded.listed_at IS NULL THEN lookup ELSE '' END,"
    " created = coalesce(excluded.created, created),"
    # A tombstone stays, also of one that is still listed, but not of one made again.
    " facts = CASE WHEN deleted_at >= coalesce(excluded.created, 0) OR excluded.facts = '{}'"
    " THEN facts ELSE excluded.facts END,"
    " deleted_at = CASE WHEN deleted_at >= coalesce(excluded.created, 0) THEN deleted_at END"
)


class ModelsTable:
    """The fine-tuned models of each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def seen(self, profile: str, models: Mapping[str, RememberedModel]) -> None:
        """Remember models by id as they were seen; what is already known of them stays.

        What was deleted from here stays deleted, unless it was made again since.
        """
        now = int(time.time())
        rows = (
            (profile, name, one.base, one.job, now, one.listed_at, one.created,
             json.dumps(dict(one.facts)))
            for name, one in models.items()
        )  # fmt: skip
        await self._db.write_many(_SEEN, rows)

    async def looked_up(self, profile: str, found: Iterable[tuple[str, Lookup]]) -> None:
        """Remember what the provider said of models asked for by their ids."""
        now = int(time.time())
        await self._db.write_many(
            "INSERT INTO models (profile, id, base, seen_at, lookup, looked_at)"
            " VALUES (?, ?, '', ?, ?, ?) ON CONFLICT (profile, id) DO UPDATE SET"
            " lookup = excluded.lookup, looked_at = excluded.looked_at",
            ((profile, name, now, lookup, now) for name, lookup in found),
        )

    async def all(self, profile: str) -> dict[str, RememberedModel]:
        """Return everything remembered, by model id."""
        rows = await self._db.read(
            "SELECT id, base, job_id, listed_at, deleted_at, lookup, looked_at, created, facts"
            " FROM models WHERE profile = ?",
            profile,
        )
        return {
            name: RememberedModel(
                base, job, listed, deleted, lookup, looked, created, json.loads(facts)
            )
            for name, base, job, listed, deleted, lookup, looked, created, facts in rows
        }

    async def origins(self, profile: str) -> dict[str, tuple[str, str | None]]:
        """Return base and job id of every fine-tuned model remembered, by model id."""
        rows = await self._db.read("SELECT id, base, job_id FROM models WHERE profile = ?", profile)
        return {model: (base, job_id) for model, base, job_id in rows}

    async def deleted(self, profile: str) -> dict[str, int]:
        """Return when (Unix time) each of the models deleted from here was, by its id."""
        rows = await self._db.read(
            "SELECT id, deleted_at FROM models WHERE profile = ? AND deleted_at IS NOT NULL",
            profile,
        )
        return dict(rows)

    async def forget(
        self, profile: str, model: str, known: Mapping[str, Any] | None = None
    ) -> None:
        """Mark a model as deleted from here, also one never seen; keep what was `known` of it."""
        now = int(time.time())
        facts = None if known is None else json.dumps(dict(known))
        await self._db.write(
            "INSERT INTO models (profile, id, base, seen_at, deleted_at, facts)"
            " VALUES (?, ?, '', ?, ?, coalesce(?, '{}')) ON CONFLICT (profile, id) DO UPDATE SET"
            " deleted_at = excluded.deleted_at, facts = coalesce(?, facts)",
            profile, model, now, now, facts, facts,
        )  # fmt: skip
