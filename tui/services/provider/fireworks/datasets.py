"""Files: a dataset is made, its content sent, and it is looked at until it is ready.

The id of a dataset comes of its content. So whatever answer is lost, sending the same file again
finds what is there and goes on with it, and nothing is there twice.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import Ability
from tui.core.provider.fireworks.names import dataset_id
from tui.core.provider.fireworks.records import READY, file_object, status_words
from tui.core.provider.parsing import as_int, as_map, as_text
from tui.core.provider.records import Deleted, FileInfo, parse_file
from tui.services.errors import Malformed, Refused, ServiceError, Unanswered, Unfit
from tui.services.provider.decode import parsed, parsed_all
from tui.services.provider.fireworks.gateway import signed_urls
from tui.services.provider.interface import check_offered
from tui.services.provider.requests import UPLOAD_ANSWER_S, Call

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    import httpx2

    from tui.services.provider.fireworks.gateway import Gateway
    from tui.services.provider.interface import OutgoingFile

COLLECTION = "datasets"
FORM_BYTES = 150_000_000
# Looks at a dataset whose content was just sent, and at one that a job waits for, after seconds.
LOOKS_S = (0.0, 0.5, 1.0, 2.0)
WAITS_S = (0.0, 1.0, 2.0, 4.0, 8.0, *(15.0,) * 20)
_FAILED_PRECONDITION = 9  # validating while the storage is still busy with the content
EXPIRED = frozenset({400, 401, 403, 410})  # what storages say of a signed address that is over


class FireworksFiles:
    """Files."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._provider = gateway, gateway.provider
        self._form_bytes = gateway.entry.form_bytes or FORM_BYTES

    async def list(self, purpose: str | None = None) -> list[FileInfo]:
        """Return all, newest first; none for another purpose than training."""
        doing = "list the files"
        check_offered(self._gateway.abilities, Ability.FILES, doing)
        if purpose not in {None, "fine-tune"}:
            return []
        rows = await self._gateway.rows(COLLECTION, doing)
        files = parsed_all(self._file, rows, doing)
        return sorted(files, key=lambda file: file.created_at or 0, reverse=True)

    async def retrieve(self, file_id: str) -> FileInfo:
        """Return one."""
        doing = f"show file {file_id}"
        return parsed(self._file, await self._gateway.get(self._path(file_id), doing), doing)

    async def upload(self, file: OutgoingFile) -> FileInfo:
        """Send one, unless its content is there already."""
        doing = f"upload {file.path.name}"
        check_offered(self._gateway.abilities, Ability.FILES, doing)
        digest, examples = await _read(file)
        identifier = dataset_id(file.name, digest)
        native = await self._begin(identifier, file, examples, doing)
        if native.get("state") != READY:
            native = await self._send(identifier, file, doing)
        return parsed(self._file, native, doing)

    async def ready(self, file_id: str, on_wait: Callable[[str], None]) -> None:
        """Return once a dataset is READY. Raises Unfit for one that Fireworks cannot read."""
        doing = f"use file {file_id}"

        def waiting(state: str) -> None:
            on_wait(f"file {file_id} is {state.lower() or 'not ready'}; the job waits for it")

        native = await self._look(file_id, doing, WAITS_S, waiting)
        if native.get("state") != READY:
            cause = f"it is {native.get('state')} still after {sum(WAITS_S):.0f} s"
            raise Unfit(f"Cannot {doing}", cause, "Upload it again, or wait and try again.")

    def content(self, file_id: str) -> AbstractAsyncContextManager[httpx2.Response]:
        """Open a file's content, at the signed address that Fireworks names for it."""
        return self._content(file_id)

    async def delete(self, file_id: str) -> Deleted:
        """Delete one; an answer without an error says that it is gone."""
        doing = f"delete file {file_id}"
        await self._provider.exchange(Call("DELETE", self._path(file_id), doing))
        return Deleted(file_id, deleted=True)

    # -- sending -----------------------------------------------------------------------

    async def _begin(
        self, identifier: str, file: OutgoingFile, examples: int, doing: str
    ) -> Mapping[str, Any]:
        """Return the dataset for a file, made if it was not there."""
        dataset = {
            "displayName": file.name,
            "userUploaded": {},
            "format": "CHAT",
            "exampleCount": str(examples),
        }
        body = {"datasetId": identifier, "dataset": dataset}
        path = self._gateway.collection(COLLECTION)
        call = Call("POST", path, doing, body=body, expects=frozenset({409}))
        try:
            answer = await self._provider.exchange(call)
        except ServiceError as error:
            if not error.outcome_unknown:
                raise
            found = await self._find_after_loss(identifier, doing, error)
        else:
            if answer.status != 409:
                return as_map(answer.value)
            found = await self._gateway.get(self._path(identifier), doing)
        if found.get("state") == READY:
            file.remark("the same content is there already")
        return found

    async def _send(self, identifier: str, file: OutgoingFile, doing: str) -> Mapping[str, Any]:
        """Send the content and return the dataset after it."""
        try:
            if file.size <= self._form_bytes:
                form = file.form({})
                call = Call(
                    "POST", self._path(identifier, ":upload"), doing,
                    content=form.body(), headers=form.headers, timeout=self._patience,
                )  # fmt: skip
                await self._provider.exchange(call)
            else:
                await self._send_signed(identifier, file, doing)
        except ServiceError as error:
            if not error.outcome_unknown:
                raise
            native = await self._find_after_loss(identifier, doing, error)
            if native.get("state") != READY:
                raise
            return native
        return await self._look(identifier, doing, LOOKS_S)

    async def _send_signed(self, identifier: str, file: OutgoingFile, doing: str) -> None:
        lost: ServiceError | None = None
        try:
            await self._put(identifier, file, doing)
        except Refused as error:
            if error.status not in EXPIRED:
                raise
            file.remark("the signed address is over: asking for another")
            await self._put(identifier, file, doing)
        except Unanswered as error:  # the content may be there: validating tells
            lost = error
        await self._validate(identifier, doing, lost)

    async def _put(self, identifier: str, file: OutgoingFile, doing: str) -> None:
        """Ask for a signed address and send the content there, without the key."""
        path = self._path(identifier, ":getUploadEndpoint")
        body = {"filenameToSize": {file.name: str(file.size)}}
        answer = as_map(await self._provider.post_json(path, body, doing=doing))
        url = signed_urls(answer, doing).get(file.name)
        if url is None:
            raise Malformed(f"Cannot {doing}", "the signed address is for another file", "")
        sending = file.plain()
        # Both the type and the range are part of what is signed.
        exact = {"X-Goog-Content-Length-Range": f"{file.size},{file.size}"}
        headers = {**sending.headers, **exact}
        call = Call(
            "PUT", url, doing, content=sending.body(), headers=headers, timeout=self._patience
        )
        async with self._provider.elsewhere(call):
            pass

    async def _validate(self, identifier: str, doing: str, lost: ServiceError | None) -> None:
        """Have the content looked at; `lost` is raised where it has not arrived after all."""
        path = self._path(identifier, ":validateUpload")
        value: Mapping[str, Any] = {}
        for wait in LOOKS_S:
            await asyncio.sleep(wait)
            call = Call("POST", path, doing, body={}, expects=frozenset({400}))
            answer = await self._provider.exchange(call)
            if answer.status != 400:
                return
            value = as_map(answer.value)
            if as_int(value.get("code")) != _FAILED_PRECONDITION:
                break
        if lost is not None:
            raise lost
        cause = as_text(value.get("message")) or "the content was not accepted"
        raise Refused(f"Cannot {doing}", cause, "Correct the file, or try again.", status=400)

    async def _look(
        self,
        identifier: str,
        doing: str,
        waits: Sequence[float],
        on_wait: Callable[[str], None] = lambda _: None,
    ) -> Mapping[str, Any]:
        """Return a dataset once it is READY, or as it is in the end. Raises Unfit."""
        native: Mapping[str, Any] = {}
        for wait in waits:
            if wait:
                on_wait(as_text(native.get("state")) or "")
                await asyncio.sleep(wait)
            native = await self._gateway.get(self._path(identifier), doing)
            if native.get("state") == READY:
                break
            if problem := status_words(native):
                raise Unfit(f"Cannot {doing}", problem, "Correct the file and upload it again.")
        return native

    async def _find_after_loss(
        self, identifier: str, doing: str, lost: ServiceError
    ) -> Mapping[str, Any]:
        """Return the dataset after a lost answer; `lost` is raised where it is not there."""
        try:
            native = await self._gateway.find(self._path(identifier), doing)
        except ServiceError:
            raise lost from None
        if native is None:
            raise lost
        return native

    # -- reading -----------------------------------------------------------------------

    @asynccontextmanager
    async def _content(self, file_id: str) -> AsyncIterator[httpx2.Response]:
        doing = f"download file {file_id}"
        answer = await self._gateway.get(self._path(file_id, ":getDownloadEndpoint"), doing)
        url = next(iter(signed_urls(answer, doing).values()))
        async with self._provider.elsewhere(Call("GET", url, doing)) as response:
            yield response

    def _file(self, value: object) -> FileInfo:
        return parse_file(file_object(value, self._gateway.account))

    def _path(self, identifier: str, action: str = "") -> str:
        return self._gateway.path(COLLECTION, identifier, action)

    @property
    def _patience(self) -> float:
        return max(UPLOAD_ANSWER_S, self._provider.profile.timeout)


async def _read(file: OutgoingFile) -> tuple[str, int]:
    """Return the SHA-256 of a file's content and how many lines of it hold something."""
    digest, lines, empty = hashlib.sha256(), 0, True
    async for chunk in file.chunks():
        counted, empty = await asyncio.to_thread(_count, digest, chunk, empty)
        lines += counted
    return digest.hexdigest(), lines + (not empty)


def _count(digest: Any, chunk: bytes, empty: bool) -> tuple[int, bool]:
    """Take a chunk into a digest; return the lines that end in it, and whether one is begun."""
    digest.update(chunk)
    *whole, rest = chunk.split(b"\n")
    if not whole:
        return 0, empty and not rest.strip()
    first, *others = whole
    counted = (not empty or bool(first.strip())) + sum(1 for line in others if line.strip())
    return counted, not rest.strip()
