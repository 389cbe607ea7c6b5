"""All files of a profile, with the jobs that use them and their origin on this machine."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.jobs.jobs import parse_job
from tui.core.provider.files import StoredFile, uses_of
from tui.core.provider.records import parse_file
from tui.services.background import both
from tui.services.errors import LedgerError, ServiceError
from tui.services.store.best_effort import parsed_best_effort, record_best_effort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.jobs.jobs import Job
    from tui.core.money.rates import KeepRate
    from tui.core.provider.files import FileUse
    from tui.core.provider.records import FileInfo
    from tui.services.files.service import FileService
    from tui.services.jobs.service import JobService
    from tui.services.store.store import Store
    from tui.services.store.tables.asked_uploads_table import AskedUpload
    from tui.services.store.tables.files_table import UploadRecord
    from tui.services.store.tables.parts_table import OpenUpload

_FILES = "files"


@dataclass(frozen=True, slots=True)
class FilesSeen:
    """The files, newest first, as they were at a time (Unix seconds).

    `jobs_problem` is why it is not known which jobs use them, or None; `unanswered` are uploads
    of which nobody knows whether they arrived.
    """

    files: tuple[StoredFile, ...]
    unfinished: tuple[OpenUpload, ...]
    at: float
    jobs_problem: ServiceError | None = None
    unanswered: tuple[AskedUpload, ...] = ()


class FileOverview:
    """Looks at files and jobs together. Every method raises a ServiceError when it fails."""

    def __init__(
        self,
        files: FileService,
        jobs: JobService,
        store: Store,
        profile: str,
        keeping: KeepRate | None = None,
    ) -> None:
        self._keeping = keeping
        self._files = files
        self._jobs = jobs
        self._store = store
        self._profile = profile

    async def look(self) -> FilesSeen:
        """Ask the provider for its files and jobs, and keep what it says for later."""
        files, jobs = await both(self._files.list(), self._job_list())
        problem = jobs if isinstance(jobs, ServiceError) else None
        raws = [dict(file.raw) for file in files]
        await record_best_effort(self._store.listings.keep(self._profile, _FILES, raws))
        found = await self._join(files, None if isinstance(jobs, ServiceError) else jobs)
        begun, asked = await self._unfinished(), await self._unanswered()
        return FilesSeen(found, begun, time.time(), problem, asked)

    async def remembered(self) -> FilesSeen | None:
        """Return what was seen last, without asking the provider; None if that is nothing."""
        files = await self._store.listings.last(self._profile, _FILES)
        if files is None:
            return None
        raws, at = files
        seen = await self._jobs.cache.jobs()
        found = await self._join(
            parsed_best_effort(parse_file, raws), [] if seen.at is not None else None, seen.jobs
        )
        begun, asked = await self._unfinished(), await self._unanswered()
        return FilesSeen(found, begun, at, None, asked)

    async def last_listed(self) -> list[FileInfo]:
        """Return the files that the provider listed last, without asking it. Raises LedgerError."""
        raws, _ = await self._store.listings.last(self._profile, _FILES) or ([], 0)
        return parsed_best_effort(parse_file, raws)

    async def _job_list(self) -> list[Job] | ServiceError:
        # Files are worth showing without jobs; but none is an orphan then.
        try:
            return await self._jobs.list()
        except ServiceError as error:
            return error

    async def _join(
        self,
        files: Iterable[FileInfo],
        jobs: Iterable[Job] | None,
        seen: Iterable[Job] | None = None,
    ) -> tuple[StoredFile, ...]:
        try:
            records = {one.file_id: one for one in await self._store.files.all(self._profile)}
            if seen is None:
                seen = (await self._jobs.cache.jobs()).jobs
            asked = await self._store.jobs.all(self._profile)
            open_ = {one.digest for one in await self._store.parts.unfinished(self._profile)}
        except LedgerError:  # the provider's own word is enough to show the list
            records, seen, asked, open_ = {}, (), [], set()
        uses = None
        if jobs is not None:
            # Those the provider no longer lists were seen here once, or made here.
            own = parsed_best_effort(parse_job, (one.job for one in asked if one.job))
            uses = uses_of([*jobs, *seen, *own])
        there = await asyncio.to_thread(_still_there, records.values())
        stored = (_stored(file, uses, records.get(file.id), there, open_) for file in files)
        found = [replace(one, keeping=self._keeping) for one in stored]
        return tuple(sorted(found, key=lambda one: one.info.created_at or 0, reverse=True))

    async def _unfinished(self) -> tuple[OpenUpload, ...]:
        try:
            return tuple(await self._files.unfinished())
        except LedgerError:
            return ()

    async def _unanswered(self) -> tuple[AskedUpload, ...]:
        try:
            return tuple(await self._files.unanswered())
        except LedgerError:
            return ()


def _stored(
    file: FileInfo,
    uses: Mapping[str, tuple[FileUse, ...]] | None,
    record: UploadRecord | None,
    there: set[str],
    unfinished: set[str],
) -> StoredFile:
    if file.bytes is None and record is not None:  # what was sent is known here
        file = replace(file, bytes=record.size)
    return StoredFile(
        file,
        None if uses is None else uses.get(file.id, ()),
        record.path if record else "",
        record is not None and record.path in there,
        record is not None and record.digest in unfinished,
    )


def _still_there(records: Iterable[UploadRecord]) -> set[str]:
    return {one.path for one in records if one.path and Path(one.path).is_file()}
