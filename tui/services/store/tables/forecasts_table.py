"""The table of forecasts: what jobs were expected to cost when they were created."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING

from tui.core.money.terms import Forecast

if TYPE_CHECKING:
    import sqlite3

    from tui.services.store.database import Database


class ForecastsTable:
    """The forecasts of all profiles, by the nonce a job was asked for with."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, profile: str, nonce: str, forecast: Forecast) -> None:
        """Remember what a job is expected to come to."""
        amount = None if forecast.amount is None else str(forecast.amount)
        await self._db.write(
            "INSERT OR REPLACE INTO forecasts (profile, nonce, epochs, tokens, amount, currency,"
            " at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            profile, nonce, forecast.epochs, forecast.tokens, amount, forecast.currency,
            int(time.time()),
        )  # fmt: skip

    async def all(self, profile: str) -> dict[str, Forecast]:
        """Return the forecasts of a profile's jobs, by job id."""
        return await self._db.together(lambda db: forecasts_in(db, profile))


def forecasts_in(db: sqlite3.Connection, profile: str) -> dict[str, Forecast]:
    """Return the forecasts of a profile's jobs, by job id, within a transaction."""
    rows = db.execute(
        "SELECT j.id, f.epochs, f.tokens, f.amount, f.currency FROM forecasts f"
        " JOIN jobs j ON j.profile = f.profile AND j.nonce = f.nonce"
        " WHERE f.profile = ? AND j.id IS NOT NULL",
        (profile,),
    )
    return {
        job: Forecast(epochs, tokens, None if amount is None else Decimal(amount), currency)
        for job, epochs, tokens, amount, currency in rows
    }
