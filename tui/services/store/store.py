"""The local ledger: what was uploaded, created, seen and said, in one SQLite file.

Every call runs in one thread of its own, so the event loop never waits for the disk.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tui.services.store.database import Database
from tui.services.store.renaming import rename_profile
from tui.services.store.tables.asked_uploads_table import AskedUploadsTable
from tui.services.store.tables.deletions_table import DeletionsTable
from tui.services.store.tables.exchanges_table import ExchangesTable
from tui.services.store.tables.files_table import FilesTable
from tui.services.store.tables.forecasts_table import ForecastsTable
from tui.services.store.tables.jobs_table import JobsTable
from tui.services.store.tables.listings_table import ListingsTable
from tui.services.store.tables.models_table import ModelsTable
from tui.services.store.tables.origins_table import OriginsTable
from tui.services.store.tables.parts_table import PartsTable
from tui.services.store.tables.recent_table import RecentTable
from tui.services.store.tables.refusals_table import RefusalsTable
from tui.services.store.tables.reservations_table import ReservationsTable
from tui.services.store.tables.seen_jobs_table import SeenJobsTable
from tui.services.store.tables.sides_table import SidesTable
from tui.services.store.tables.versions_table import VersionsTable

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.store.tables.chats_table import ChatsTable
    from tui.services.store.tables.comparisons_table import ComparisonsTable


class Store:
    """The ledger's tables. Their methods raise LedgerError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = db = Database(path)
        self.files = FilesTable(db)
        self.parts = PartsTable(db)
        self.asked_uploads = AskedUploadsTable(db)
        self.listings = ListingsTable(db)
        self.jobs = JobsTable(db)
        self.seen_jobs = SeenJobsTable(db)
        self.forecasts = ForecastsTable(db)
        self.reservations = ReservationsTable(db)
        self.models = ModelsTable(db)
        self.deletions = DeletionsTable(db)
        self.exchanges = ExchangesTable(db)
        self.refusals = RefusalsTable(db)
        self.recent = RecentTable(db)
        self.versions = VersionsTable(db)
        self.sides = SidesTable(db)
        self.origins = OriginsTable(db)

    # These two bring conversations, plans and scores with them (60 ms of imports), which most
    # commands and the first screen have no use for.
    @cached_property
    def chats(self) -> ChatsTable:
        """The chats that are kept."""
        from tui.services.store.tables.chats_table import ChatsTable

        return ChatsTable(self._db)

    @cached_property
    def comparisons(self) -> ComparisonsTable:
        """Runs of comparisons and what was answered in them."""
        from tui.services.store.tables.comparisons_table import ComparisonsTable

        return ComparisonsTable(self._db)

    async def rename_profile(self, old: str, new: str) -> bool:
        """Give all that is kept of a profile to another name; False where that has a history."""
        return await self._db.together(lambda db: rename_profile(db, old, new), writes=True)

    async def close(self) -> None:
        """Close the file; pending writes are finished first."""
        await self._db.close()
