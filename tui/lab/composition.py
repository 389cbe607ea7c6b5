"""The parts of one lab, composed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.lab.activity import Activity
from tui.lab.folder import Folder
from tui.lab.jobs.job_folder import JobFolder
from tui.lab.jobs.scheduler import Scheduler
from tui.lab.models import Models
from tui.lab.store import Store, open_store

if TYPE_CHECKING:
    from starlette.requests import Request

    from tui.lab.settings import Settings


@dataclass(frozen=True, slots=True)
class Lab:
    """What the routes work with."""

    settings: Settings
    key: str
    folder: Folder
    store: Store
    models: Models
    scheduler: Scheduler
    activity: Activity


def open_lab(settings: Settings, key: str) -> Lab:
    """Open a lab in its data folder, not yet working. Raises OSError, sqlite3.Error."""
    folder = Folder(settings.data_dir)
    folder.prepare()
    store = open_store(folder)
    store.files.sweep()
    store.uploads.sweep()
    _sweep_jobs(folder, store)
    return Lab(
        settings=settings,
        key=key,
        folder=folder,
        store=store,
        models=Models(store),
        scheduler=Scheduler(store, folder, settings.limits.running_jobs),
        activity=Activity(),
    )


def lab_of(request: Request) -> Lab:
    """Return the lab a request came to."""
    lab: Lab = request.app.state.lab
    return lab


def _sweep_jobs(folder: Folder, store: Store) -> None:
    # A folder is made before its job; a lab killed between the two leaves it alone.
    for path in folder.jobs.iterdir():
        if not store.jobs.exists(path.name):
            JobFolder(path).remove()
