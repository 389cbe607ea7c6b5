"""Files at the provider: uploaded from disk in a stream, listed, fetched, deleted."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.records import Deleted, FileInfo, parse_deleted, parse_file
from tui.services.calls import Call, segment
from tui.services.errors import InputError, Refused, ServiceError
from tui.services.ledger import kept
from tui.services.paging import Page, collect, parse_page
from tui.services.parsed import parsed
from tui.services.store import UploadRecord
from tui.services.uploads import Sending, content_digest, open_sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.provider import Provider
    from tui.services.store import Store

PAGE_SIZE = 1000
UPLOAD_ANSWER_S = 300.0
CHUNK = 256 * 1024


class FileService:
    """The files of one profile. Every method raises a ServiceError when it fails."""

    def __init__(self, provider: Provider, store: Store) -> None:
        self._provider = provider
        self._store = store
        self._profile = provider.profile.name

    async def list(self, purpose: str | None = None) -> list[FileInfo]:
        """Return all files, newest first, or those of one purpose."""
        doing = "list the files"

        async def fetch(after: str | None) -> Page:
            query = {"limit": PAGE_SIZE, "after": after, "purpose": purpose}
            return parse_page(await self._provider.get_json("/files", query, doing=doing), "files")

        return [parsed(parse_file, raw, doing) for raw in await collect(fetch)]

    async def upload(
        self,
        path: str | Path,
        purpose: str = "fine-tune",
        on_progress: Callable[[int, int], None] | None = None,
    ) -> FileInfo:
        """Send a file once, read from disk as it goes; `on_progress(sent, total)` in bytes.

        Cancelling the task stops it. Raises InputError when the file cannot be read or
        changes meanwhile, Unanswered when the outcome is unknown.
        """
        doing = f"upload {Path(path).name}"
        sending = await asyncio.to_thread(open_sending, Path(path), purpose, on_progress)
        try:
            value = await self._provider.send(
                Call(
                    "POST",
                    "/files",
                    doing,
                    content=sending.body(),
                    headers=sending.headers,
                    timeout=max(UPLOAD_ANSWER_S, self._provider.profile.timeout),
                )
            )
        except ServiceError:
            if sending.failure is not None:  # our own reading broke the connection
                raise sending.failure from None
            raise
        finally:
            sending.close()
        info = parsed(parse_file, value, doing)
        await self._remember(info, sending)
        return info

    async def find_upload(self, path: str | Path) -> FileInfo | None:
        """Return an earlier upload of the same content that the provider still has."""
        digest = await asyncio.to_thread(content_digest, Path(path))
        for record in await self._store.uploads(self._profile, digest):
            try:
                info = await self.retrieve(record.file_id)
            except Refused as error:
                if error.status != 404:
                    raise
                await self._store.forget_upload(self._profile, record.file_id)
            else:
                if info.status not in {"error", "deleted"}:
                    return info
        return None

    async def ensure(
        self, path: str | Path, on_progress: Callable[[int, int], None] | None = None
    ) -> tuple[FileInfo, bool]:
        """Return the file for the content at `path` and whether an earlier upload was re-used."""
        found = await self.find_upload(path)
        if found is not None:
            return found, True
        return await self.upload(path, on_progress=on_progress), False

    async def retrieve(self, file_id: str) -> FileInfo:
        """Return one file's record."""
        doing = f"show file {file_id}"
        value = await self._provider.get_json(f"/files/{segment(file_id)}", doing=doing)
        return parsed(parse_file, value, doing)

    async def content(self, file_id: str) -> bytes:
        """Return a file's whole content; for what may be large use `download`."""
        return await self._provider.read(self._content_call(file_id))

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
        part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
        try:
            await self._save(file_id, part, on_progress)
            await asyncio.to_thread(part.replace, target)
        except OSError as error:
            raise InputError(
                "Cannot write the file", f"{target}: {error.strerror or error}", "Choose another."
            ) from error
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        return target

    async def delete(self, file_id: str) -> Deleted:
        """Delete a file at the provider."""
        doing = f"delete file {file_id}"
        value = await self._provider.delete_json(f"/files/{segment(file_id)}", doing=doing)
        deleted = parsed(lambda raw: parse_deleted(raw, file_id), value, doing)
        if deleted.deleted:
            await kept(self._store.forget_upload(self._profile, file_id))
        return deleted

    def _content_call(self, file_id: str) -> Call:
        return Call(
            "GET",
            f"/files/{segment(file_id)}/content",
            f"download file {file_id}",
            headers={"Accept": "*/*"},
        )

    async def _save(
        self, file_id: str, part: Path, on_progress: Callable[[int], None] | None
    ) -> None:
        done = 0
        with await asyncio.to_thread(part.open, "wb") as out:
            async with self._provider.stream(self._content_call(file_id)) as response:
                async for chunk in response.aiter_bytes(CHUNK):
                    await asyncio.to_thread(out.write, chunk)
                    done += len(chunk)
                    if on_progress is not None:
                        on_progress(done)
            await asyncio.to_thread(out.flush)
            await asyncio.to_thread(os.fsync, out.fileno())

    async def _remember(self, info: FileInfo, sending: Sending) -> None:
        record = UploadRecord(
            info.id,
            sending.path.name,
            str(sending.path.absolute()),
            sending.digest(),
            sending.size,
            info.purpose or sending.purpose,
            int(time.time()),
        )
        await kept(self._store.add_upload(self._profile, record))
