"""Find the dataset that a job was trained on: by the ledger, by its content, or by downloading."""

from __future__ import annotations

import asyncio
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui.core.jobs.move.chosen import ConvertedLines, data_of
from tui.core.text.paths import path_line
from tui.core.text.text import one_line
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.datasets.disk.file_lines import reading
from tui.services.errors import InputError, NotWritten, ServiceError, disk_errors
from tui.services.files.uploads import content_digests
from tui.services.settings.locations import private_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui.core.jobs.move.moving import MovedData
    from tui.services.files.service import FileService
    from tui.services.store.store import Store
    from tui.services.store.tables.files_table import UploadRecord


class MissingDataError(InputError):
    """A file of a job that is nowhere to be found; `file` says which of the two it is."""

    file: Literal["training", "validation"] = "training"


How = Literal["here", "elsewhere", "downloaded", "given"]
_WORDS: dict[How, str] = {
    "here": "as it was uploaded",
    "elsewhere": "the same content at another place",
    "downloaded": "downloaded from the provider",
    "given": "as named; whether it is the same is not known",
}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a job on this machine, and how it was found."""

    path: Path
    how: How

    @property
    def words(self) -> str:
        """Return it in a line."""
        return f"{path_line(self.path, 100)}: {_WORDS[self.how]}"


class JobData:
    """Finds the files of one profile's jobs; what is downloaded or made goes into `folder`."""

    def __init__(self, profile: str, files: FileService, store: Store, folder: Path) -> None:
        self._profile, self._files, self._store, self._folder = profile, files, store, folder

    async def find(self, file_id: str) -> FoundFile:
        """Return a file of a job. Raises InputError that says what was tried, where it is nowhere.

        A file whose content has changed since is not taken for it.
        """
        record = await self._store.files.of_id(self._profile, file_id)
        if record is not None:
            for path in await self._known_paths(record):
                if await _holds(path, record):
                    how: How = "here" if str(path) == record.path else "elsewhere"
                    return FoundFile(path, how)
        target = await asyncio.to_thread(private_folder, self._folder)
        try:
            path = await self._files.download(file_id, target / f"{_safe(file_id)}.jsonl")
        except ServiceError as error:
            said = "it was not uploaded from this machine"
            if record is not None:
                said = f"{path_line(record.path, 100)} has changed since, or is gone"
            raise MissingDataError(
                "The data of the job was not found",
                f"{one_line(file_id, 60)}: {said}; and it cannot be downloaded: {error.brief}",
                "Name the dataset yourself.",
            ) from error
        return FoundFile(path, "downloaded")

    async def _known_paths(self, record: UploadRecord) -> list[Path]:
        """Return where this content was seen, the place it was uploaded from first."""
        versions = await self._store.versions.find(digest=record.digest)
        uploads = await self._store.files.of_digest(record.digest)
        places = [record.path, *(one.path for one in versions), *(one.path for one in uploads)]
        return [Path(one) for one in dict.fromkeys(places)]

    async def look(self, path: Path) -> MovedData:
        """Return what a training file holds. Raises InputError."""
        size = await asyncio.to_thread(_size, path)
        async with reading(path) as lines:
            return await asyncio.to_thread(data_of, lines, size)

    async def fitted(self, path: Path, *, chosen_only: bool, bom: bool) -> tuple[Path, str]:
        """Return a file as the new home wants it, and what was changed; itself where it fits.

        What has to be changed is written beside what is downloaded: chats of the preferred answers
        with `chosen_only`, and a byte order mark with `bom`, or none. Raises InputError and
        NotWritten.
        """
        has = await asyncio.to_thread(_begins_with_bom, path)
        if has == bom and not chosen_only:
            return path, ""
        folder = await asyncio.to_thread(private_folder, self._folder)
        digest = (await content_digests(path)).sha256
        counted = ConvertedLines() if chosen_only else None
        kind = ("-chosen" if chosen_only else "") + ("-bom" if bom else "")
        target = folder / f"{_safe(path.stem)}-{digest[:8]}{kind}.jsonl"
        await asyncio.to_thread(_write, path, target, counted, bom=bom)
        said = [counted.words] if counted is not None else []
        if has != bom:
            said.append(f"{'with' if bom else 'without'} a byte order mark")
        return target, f"{target.name}: {'; '.join(said)}"


def _begins_with_bom(path: Path) -> bool:
    with disk_errors("Cannot read the file", path, "Check the path."), path.open("rb") as file:
        return file.read(len(BOM_UTF8)) == BOM_UTF8


def _write(path: Path, target: Path, counted: ConvertedLines | None, *, bom: bool) -> None:
    def lines() -> Iterator[bytes]:
        if bom:
            yield BOM_UTF8
        with path.open("rb") as file:
            plain = _plain(file)
            yield from plain if counted is None else counted.of(plain)

    with disk_errors("Not written", target, "Free some space.", NotWritten):
        write_atomically(target, lines(), private=True)


def _plain(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines as they are, the first one without a byte order mark."""
    for at, line in enumerate(lines):
        yield line if at else line.removeprefix(BOM_UTF8)


async def _holds(path: Path, record: UploadRecord) -> bool:
    """Whether a file is there with the content that was uploaded."""
    try:
        if (await asyncio.to_thread(path.stat)).st_size != record.size:
            return False
        return (await content_digests(path)).sha256 == record.digest
    except (OSError, ValueError, InputError):
        return False


def _size(path: Path) -> int:
    with disk_errors("Cannot read the file", path, "Check the path and its mode."):
        return path.stat().st_size


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:80].strip(".") or "file"
