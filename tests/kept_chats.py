"""The exchanges that the ledger keeps, read from its file: the program writes them only."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def kept_chats(ledger: Path, profile: str) -> list[tuple[str, Any, Any]]:
    """Return (model, request, reply) of a profile's exchanges, newest first."""
    connection = sqlite3.connect(ledger)
    try:
        rows = connection.execute(
            "SELECT model, request, reply FROM chats WHERE profile = ? ORDER BY id DESC", (profile,)
        ).fetchall()
    finally:
        connection.close()
    return [(model, json.loads(request), json.loads(reply)) for model, request, reply in rows]
