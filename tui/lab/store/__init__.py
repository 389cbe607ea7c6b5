"""What the lab remembers, in SQLite and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.lab.store.checkpoints import CheckpointStore
from tui.lab.store.database import Database
from tui.lab.store.events import EventStore
from tui.lab.store.files import FileStore
from tui.lab.store.jobs import Job, JobStore
from tui.lab.store.models import ModelStore, TunedModel
from tui.lab.store.uploads import UploadStore

if TYPE_CHECKING:
    from tui.lab.folder import Folder

__all__ = ["Job", "Store", "TunedModel", "open_store"]


@dataclass(frozen=True, slots=True)
class Store:
    """The tables, each with its own rules, on one database."""

    database: Database
    files: FileStore
    uploads: UploadStore
    jobs: JobStore
    events: EventStore
    checkpoints: CheckpointStore
    models: ModelStore

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(folder: Folder) -> Store:
    """Open the store in a prepared folder. Raises OSError, sqlite3.Error."""
    database = Database(folder.database)
    files = FileStore(database, folder)
    models = ModelStore(database, folder)
    return Store(
        database=database,
        files=files,
        uploads=UploadStore(database, folder, files),
        jobs=JobStore(database),
        events=EventStore(database),
        checkpoints=CheckpointStore(database, models),
        models=models,
    )
