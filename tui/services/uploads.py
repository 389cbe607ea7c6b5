"""A local file on its way out: a multipart body read from disk as it is sent."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import stat
from typing import TYPE_CHECKING

from tui.services.errors import InputError
from tui.services.http import BODY_TYPE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from io import BufferedReader
    from pathlib import Path

CHUNK = 256 * 1024


class Sending:
    """One upload. Memory stays flat: a chunk is read, hashed, sent, and forgotten."""

    def __init__(
        self,
        path: Path,
        file: BufferedReader,
        purpose: str,
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        self.path = path
        self.purpose = purpose
        self.size = os.fstat(file.fileno()).st_size
        self.failure: InputError | None = None
        self._file = file
        self._hash = hashlib.sha256()
        self._progress = on_progress
        boundary = secrets.token_hex(16)
        self._head = _head(boundary, path.name, purpose)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            BODY_TYPE: f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + self.size + len(self._tail)),
        }

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the request's body; what breaks the reading is also left in `failure`."""
        yield self._head
        sent = 0
        while sent < self.size:
            chunk = await self._next(min(CHUNK, self.size - sent))
            yield chunk
            sent += len(chunk)
            if self._progress is not None:
                self._progress(sent, self.size)
        yield self._tail

    async def _next(self, wanted: int) -> bytes:
        try:
            chunk = await asyncio.to_thread(self._read, wanted)
        except OSError as error:
            self.failure = unreadable(self.path, error)
            raise self.failure from error
        if not chunk:
            self.failure = InputError(
                "The file changed while it was sent", f"{self.path} became shorter", "Try again."
            )
            raise self.failure
        return chunk

    def _read(self, wanted: int) -> bytes:
        chunk = self._file.read(wanted)
        self._hash.update(chunk)
        return chunk

    def digest(self) -> str:
        """Return the SHA-256 of what was sent, in hex."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_sending(
    path: Path, purpose: str, on_progress: Callable[[int, int], None] | None
) -> Sending:
    """Open a file for uploading. Raises InputError when it is none or cannot be read."""
    return Sending(path, open_file(path), purpose, on_progress)


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex. Raises InputError like `open_sending`."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_file(path: Path) -> BufferedReader:
    """Open a regular file for reading; InputError names what else it is."""
    try:
        # A pipe or device would make the opening itself wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise _not_a_file(path)
        return path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error for a file the system does not let us read."""
    return InputError(
        "Cannot read the file", f"{path}: {error.strerror or error}", "Check the path and its mode."
    )


def _not_a_file(path: Path) -> InputError:
    what = "a folder" if path.is_dir() else "not a regular file"
    return InputError("Cannot read the file", f"{path} is {what}", "Name a .jsonl file.")


def _head(boundary: str, name: str, purpose: str) -> bytes:
    # As browsers write it: quotes and line ends in a file name must not end the header.
    clean = os.fsencode(name).decode("utf-8", "replace")
    for char, code in (('"', "%22"), ("\r", "%0D"), ("\n", "%0A")):
        clean = clean.replace(char, code)
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{clean}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
