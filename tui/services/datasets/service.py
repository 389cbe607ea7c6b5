"""Opening datasets: one document under edit at a time, those opened before, and the samples."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.listeners import Listeners
from tui.services.datasets.document import Document
from tui.services.datasets.journal.journal import is_free
from tui.services.errors import InputError, disk_errors
from tui.services.files.uploads import content_digest
from tui.services.settings.locations import private_folder
from tui.services.store.best_effort import record_best_effort
from tui.services.store.tables.versions_table import VersionRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tui.services.settings.locations import Locations
    from tui.services.settings.state_trouble import StateTrouble
    from tui.services.store.store import Store

log = logging.getLogger(__name__)
SAMPLES = ("support_train.jsonl", "support_valid.jsonl", "preferences.jsonl", "flawed.jsonl")


class DatasetService:
    """Holds the document that is open, so that every screen speaks of the same rows."""

    def __init__(
        self, locations: Locations, store: Store, trouble: StateTrouble | None = None
    ) -> None:
        """Keep journals and histories where they belong; `trouble` is told of a damaged one."""
        self._trouble = trouble
        self._locations = locations
        self._store = store
        self._listeners = Listeners[[]]()
        self._opening = asyncio.Lock()  # else one file would be opened twice in this process
        self.current: Document | None = None

    async def open(self, path: str | Path) -> Document:
        """Open a dataset and make it the current one; the one before is closed.

        Unsaved changes of the one before stay in its journal and come back with it. Raises
        InputError for what cannot be opened, leaving the current document as it is.
        """
        async with self._opening:
            return await self._open_current(absolute(path))

    async def _open_current(self, wanted: Path) -> Document:
        now = self.current
        same = now is not None and await asyncio.to_thread(_same_file, now.path, wanted)
        if now is not None and same and not await self._may_be_edited_now(now):
            return now
        document = await asyncio.to_thread(self._open, wanted)
        document.grow()
        document.after_save = self.record_version
        before, self.current = self.current, document
        if before:
            await before.close()
        await self.note_recent(wanted)
        self._listeners.tell()
        return document

    @asynccontextmanager
    async def held(self, path: Path) -> AsyncIterator[Document]:
        """Give the document of a file for a moment: the open one, or one opened for this alone.

        The latter is closed in the end; its journal is locked meanwhile, and no other document
        is opened. Raises InputError for what cannot be opened.
        """
        wanted = absolute(path)
        async with self._opening:
            now = self.current
            if now is not None and await asyncio.to_thread(_same_file, now.path, wanted):
                yield now
                return
            document = await asyncio.to_thread(self._open, wanted, whole=True)
            document.after_save = self.record_version
            try:
                yield document
            finally:
                await document.close()

    async def note_recent(self, path: Path) -> None:
        """Put a dataset among those opened last."""
        await record_best_effort(self._store.recent.add(str(absolute(path))))

    async def reopen(self) -> Document | None:
        """Read the current file from disk again, journal included.

        Raises InputError when it cannot be read any more; then nothing is closed.
        """
        if self.current is None:
            return None
        path = self.current.path
        if not await asyncio.to_thread(os.access, path, os.R_OK):
            raise InputError(
                "Cannot open the file",
                f"{path} is gone or may not be read",
                "Save to write it again, or save under another name",
            )
        await self.close()
        return await self.open(path)

    async def _may_be_edited_now(self, document: Document) -> bool:
        """Whether to open again what could only be read when it was opened."""
        if document.held_elsewhere:
            return await self.is_free(document)
        return document.read_only

    async def is_free(self, document: Document) -> bool:
        """Whether no other program edits a dataset that was opened for reading."""
        return await asyncio.to_thread(is_free, self._journals, document.path)

    async def record_version(self, path: Path, examples: int, origin: str = "saved") -> None:
        """Remember the content of a file just written, so that a job can name its data.

        A failure is only logged: the file itself is written.
        """
        try:
            digest = await asyncio.to_thread(content_digest, path)
            size = (await asyncio.to_thread(path.stat)).st_size
        except (InputError, OSError) as error:
            log.warning("%s", error)
            return
        record = VersionRecord(
            digest, str(absolute(path)), size, examples, origin, int(time.time())
        )
        await record_best_effort(self._store.versions.add(record))

    async def recents(self) -> list[Path]:
        """Return datasets opened before that still exist, the last one first."""
        paths = [Path(p) for p in await self._store.recent.paths()]
        return await asyncio.to_thread(lambda: [p for p in paths if p.is_file()])

    async def sample(self) -> Path:
        """Return the path of a sample in the user's own folder, put there on first use.

        All samples are laid side by side, so the validation file stands next to the training
        file. Raises InputError when they cannot be written.
        """
        return await asyncio.to_thread(self._lay_samples) / SAMPLES[0]

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after another document has become the current one."""
        return self._listeners.add(listener)

    async def close(self) -> None:
        """Close what is open; unsaved changes stay in the journal."""
        async with self._opening:
            if self.current:
                await self.current.close()
                self.current = None

    @property
    def _journals(self) -> Path:
        return self._locations.state / "journals"

    def _open(self, path: Path, *, whole: bool = False) -> Document:
        try:
            if path.is_dir():
                raise InputError("Not a file", f"{path} is a folder", "Choose a file in it")
            if not path.is_file() and path.exists():
                raise InputError("Not a file", f"{path} is not a regular file", "Choose a file")
            return Document.open(path, self._journals, whole=whole, trouble=self._trouble)
        except FileNotFoundError as error:
            raise InputError(
                "No such file",
                f"{path} does not exist",
                "Check the name, or look for it with Open",
            ) from error
        except OSError as error:
            raise InputError(
                "Cannot open the file",
                f"{path}: {error.strerror or error}",
                "Check its permissions",
            ) from error

    def _lay_samples(self) -> Path:
        folder = private_folder(self._locations.data / "samples")
        shipped = resources.files("tui.data") / "samples"
        step = "Free some disk space, or set FINETUI_HOME to another folder"
        with disk_errors("Cannot lay out the samples", folder, step):
            for name in SAMPLES:
                target = folder / name
                if not target.exists():
                    with resources.as_file(shipped / name) as source:
                        shutil.copyfile(source, target)
                        target.chmod(0o600)
        return folder


def absolute(path: str | Path) -> Path:
    """Return a path with ~ and the working folder written out."""
    return Path(path).expanduser().absolute()


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
