"""Read the bodies of requests: JSON, and files that stream to disk."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import orjson
from anyio import to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from tui.lab import ids
from tui.lab.http.errors import ApiError, invalid, too_large

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

_BATCH: Final = 1024 * 1024
_MOST_FIELD: Final = 64 * 1024
_OVERHEAD: Final = 1024 * 1024


async def read_json(request: Request, most: int) -> dict[str, Any]:
    """Return the JSON object of the body, {} for none, of at most `most` bytes (`lab/settings.py`).

    Raises a 400 or 413.
    """
    _check_length(request, most)
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            raise too_large(most)
    if not data:
        return {}
    try:
        body = orjson.loads(bytes(data))
    except orjson.JSONDecodeError as error:
        raise invalid(
            "We could not parse the JSON body of your request. (HINT: This likely means you "
            f"aren't using your HTTP library correctly: {error})"
        ) from None
    if not isinstance(body, dict):
        raise invalid("Invalid body: expected a JSON object.")
    return body


@dataclass(slots=True)
class Form:
    """A multipart form: its text fields and its one file, kept in a temporary path."""

    path: Path
    fields: dict[str, str] = field(default_factory=dict)
    filename: str | None = None
    size: int = 0

    @property
    def has_file(self) -> bool:
        """Whether the file field was there."""
        return self.filename is not None


@asynccontextmanager
async def read_form(
    request: Request, folder: Path, file_field: str, most: int
) -> AsyncIterator[Form]:
    """Read a form whose ``file_field`` streams to disk. Raises a 400 or 413.

    The file is removed afterwards unless it was moved away.
    """
    _check_length(request, most, _OVERHEAD)
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise invalid("The request must be multipart/form-data.")
    form = Form(folder / ids.new("form-"))
    descriptor = os.open(form.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            await _fill(request, _Reader(form, stream, boundary, file_field, most))
        yield form
    finally:
        form.path.unlink(missing_ok=True)


async def _fill(request: Request, reader: _Reader) -> None:
    batch = bytearray()
    async for chunk in request.stream():
        batch += chunk
        if len(batch) >= _BATCH:
            await to_thread.run_sync(reader.feed, bytes(batch))
            batch.clear()
    await to_thread.run_sync(reader.feed, bytes(batch))
    reader.finish()


def _check_length(request: Request, most: int, overhead: int = 0) -> None:
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most + overhead:
        raise too_large(most)


class _Reader:
    """Takes the parser's callbacks apart into fields and the file."""

    def __init__(
        self, form: Form, stream: BinaryIO, boundary: bytes, file_field: str, most: int
    ) -> None:
        self._form = form
        self._stream = stream
        self._file_field = file_field
        self._most = most
        self._ended = False
        self._header = bytearray()
        self._value = bytearray()
        self._name = ""
        self._filename: str | None = None
        self._text = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": lambda data, a, b: self._header.extend(data[a:b]),
                "on_header_value": lambda data, a, b: self._value.extend(data[a:b]),
                "on_header_end": self._header_end,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise invalid(f"The form could not be read: {error}") from None

    def finish(self) -> None:
        """Raise a 400 unless the form is complete."""
        if not self._ended:
            raise invalid("The form ends too early.")

    def _part_begin(self) -> None:
        self._name, self._filename = "", None
        self._text.clear()

    def _header_end(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            filename = options.get(b"filename")
            self._filename = None if filename is None else filename.decode("utf-8", "replace")
            if self._name == self._file_field:
                self._form.filename = self._filename or "upload"
        self._header.clear()
        self._value.clear()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._name == self._file_field:
            self._form.size += len(piece)
            if self._form.size > self._most:
                raise too_large(self._most)
            self._stream.write(piece)
            return
        self._text += piece
        if len(self._text) > _MOST_FIELD:
            raise ApiError(413, f"The form field '{self._name}' is too long.", param=self._name)

    def _part_end(self) -> None:
        if self._name != self._file_field:
            self._form.fields[self._name] = self._text.decode("utf-8", "replace")

    def _end(self) -> None:
        self._ended = True
