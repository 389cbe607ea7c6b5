"""The local ledger: what was uploaded, created, seen and said, in one SQLite file.

Every call runs in one thread of its own, so the event loop never waits for the disk.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tui.services.store.database import Database
from tui.services.store.renaming import rename_profile

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.store.tables.asked_uploads_table import AskedUploadsTable
    from tui.services.store.tables.chats_table import ChatsTable
    from tui.services.store.tables.comparisons_table import ComparisonsTable
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


class Store:
    """The ledger's tables. Their methods raise LedgerError when the file cannot be used.

    Each is made, and its module `NAME_table` loaded, when it is first asked for: all of them take
    as long to load as a command takes that reads one.
    """

    files: FilesTable
    parts: PartsTable
    asked_uploads: AskedUploadsTable
    listings: ListingsTable
    jobs: JobsTable
    seen_jobs: SeenJobsTable
    forecasts: ForecastsTable
    reservations: ReservationsTable
    models: ModelsTable
    deletions: DeletionsTable
    exchanges: ExchangesTable
    refusals: RefusalsTable
    recent: RecentTable
    versions: VersionsTable
    sides: SidesTable
    origins: OriginsTable
    chats: ChatsTable
    comparisons: ComparisonsTable

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = Database(path)

    if not TYPE_CHECKING:  # a name that is not a table is a mistake

        def __getattr__(self, name: str) -> Any:
            """Make a table."""
            if name not in Store.__annotations__:
                raise AttributeError(name)
            module = import_module(f"tui.services.store.tables.{name}_table")
            table = getattr(module, f"{name.title().replace('_', '')}Table")(self._db)
            setattr(self, name, table)
            return table

    async def rename_profile(self, old: str, new: str) -> bool:
        """Give all that is kept of a profile to another name; False where that has a history."""
        return await self._db.together(lambda db: rename_profile(db, old, new), writes=True)

    async def close(self) -> None:
        """Close the file; pending writes are finished first."""
        await self._db.close()
