"""Files sent in parts, such that what a provider has taken is never sent again.

The ledger knows every part taken. Whoever sends the same content later, after a crash or a lost
line, goes on with the upload that was begun, as long as the provider keeps it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.provider.parsing import as_map, as_time, required_id
from tui.core.text.text import encodable, one_line
from tui.services.errors import InputError, Refused, ServiceError, Unanswered
from tui.services.files.uploads import Sending
from tui.services.provider.decode import parsed
from tui.services.provider.requests import Call, segment
from tui.services.store.best_effort import record_best_effort
from tui.services.store.tables.asked_uploads_table import AskedUpload
from tui.services.store.tables.parts_table import OpenUpload

if TYPE_CHECKING:
    from tui.core.catalog.providers import FileLimits
    from tui.services.files.transfers import Teller
    from tui.services.files.uploads import Digests, LocalFile
    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store

T = TypeVar("T")
# Looks for a file that may have been made: of this name, size and purpose, since a Unix second.
FindMade = Callable[[str, int, str, int], Awaitable[object]]
MIME_TYPE = "text/jsonl"
ANSWER_S = 300.0
# A part is asked for again after these many seconds when it failed in passing: at worst the
# provider keeps one that is never named.
AGAIN_S = (0.5, 2.0, 5.0)
LONGEST_WAIT_S = 60.0
# An upload that ends within these many seconds is not worth going on with.
TOO_LATE_S = 5


def asked_now(file: LocalFile, purpose: str) -> AskedUpload:
    """Return what the ledger keeps of an upload that is about to be sent."""
    path, modified = file.path, file.state[1]
    name, now = encodable(path.name), int(time.time())
    return AskedUpload(str(path.absolute()), purpose, name, file.size, modified, now)


class PartUploads:
    """The uploads in parts of one profile. Every method raises a ServiceError when it fails."""

    def __init__(
        self, provider: Provider, store: Store, limits: FileLimits, find: FindMade
    ) -> None:
        self._provider = provider
        self._ledger, self._asked = store.parts, store.asked_uploads
        self._find = find
        self._limits = limits
        self._profile = provider.profile.name
        self._path = provider.profile.provider_entry.paths.uploads

    async def unfinished(self) -> list[OpenUpload]:
        """Return the uploads begun from here that can still be gone on with, newest first."""
        found = await self._ledger.unfinished(self._profile)
        return [upload for upload in found if upload.expires_at > time.time()]

    async def send(
        self, file: LocalFile, purpose: str, digests: Digests, teller: Teller
    ) -> tuple[OpenUpload, object]:
        """Send all that is not there yet; return the upload and the file object made of it.

        The file object is None where the provider does not tell.
        """
        upload, note = await self._earlier(file, purpose, digests)
        if upload is not None:
            try:
                return upload, await self._go_on(upload, file, teller, note)
            except Refused as error:
                if not _gone(error):
                    raise
                note = f"the upload begun earlier is gone ({one_line(error.cause, 80)}): begun anew"
                await record_best_effort(self._ledger.forget(self._profile, upload.id))
        upload = await self._begin(file, purpose, digests)
        return upload, await self._go_on(upload, file, teller, note)

    async def done(self, upload: OpenUpload) -> None:
        """Take note that a file was made of an upload."""
        await record_best_effort(self._ledger.forget(self._profile, upload.id))

    async def abandon(self, upload: OpenUpload) -> None:
        """Give an upload up at the provider; one it no longer knows is only forgotten."""
        doing = f"give up the upload of {upload.name}"
        try:
            await self._provider.post_json(f"{self._path}/{segment(upload.id)}/cancel", doing=doing)
        except Refused as error:
            if not _gone(error):
                raise
        await self._ledger.forget(self._profile, upload.id)

    async def _earlier(
        self, file: LocalFile, purpose: str, digests: Digests
    ) -> tuple[OpenUpload | None, str]:
        """Return an upload of this content to go on with, and a remark for the user."""
        note = ""
        for upload in await self._ledger.unfinished(self._profile, digests.sha256):
            if upload.expires_at - time.time() < TOO_LATE_S:
                await record_best_effort(self._ledger.forget(self._profile, upload.id))
                note = "the upload begun earlier has expired: begun anew"
            elif (upload.size, upload.purpose) == (file.size, purpose):
                return upload, f"going on: {len(upload.parts)} of {upload.count} parts were there"
        return None, note

    async def _begin(self, file: LocalFile, purpose: str, digests: Digests) -> OpenUpload:
        doing = f"begin the upload of {file.path.name}"
        name = encodable(file.path.name)
        body = {
            "filename": name, "purpose": purpose, "bytes": file.size, "mime_type": MIME_TYPE,
        }  # fmt: skip
        # In the ledger before it leaves: cut off here, nothing else would tell of it.
        asked = asked_now(file, purpose)
        await record_best_effort(self._asked.asked(self._profile, asked))
        try:
            raw = await self._again(lambda: self._provider.post_json(self._path, body, doing=doing))
        except ServiceError as error:
            if not isinstance(error, Unanswered):
                await self._answered(asked)
            raise
        upload_id = parsed(lambda value: required_id(as_map(value), "the upload"), raw, doing)
        begun, now = as_time(as_map(raw).get("created_at")), int(time.time())
        ends = as_time(as_map(raw).get("expires_at"))
        # By this machine's clock, which may not agree with the provider's.
        lasts = ends - begun if ends and begun else self._limits.upload_seconds
        upload = OpenUpload(
            {}, upload_id, digests.sha256, digests.md5, str(file.path.absolute()), name, file.size,
            purpose, self._limits.part_bytes, begun or now, now + lasts,
        )  # fmt: skip
        await record_best_effort(self._ledger.begun(self._profile, upload))
        await self._answered(asked)
        return upload

    async def _answered(self, asked: AskedUpload) -> None:
        ledger = self._asked
        await record_best_effort(ledger.answered(self._profile, asked.path, asked.purpose))

    async def _go_on(
        self, upload: OpenUpload, file: LocalFile, teller: Teller, note: str
    ) -> object:
        parts = dict(upload.parts)
        sent = upload.taken
        teller.start(kept=sent, expires=upload.expires_at, note=note)
        for number in range(upload.count):
            if number in parts:
                continue
            _check_time(upload)
            parts[number] = await self._part(upload, number, file, sent, teller)
            await record_best_effort(
                self._ledger.taken(self._profile, upload, number, parts[number])
            )
            sent += upload.length(number)
        await asyncio.to_thread(file.check)
        teller.finishing()
        return await self._complete(replace(upload, parts=parts))

    async def _part(
        self, upload: OpenUpload, number: int, file: LocalFile, before: int, teller: Teller
    ) -> str:
        doing = f"send part {number + 1} of {upload.count} of {file.path.name}"

        async def once() -> object:
            sending = Sending(
                file, "data", {},
                start=number * upload.part_bytes,
                length=upload.length(number),
                on_sent=lambda done: teller.sent(before + done),
            )  # fmt: skip
            try:
                return await self._provider.send(
                    Call(
                        "POST",
                        f"{self._path}/{segment(upload.id)}/parts",
                        doing,
                        content=sending.body(),
                        headers=sending.headers,
                        timeout=max(ANSWER_S, self._provider.profile.timeout),
                    )
                )
            except ServiceError:
                if sending.failure is not None:  # our own reading broke the connection
                    raise sending.failure from None
                raise

        def again() -> None:
            teller.remark(f"part {number + 1} of {upload.count} had to be sent again")

        def waiting(until: str) -> None:
            teller.remark(f"the provider asks to wait until {until}")

        raw = await self._again(once, again, waiting)
        return parsed(lambda value: required_id(as_map(value), "the part"), raw, doing)

    async def _complete(self, upload: OpenUpload) -> object:
        doing = f"complete the upload of {upload.name}"
        body: dict[str, Any] = {"part_ids": [upload.parts[n] for n in sorted(upload.parts)]}
        if upload.md5:
            body["md5"] = upload.md5
        call = Call(
            "POST",
            f"{self._path}/{segment(upload.id)}/complete",
            doing,
            body=body,
            timeout=max(ANSWER_S, self._provider.profile.timeout),
        )

        async def once() -> object:
            # Asked twice, it says no to the second: what counts is whether the file is there.
            try:
                made = as_map(await self._provider.send(call)).get("file")
            except ServiceError:
                if (found := await self._find_made(upload)) is not None:
                    return found
                raise
            return made or await self._find_made(upload)

        return await self._again(once)

    async def _find_made(self, upload: OpenUpload) -> object:
        return await self._find(upload.name, upload.size, upload.purpose, upload.begun_at)

    async def _again(
        self,
        attempt: Callable[[], Awaitable[T]],
        on_again: Callable[[], None] = lambda: None,
        on_wait: Callable[[str], None] = lambda _: None,
    ) -> T:
        """Make a request that is harmless to repeat, again where it failed in passing.

        `on_wait` is told until when a provider asks to wait for longer than we would.
        """
        for pause in AGAIN_S:
            try:
                return await attempt()
            except InputError:
                raise
            except ServiceError as error:
                wait = max(pause, error.retry_after or 0)
                if not error.passing or _gone(error) or wait > LONGEST_WAIT_S:
                    raise
                if wait > pause and error.wait_words:
                    on_wait(error.wait_words)
            await asyncio.sleep(wait)
            on_again()
        return await attempt()


def _check_time(upload: OpenUpload) -> None:
    if upload.expires_at <= time.time():
        raise InputError(
            f"Cannot upload {upload.name}",
            "it took longer than the provider keeps an upload that is not complete",
            "Use a faster line, or make the file smaller.",
        )


def _gone(error: ServiceError) -> bool:
    """Whether a provider's no means that it does not have the upload (any more), or its parts."""
    return isinstance(error, Refused) and error.status in {400, 404, 409, 410, 422}
