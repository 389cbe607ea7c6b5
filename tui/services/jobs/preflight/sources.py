"""The files of a job: local ones, checked, or uploaded ones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural, size_words
from tui.services.checks.file_report import FileReport, check_file
from tui.services.errors import InputError, Refused, ServiceError
from tui.services.files.uploads import content_digests

if TYPE_CHECKING:
    from tui.core.catalog.providers import FileLimits
    from tui.core.provider.records import FileInfo
    from tui.services.files.service import FileService
    from tui.services.store.store import Store
    from tui.services.workers import Pool

_REMEMBERED = 8
_LOOK_FOR_TWIN = 200_000_000  # bytes; reading more only to know its content is not worth it


@dataclass(frozen=True, slots=True)
class Source:
    """A training or validation file.

    `path` is where its lines can be read, also for an uploaded file whose source is still here
    unchanged; `file_id` is set for an uploaded one. `size` in bytes, None if unknown.
    """

    path: Path | None
    file_id: str | None
    size: int | None = None
    report: FileReport | None = None

    @property
    def sent(self) -> bool:
        """Whether it would be uploaded."""
        return self.file_id is None

    @property
    def name(self) -> str:
        """What it is called."""
        return path_line(self.path.name if self.path else self.file_id or "", 36)

    @property
    def words(self) -> str:
        """The file with what it holds, in words."""
        name = self.name
        if self.file_id is not None:
            name = one_line(self.file_id, 36) + (f" = {name}" if self.path else "")
        parts = [plural(self.report.examples, "example")] if self.report else []
        parts += [] if self.size is None else [size_words(self.size)]
        return f"{name}: {', '.join(parts)}" if parts else name

    def to_json(self) -> dict[str, Any]:
        """Return it as headless commands print it."""
        return {
            "path": str(self.path) if self.path else None,
            "file_id": self.file_id,
            "bytes": self.size,
            "examples": self.report.examples if self.report else None,
        }


def is_path(text: str) -> bool:
    """Tell a path from the id of an uploaded file: it exists, or looks like one. Blocking."""
    text = text.strip()
    if "/" in text or text.startswith("~") or Path(text).suffix in {".jsonl", ".json"}:
        return True
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # too long a name, or one with a NUL
        return False


def absolute(text: str) -> Path:
    """Return the path a field means."""
    return Path(text.strip()).expanduser().absolute()


class Sources:
    """Looks at files; what was checked and did not change is not checked again."""

    def __init__(self, profile: str, files: FileService, store: Store, workers: Pool) -> None:
        self._profile = profile
        self._files = files
        self._store = store
        self._workers = workers
        self._checks: dict[tuple[Path, int, int], asyncio.Task[FileReport]] = {}
        self._infos: dict[str, FileInfo] = {}

    @property
    def limits(self) -> FileLimits:
        """What the provider allows of files."""
        return self._files.limits

    async def look(self, text: str) -> Source:
        """Look at a file that was typed. Raises ServiceError when it cannot be used."""
        if await asyncio.to_thread(is_path, text):
            path = absolute(text)
            report = await self._report(path)
            return Source(path, None, report.size, report)
        return await self._uploaded(text.strip())

    async def _report(self, path: Path) -> FileReport:
        try:
            stat = await asyncio.to_thread(path.stat)
        except (OSError, ValueError):
            return await self._check(path)  # says what is wrong
        key = (path, stat.st_size, stat.st_mtime_ns)
        if key not in self._checks:
            while len(self._checks) >= _REMEMBERED:
                self._checks.pop(next(iter(self._checks))).cancel()
            self._checks[key] = asyncio.create_task(self._check(path))
        check = self._checks[key]
        try:
            # A look that is given up for another goes on checking the same file.
            return await asyncio.shield(check)
        except ServiceError:
            self._checks.pop(key, None)
            raise

    async def _check(self, path: Path) -> FileReport:
        return await check_file(path, self._workers, self._files.limits)

    def close(self) -> None:
        """Stop checking."""
        for check in self._checks.values():
            check.cancel()
        self._checks.clear()

    async def uploaded_as(self, source: Source) -> str | None:
        """Return the id that a file has at the provider, None where it is not known to be there.

        Raises LedgerError.
        """
        if source.file_id is not None or source.path is None:
            return source.file_id
        records = await self._store.files.all(self._profile)
        at = str(source.path.absolute())
        known = [one for one in records if one.path == at and one.size == source.size]
        if not known or known[0].size > _LOOK_FOR_TWIN:
            return None
        digest = (await content_digests(source.path)).sha256
        return next((one.file_id for one in known if one.digest == digest), None)

    async def _uploaded(self, file_id: str) -> Source:
        try:
            info = self._infos.get(file_id) or await self._files.retrieve(file_id)
        except Refused as error:
            said = f"{self._profile} says: {error.brief}"
            raise InputError(
                "Cannot use the file",
                f"{one_line(file_id, 60)} is not a file here, and {said}",
                "Choose a file, or type the id of an uploaded one.",
            ) from error
        except ServiceError:  # it may be there: asking for the job will tell
            return Source(None, file_id)
        self._infos[file_id] = info
        twin = await self._twin(file_id)
        if twin is None:
            return Source(None, file_id, info.bytes)
        return Source(twin.path, file_id, twin.size, twin)

    async def _twin(self, file_id: str) -> FileReport | None:
        """Return the file here that was uploaded as `file_id`, if it still is as it was."""
        records = await self._store.files.all(self._profile)
        record = next((one for one in records if one.file_id == file_id), None)
        if record is None or record.size > _LOOK_FOR_TWIN:
            return None
        path = Path(record.path)
        try:
            if (await asyncio.to_thread(path.stat)).st_size != record.size:
                return None
            if (await content_digests(path)).sha256 != record.digest:
                return None
            return await self._report(path)
        except (OSError, InputError):
            return None
