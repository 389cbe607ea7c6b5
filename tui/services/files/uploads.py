"""Multipart bodies of uploads, read from disk as they are sent."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.text.text import encodable
from tui.services.errors import InputError
from tui.services.given_files import open_file, unreadable
from tui.services.provider.client import BODY_TYPE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from tui.services.files.transfers import Teller

CHUNK = 256 * 1024
HASH_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Digests:
    """What a content is known by, in hex. `md5` is empty where nobody asked for it."""

    sha256: str
    md5: str = ""


class LocalFile:
    """A regular file opened for sending; it must stay as it is until it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open_file(path)
        self.state = self._look()  # as `state_of` tells it
        self.size = self.state[0]

    def read(self, at: int, count: int) -> bytes:
        """Return up to `count` bytes from a place. Blocking. Raises OSError."""
        self._file.seek(at)
        return self._file.read(count)

    def check(self) -> None:
        """Raise InputError when the file has changed since it was opened. Blocking."""
        if self._look() != self.state:
            raise changed(self.path, "was written to")

    def _look(self) -> tuple[int, int]:
        found = os.fstat(self._file.fileno())
        return found.st_size, found.st_mtime_ns

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Sending:
    """One request's body. Memory stays flat: a chunk is read, sent, and forgotten.

    It holds `length` bytes of the file from `start`, as the form's field `field`, after the
    form's other `fields`; without `fields` it is not a form but these bytes alone. With `hashing`
    the content's SHA-256 is taken on the way.
    """

    def __init__(
        self,
        file: LocalFile,
        field: str,
        fields: Mapping[str, str] | None,
        *,
        start: int = 0,
        length: int | None = None,
        hashing: bool = False,
        on_sent: Callable[[int], None] | None = None,
        content_type: str = "application/octet-stream",
    ) -> None:
        self.failure: InputError | None = None
        self._local = file
        self._start = start
        self._length = file.size - start if length is None else length
        self._hash = hashlib.sha256() if hashing else None
        self._on_sent = on_sent
        self._head = self._tail = b""
        if fields is not None:
            boundary = secrets.token_hex(16)
            content_type = f"multipart/form-data; boundary={boundary}"
            self._head = _head(boundary, fields, field, file.path.name)
            self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers: Mapping[str, str] = {
            BODY_TYPE: content_type,
            "Content-Length": str(len(self._head) + self._length + len(self._tail)),
        }

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the request's body; what breaks the reading is also left in `failure`."""
        if self._head:
            yield self._head
        sent = 0
        while sent < self._length:
            chunk = await self._next(self._start + sent, min(CHUNK, self._length - sent))
            yield chunk
            sent += len(chunk)
            if self._on_sent is not None:
                self._on_sent(sent)
        if self._tail:
            yield self._tail

    async def _next(self, at: int, wanted: int) -> bytes:
        try:
            chunk = await asyncio.to_thread(self._read, at, wanted)
        except OSError as error:
            self.failure = unreadable(self._local.path, error)
            raise self.failure from error
        if not chunk:
            self.failure = changed(self._local.path, "became shorter")
            raise self.failure
        return chunk

    def _read(self, at: int, wanted: int) -> bytes:
        chunk = self._local.read(at, wanted)
        if self._hash is not None:
            self._hash.update(chunk)
        return chunk

    def digests(self) -> Digests:
        """Return what the content sent is known by; only of one that was hashed."""
        if self._hash is None:
            raise ValueError("not hashed")
        return Digests(self._hash.hexdigest())


class Outgoing:
    """A file on its way to a provider, in whichever form that wants it; the last one counts."""

    def __init__(self, file: LocalFile, purpose: str, teller: Teller) -> None:
        self.path, self.purpose = file.path, purpose
        self.name, self.size = encodable(file.path.name), file.size
        self._file, self._teller = file, teller
        self._sending: Sending | None = None

    @property
    def failure(self) -> InputError | None:
        """What broke the reading of the file, if anything did."""
        return self._sending.failure if self._sending else None

    def form(self, fields: Mapping[str, str]) -> Sending:
        """Return it as a multipart form with these other fields before it."""
        return self._send("file", fields)

    def plain(self, content_type: str = "application/octet-stream") -> Sending:
        """Return it as it is."""
        return self._send("", None, content_type)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield its bytes without sending them. Raises InputError."""
        at = 0
        while at < self.size:
            try:
                chunk = await asyncio.to_thread(self._file.read, at, CHUNK)
            except OSError as error:
                raise unreadable(self.path, error) from error
            if not chunk:
                raise changed(self.path, "became shorter")
            yield chunk
            at += len(chunk)

    def remark(self, text: str) -> None:
        """Say something about the upload to whoever watches it."""
        self._teller.remark(text)

    def digests(self) -> Digests | None:
        """Return what the content sent is known by; None where none of it had to be sent."""
        return self._sending.digests() if self._sending else None

    def _send(self, field: str, fields: Mapping[str, str] | None, kind: str = "") -> Sending:
        self._sending = Sending(
            self._file, field, fields,
            hashing=True, on_sent=self._teller.sent, content_type=kind,
        )  # fmt: skip
        return self._sending


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex. Blocking. Raises InputError."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def content_digests(
    path: Path, *, md5: bool = False, on_read: Callable[[int], None] = lambda _: None
) -> Digests:
    """Return what a file's content is known by, read in a thread that a cancel ends.

    `on_read(bytes)` is called on the loop. Raises InputError when it cannot be read.
    """
    loop = asyncio.get_running_loop()
    cancelled = threading.Event()

    def tell(done: int) -> None:
        loop.call_soon_threadsafe(on_read, done)

    try:
        return await asyncio.to_thread(_digests, path, md5, tell, cancelled)
    finally:
        cancelled.set()


def _digests(
    path: Path, md5: bool, tell: Callable[[int], None], cancelled: threading.Event
) -> Digests:
    sha, sum_ = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    done = 0
    with open_file(path) as file:
        try:
            while not cancelled.is_set() and (chunk := file.read(HASH_CHUNK)):
                sha.update(chunk)
                if md5:
                    sum_.update(chunk)
                done += len(chunk)
                tell(done)
        except OSError as error:
            raise unreadable(path, error) from error
    return Digests(sha.hexdigest(), sum_.hexdigest() if md5 else "")


def state_of(path: Path) -> tuple[int, int]:
    """Return a file's size in bytes and when it was written to, in nanoseconds. Blocking.

    Raises InputError like `open_file`.
    """
    with open_file(path) as file:
        found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


def changed(path: Path, how: str) -> InputError:
    """Return the error for a file that did not stay as it was."""
    return InputError("The file changed while it was sent", f"{path} {how}", "Try again.")


def _head(boundary: str, fields: Mapping[str, str], field: str, name: str) -> bytes:
    # As browsers write it: quotes and line ends in a file name must not end the header.
    clean = os.fsencode(name).decode("utf-8", "replace")
    for char, code in (('"', "%22"), ("\r", "%0D"), ("\n", "%0A")):
        clean = clean.replace(char, code)
    before = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    return (
        f"{before}--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{field}"; filename="{clean}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
