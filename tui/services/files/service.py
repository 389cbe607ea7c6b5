"""Files at the provider: uploaded from disk in a stream, listed, fetched, deleted."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tui.core.catalog.abilities import Ability
from tui.core.jobs.match import CLOCKS_APART_S
from tui.core.provider.records import Deleted, FileInfo, parse_file
from tui.services.datasets.disk.atomic_save import is_replaceable
from tui.services.deleting import Deletable, Deletions, PresentObject
from tui.services.errors import (
    InputError,
    NotOffered,
    NotWritten,
    Refused,
    ServiceError,
    Unanswered,
)
from tui.services.files.part_uploads import PartUploads, asked_now
from tui.services.files.transfers import Transfers
from tui.services.files.uploads import (
    Digests,
    LocalFile,
    Outgoing,
    changed,
    content_digests,
    state_of,
)
from tui.services.provider.decode import parsed
from tui.services.provider.interface import check_offered
from tui.services.provider.select import api_of
from tui.services.store.best_effort import record_best_effort
from tui.services.store.tables.files_table import UploadRecord

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.core.catalog.providers import FileLimits
    from tui.services.files.transfers import Teller, Watch
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store
    from tui.services.store.tables.asked_uploads_table import AskedUpload
    from tui.services.store.tables.parts_table import OpenUpload

CHUNK = 256 * 1024


class FileService:
    """The files of one profile. Every method raises a ServiceError when it fails."""

    def __init__(self, provider: Provider, store: Store, api: ProviderApi | None = None) -> None:
        self._provider = provider
        self._api = (api or api_of(provider)).files
        self._store = store
        self._profile = provider.profile.name
        self.transfers = Transfers()
        # The file last read, in which state, and what it is known by: reading 1 GB takes seconds.
        self._last_read: tuple[object, Digests] = None, Digests("")

    @cached_property
    def limits(self) -> FileLimits:
        """What the provider allows of files."""
        profile = self._provider.profile
        return profile.provider_entry.limits.with_own(profile.file_bytes, profile.part_bytes)

    @cached_property
    def _parts(self) -> PartUploads:
        return PartUploads(self._provider, self._store, self.limits, self._find_made)

    async def list(self, purpose: str | None = None) -> list[FileInfo]:
        """Return all files, newest first, or those of one purpose."""
        return await self._api.list(purpose)

    async def upload(
        self, path: str | Path, purpose: str = "fine-tune", watch: Watch | None = None
    ) -> FileInfo:
        """Send a file, read from disk as it goes; `watch(progress)` is told how far it is.

        What is too large for one request goes in parts, and goes on where an earlier attempt
        ended. Cancelling the task stops it; parts taken stay. Raises InputError when the file
        cannot be read, is too large for the provider or changes meanwhile, Unanswered when the
        outcome is unknown.
        """
        path = Path(path)
        self._provider.check_writable(f"upload {path.name}")
        file = await asyncio.to_thread(LocalFile, path)
        teller = self.transfers.begin(path, file.size, watch)
        try:
            if problem := self.limits.problem(file.size):
                raise InputError(f"Cannot upload {path.name}", problem, self.limits.larger)
            return await self._sent(file, purpose, teller)
        finally:
            teller.end()
            file.close()

    async def find_upload(
        self, path: str | Path, watch: Watch | None = None, purpose: str = "fine-tune"
    ) -> FileInfo | None:
        """Return an earlier upload of the same content that the provider still has.

        One whose answer was lost counts, if the provider lists just one file like it.
        """
        digests = await self._read(Path(path), watch)
        found = await self._find_upload(digests.sha256, purpose)
        return found or await self._find_unanswered(Path(path), purpose, digests)

    async def ensure(self, path: str | Path, watch: Watch | None = None) -> tuple[FileInfo, bool]:
        """Return the training file of this content, and whether an earlier upload was re-used."""
        found = await self.find_upload(path, watch)
        if found is not None:
            return found, True
        return await self.upload(path, watch=watch), False

    async def unfinished(self) -> Unfinished:
        """Return the uploads in parts that were begun and can be gone on with, newest first."""
        return await self._parts.unfinished()

    async def unanswered(self) -> Unanswering:
        """Return the uploads sent without an answer so far, the last one first.

        Those in parts that were begun are not among them: `unfinished` has them.
        """
        return await self._store.asked_uploads.all(self._profile)

    async def forget_unanswered(self, upload: AskedUpload) -> None:
        """Ask no more what came of an upload."""
        ledger = self._store.asked_uploads
        await ledger.answered(self._profile, upload.path, upload.purpose)

    async def abandon(self, upload: OpenUpload) -> None:
        """Give an unfinished upload up; its parts are thrown away at the provider."""
        await self._parts.abandon(upload)

    async def ready(self, file_id: str, on_wait: Callable[[str], None] = lambda _: None) -> None:
        """Return once a job may be made of a file; `on_wait` is told what is waited for.

        Raises Unfit, in the provider's words, for one that it cannot train on.
        """
        await self._api.ready(file_id, on_wait)

    async def retrieve(self, file_id: str) -> FileInfo:
        """Return one file's record."""
        return await self._api.retrieve(file_id)

    async def download(
        self,
        file_id: str,
        dest: str | Path,
        on_progress: Callable[[int], None] | None = None,
    ) -> Path:
        """Save a file's content at `dest`, complete or not at all; return the path.

        Raises InputError when it cannot be written.
        """
        target = Path(dest)
        if not is_replaceable(target):
            await self._into(file_id, target, on_progress)
            return target
        part = target.with_name(f".{target.name[:100]}.{os.getpid()}-{secrets.token_hex(3)}.part")
        try:
            await self._save(file_id, part, on_progress)
            await asyncio.to_thread(part.replace, target)
        except OSError as error:
            raise _not_written(target, error) from error
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        return target

    async def _into(
        self, file_id: str, target: Path, on_progress: Callable[[int], None] | None
    ) -> None:
        """Send a file's content into a pipe or a device, which is not to be replaced."""
        try:
            with await asyncio.to_thread(target.open, "wb") as out:
                await self.copy(file_id, out, on_progress)
        except OSError as error:
            raise _not_written(target, error) from error

    async def delete(self, file_id: str) -> Deleted:
        """Delete a file at the provider."""
        deleted = await self._api.delete(file_id)
        if deleted.deleted:
            await self._forget(file_id)
        return deleted

    def deletions(self, delete: Callable[[str], Awaitable[Deleted]] | None = None) -> Deletions:
        """Return what deletes several, each asked for once and looked for afterwards.

        `delete` is asked instead of `self.delete`.
        """

        async def listed() -> set[str]:
            return {file.id for file in await self._api.list()}

        kind = Deletable("file", delete or self.delete, self._look, listed, self._forget)
        return Deletions(self._profile, self._store.deletions, kind)

    async def _look(self, file_id: str) -> PresentObject | None:
        try:
            return PresentObject((await self._api.retrieve(file_id)).created_at)
        except Refused as error:
            if error.status != 404 or isinstance(error, NotOffered):
                raise
            return None

    async def _forget(self, file_id: str, _: object = None) -> None:
        await record_best_effort(self._store.files.forget(self._profile, file_id))

    async def _save(
        self, file_id: str, part: Path, on_progress: Callable[[int], None] | None
    ) -> None:
        with await asyncio.to_thread(part.open, "wb") as out:
            await self.copy(file_id, out, on_progress)
            await asyncio.to_thread(os.fsync, out.fileno())

    async def copy(
        self, file_id: str, out: BinaryIO, on_progress: Callable[[int], None] | None = None
    ) -> None:
        """Write a file's content to a stream. Raises OSError where that takes no more."""
        done = 0
        async with self._api.content(file_id) as response:
            async for chunk in response.aiter_bytes(CHUNK):
                await asyncio.to_thread(out.write, chunk)
                done += len(chunk)
                if on_progress is not None:
                    on_progress(done)
        await asyncio.to_thread(out.flush)

    async def _sent(self, file: LocalFile, purpose: str, teller: Teller) -> FileInfo:
        if self.limits.in_parts(file.size):
            digests = await self._read(file.path, teller.watch)
            if await asyncio.to_thread(state_of, file.path) != file.state:
                raise changed(file.path, "was replaced")
            try:
                return await self._in_parts(file, purpose, teller, digests)
            except NotOffered:
                if self.limits.known:
                    raise
                teller.remark("no uploads in parts here: sent in one request")
        return await self._at_once(file, purpose, teller)

    async def _in_parts(
        self, file: LocalFile, purpose: str, teller: Teller, digests: Digests
    ) -> FileInfo:
        upload, value = await self._parts.send(file, purpose, digests, teller)
        info = parsed(parse_file, value, f"complete the upload of {file.path.name}")
        await self._remember(info, file, purpose, digests)
        await self._parts.done(upload)
        return info

    async def _at_once(self, file: LocalFile, purpose: str, teller: Teller) -> FileInfo:
        check_offered(
            self._provider.profile.provider_entry.abilities,
            Ability.FILES,
            f"upload {file.path.name}",
        )
        outgoing = Outgoing(file, purpose, teller)
        teller.start()
        asked = asked_now(file, purpose)
        ledger = self._store.asked_uploads
        await record_best_effort(ledger.asked(self._profile, asked))
        try:
            info = await self._api.upload(outgoing)
        except ServiceError as error:
            if outgoing.failure is not None or not isinstance(error, Unanswered):
                await record_best_effort(ledger.answered(self._profile, asked.path, purpose))
            if outgoing.failure is not None:  # our own reading broke the connection
                raise outgoing.failure from None
            if not isinstance(error, Unanswered):
                raise
            teller.remark("asked, no answer: looking for it")
            teller.finishing()
            since = asked.at - CLOCKS_APART_S
            if (value := await self._find_made(asked.name, file.size, purpose, since)) is None:
                raise
            info = parsed(parse_file, value, f"upload {file.path.name}")
        digests = outgoing.digests() or await self._read(file.path, teller.watch)
        await self._remember(info, file, purpose, digests)
        return info

    async def _find_unanswered(self, path: Path, purpose: str, digests: Digests) -> FileInfo | None:
        """Return the file made by an upload of this path whose answer never came, if it is there.

        A file that was written to since is another one.
        """
        ledger, where = self._store.asked_uploads, _place(path)
        asked = await ledger.unanswered(self._profile, where, purpose)
        if asked is None:
            return None
        state = await asyncio.to_thread(state_of, path)
        if state != (asked.size, asked.modified):
            return None
        since = asked.at - CLOCKS_APART_S
        value = await self._find_made(asked.name, asked.size, purpose, since)
        if value is None:
            return None
        info = parsed(parse_file, value, f"upload {path.name}")
        await self._store.files.add(
            self._profile, _record(info, path, digests, asked.size, purpose)
        )
        await ledger.answered(self._profile, where, purpose)
        return info

    async def _read(self, path: Path, watch: Watch | None) -> Digests:
        """Read a file to know its content, for parts too where it will go in parts."""
        size, modified = await asyncio.to_thread(state_of, path)
        known, digests = self._last_read
        if known == (path, size, modified):
            return digests
        teller = self.transfers.begin(path, size, watch)
        try:
            md5 = self.limits.in_parts(size)
            digests = await content_digests(path, md5=md5, on_read=teller.read)
        finally:
            teller.end()
        if await asyncio.to_thread(state_of, path) == (size, modified):
            self._last_read = (path, size, modified), digests
        return digests

    async def _find_upload(self, digest: str, purpose: str) -> FileInfo | None:
        for record in await self._store.files.all(self._profile, digest):
            if record.purpose != purpose:
                continue
            try:
                info = await self.retrieve(record.file_id)
            except Refused as error:
                if error.status != 404:
                    raise
                await self._store.files.forget(self._profile, record.file_id)
            else:
                if info.status not in {"error", "deleted"}:
                    return info
        return None

    async def _find_made(self, name: str, size: int, purpose: str, since: int) -> object:
        """Look for a file whose making was asked for, without an answer; None if there is none.

        What the ledger knows was made by another request. Never raises: that the outcome
        stays unknown is said by whoever asks.
        """
        try:
            known = {record.file_id for record in await self._store.files.all(self._profile)}
            files = await self.list(purpose)
        except ServiceError:
            return None
        found = [
            file.raw
            for file in files
            if file.id not in known
            and file.status != "uploading"  # made, and its content has not arrived
            and file.filename == name
            and file.bytes in {size, None}
            and (file.created_at or 0) >= since
        ]
        return found[0] if len(found) == 1 else None

    async def _remember(
        self, info: FileInfo, file: LocalFile, purpose: str, digests: Digests
    ) -> None:
        record = _record(info, file.path, digests, file.size, purpose)
        await record_best_effort(self._store.files.add(self._profile, record))
        where = _place(file.path)
        await record_best_effort(self._store.asked_uploads.answered(self._profile, where, purpose))


def _place(path: Path) -> str:
    return str(path.absolute())


def _record(info: FileInfo, path: Path, digests: Digests, size: int, purpose: str) -> UploadRecord:
    return UploadRecord(
        info.id,
        path.name,
        _place(path),
        digests.sha256,
        size,
        info.purpose or purpose,
        int(time.time()),
    )


def _not_written(target: Path, error: OSError) -> NotWritten:
    return NotWritten(
        "Cannot write the file", f"{target}: {error.strerror or error}", "Choose another."
    )


# Written here because inside the class `list` is a method.
Unfinished = list["OpenUpload"]
Unanswering = list["AskedUpload"]
