"""Give what the ledger holds of a profile to another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

# Worked out again whenever it is needed: what another profile of the name left in them may go.
CACHES = frozenset({"listings", "chat_refusals", "open_chats"})


def rename_profile(db: sqlite3.Connection, old: str, new: str) -> bool:
    """Rename a profile in every table, within the transaction of the caller.

    Does nothing and returns False when a profile of the new name, since removed, has a history
    of its own: two accounts would become one.
    """
    tables = tables_of_profiles(db)
    if any(_holds(db, table, new) for table in tables if table not in CACHES):
        return False
    for table in tables:
        db.execute(f"DELETE FROM {table} WHERE profile = ?", (new,))  # noqa: S608 - our own names
        db.execute(f"UPDATE {table} SET profile = ? WHERE profile = ?", (new, old))  # noqa: S608
    return True


def _holds(db: sqlite3.Connection, table: str, profile: str) -> bool:
    found = db.execute(f"SELECT 1 FROM {table} WHERE profile = ? LIMIT 1", (profile,))  # noqa: S608
    return found.fetchone() is not None


def tables_of_profiles(db: sqlite3.Connection) -> list[str]:
    """Return the tables that hold something by profile."""
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [name for name in names if "profile" in _columns(db, name)]


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {column[1] for column in db.execute(f"PRAGMA table_info({table})")}
