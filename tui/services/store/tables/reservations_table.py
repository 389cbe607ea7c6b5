"""The table of reservations: money set aside so that parallel jobs keep to a budget.

A reservation stands for a job from before its files are sent until the job counts itself. It is
given up when the job was refused, kept when the answer was lost, and dropped when the process
that made it ended without asking for the job.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui.services.store.process_token import own_token, still_runs
from tui.services.store.tables.forecasts_table import forecasts_in

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from tui.core.money.terms import Forecast
    from tui.services.store.database import Database


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a job may come to, made at a Unix time.

    `job_id` is the job it became; `asked` is whether the job was asked for. `holder` is the
    token of the process that made it.
    """

    nonce: str
    amount: Decimal
    currency: str
    holder: str
    at: int
    asked: bool = False
    job_id: str | None = None

    @property
    def stale(self) -> bool:
        """Whether it stands for nothing: its process ended before the job was asked for."""
        return not self.asked and not still_runs(self.holder)


@dataclass(frozen=True, slots=True)
class Commitments:
    """All the ledger knows of what a profile's jobs cost, read at one moment.

    `jobs` are the provider's objects, a later one of an id replacing an earlier one.
    """

    jobs: list[Any] = field(default_factory=list)
    forecasts: Mapping[str, Forecast] = field(default_factory=dict)
    reservations: tuple[Reservation, ...] = ()


class ReservationsTable:
    """The reservations of each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def commitments(self, profile: str) -> Commitments:
        """Return what is known of a profile's jobs and what is reserved."""
        return await self._db.together(lambda db: _commitments(db, profile))

    async def reserve(
        self,
        profile: str,
        nonce: str,
        amount: Decimal,
        currency: str,
        check: Callable[[Commitments], None],
    ) -> None:
        """Set an amount aside unless `check` raises, with no other program in between.

        `check` is called in the ledger's thread; what it raises is raised here.
        """

        def work(db: sqlite3.Connection) -> None:
            check(_commitments(db, profile))
            db.execute(
                "INSERT INTO reservations (profile, nonce, amount, currency, holder, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (profile, nonce, str(amount), currency, own_token(), int(time.time())),
            )

        await self._db.together(work, writes=True)

    async def release(self, profile: str, nonce: str) -> None:
        """Give a reservation up, unless its job was asked for and may exist."""
        await self._db.together(lambda db: release_in(db, profile, nonce), writes=True)

    async def release_stale(self, profile: str) -> list[Reservation]:
        """Drop the reservations of processes that ended before asking; return them."""

        def work(db: sqlite3.Connection) -> list[Reservation]:
            stale = [one for one in _reservations(db, profile) if one.stale]
            db.executemany(
                "DELETE FROM reservations WHERE profile = ? AND nonce = ?",
                [(profile, one.nonce) for one in stale],
            )
            return stale

        return await self._db.together(work, writes=True)

    async def all(self, profile: str) -> dict[str, Reservation]:
        """Return the reservations of a profile by nonce."""
        found = await self._db.together(lambda db: _reservations(db, profile))
        return {one.nonce: one for one in found}


def release_in(db: sqlite3.Connection, profile: str, nonce: str) -> None:
    """Give a reservation up within a transaction, unless its job was asked for and may exist."""
    db.execute(
        "DELETE FROM reservations WHERE profile = ? AND nonce = ? AND NOT EXISTS"
        " (SELECT 1 FROM jobs WHERE jobs.profile = ? AND jobs.nonce = ?)",
        (profile, nonce, profile, nonce),
    )


def _commitments(db: sqlite3.Connection, profile: str) -> Commitments:
    asked = db.execute("SELECT job FROM jobs WHERE profile = ?", (profile,))
    seen = db.execute("SELECT body FROM seen_jobs WHERE profile = ?", (profile,))
    jobs = [json.loads(row[0]) for row in (*asked, *seen)]
    return Commitments(jobs, forecasts_in(db, profile), tuple(_reservations(db, profile)))


def _reservations(db: sqlite3.Connection, profile: str) -> list[Reservation]:
    rows = db.execute(
        "SELECT r.nonce, r.amount, r.currency, r.holder, r.at, j.nonce IS NOT NULL, j.id"
        " FROM reservations r LEFT JOIN jobs j ON j.profile = r.profile AND j.nonce = r.nonce"
        " WHERE r.profile = ? ORDER BY r.at, r.rowid",
        (profile,),
    ).fetchall()
    return [
        Reservation(nonce, Decimal(amount), currency, holder, at, bool(asked), job)
        for nonce, amount, currency, holder, at, asked, job in rows
    ]
