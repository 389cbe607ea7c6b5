"""What was deleted at a provider from here, or asked to be: the tombstones."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from tui.core.provider.deletion import Fate, Tombstone
from tui.services.store.process_token import own_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.store.database import Database

_ALL = (
    "SELECT id, fate, asked_at, cause, facts, asker FROM deletions WHERE profile = ? AND kind = ?"
)


class DeletionsTable:
    """The deletions of each profile, by kind ("model", "file"). All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def asked(self, profile: str, kind: str, one: str, facts: Mapping[str, Any]) -> None:
        """Write down that something is about to be asked for, and what is known of it."""
        await self._db.write(
            "INSERT OR REPLACE INTO deletions (profile, kind, id, fate, asked_at, settled_at,"
            " cause, facts, asker) VALUES (?, ?, ?, ?, ?, NULL, '', ?, ?)",
            profile, kind, one, Fate.ASKED, int(time.time()),
            json.dumps(facts, default=str), own_token(),
        )  # fmt: skip

    async def settle(self, profile: str, kind: str, one: str, fate: Fate, cause: str = "") -> None:
        """Write down what came of it."""
        await self._db.write(
            "UPDATE deletions SET fate = ?, cause = ?, settled_at = ?"
            " WHERE profile = ? AND kind = ? AND id = ?",
            fate, cause, int(time.time()), profile, kind, one,
        )  # fmt: skip

    async def one(self, profile: str, kind: str, one: str) -> Tombstone | None:
        """Return the tombstone of one thing, None where it was never asked for."""
        rows = await self._db.read(_ALL + " AND id = ?", profile, kind, one)
        return _tombstone(*rows[0]) if rows else None

    async def all(self, profile: str, kind: str) -> dict[str, Tombstone]:
        """Return all tombstones of a kind, by id."""
        rows = await self._db.read(_ALL, profile, kind)
        return {row[0]: _tombstone(*row) for row in rows}


def _tombstone(one: str, fate: str, asked_at: int, cause: str, facts: str, asker: str) -> Tombstone:
    try:
        known = json.loads(facts)
    except ValueError:  # damaged on disk: the deletion itself is what counts
        known = {}
    kept = known if isinstance(known, dict) else {}
    return Tombstone(one, Fate(fate), asked_at, cause, kept, asker)
