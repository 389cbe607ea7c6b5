"""Where examples that were made of answers came from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from tui.core.dataset.from_answers import Origin

if TYPE_CHECKING:
    from typing import Literal

    from tui.services.store.database import Database


class OriginsTable:
    """Origins by the digest of an example. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, digest: str, path: str, origin: Origin) -> None:
        """Remember where an example of this digest came from, and which file it went into."""
        await self._db.write(
            "INSERT OR REPLACE INTO origins"
            " (digest, path, source, source_id, line, model, rejected, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            digest, path, origin.source, origin.id, origin.line, origin.model, origin.rejected,
            time.time(),
        )  # fmt: skip

    async def of(self, digest: str) -> list[tuple[Origin, str, float]]:
        """Return origins of an example with the file it went into and when, newest first."""
        rows = await self._db.read(
            "SELECT source, source_id, line, model, rejected, path, at FROM origins"
            " WHERE digest = ? ORDER BY at DESC",
            digest,
        )
        return [(_origin(*row[:5]), row[5], row[6]) for row in rows]


def _origin(source: str, id_: str, line: int | None, model: str, rejected: str) -> Origin:
    known = cast("Literal['chat', 'comparison', 'run']", source)
    return Origin(known, id_, line, model, rejected)
