"""Redaction of a whole file: JSONL, one JSON document, CSV or plain text, in any encoding."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.fixes.damaged import wide_encoding
from tui.core.fixes.redaction.redaction import PLACEHOLDERS, redact
from tui.core.fixes.redaction.table_columns import password_cells
from tui.core.formats.detection.packed import not_text
from tui.core.text.json_text import is_json
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_IMAGE = b";base64,"


@dataclass(slots=True)
class RedactedFile:
    """A file's content with placeholders, and how many by rule.

    `unread` says what of it was not looked at; `remarks` what is not text and may hold more.
    `opaque` is a file of which nothing was: a copy of it would only look redacted.
    """

    data: bytes
    lines: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    opaque: bool = False


def redact_file(data: bytes, rules: Container[str]) -> RedactedFile:
    """Replace all that `rules` find in a file; what nothing is found in stays byte for byte."""
    encoding = wide_encoding(data)
    if encoding:
        return _of_wide(data, encoding, rules)
    if (kind := binary_kind(data)) is not None:
        return RedactedFile(data, unread=[f"{kind} is not text"], opaque=True)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    made = RedactedFile(b"")
    parts = [mark]
    deep = 0
    body = data.removeprefix(mark)
    if "secret-password" in rules:
        body = _without_columns(body, made)
    for block in _blocks(body):
        one = redact(block, rules)
        parts.append(one.data)
        made.counts += one.counts
        deep += one.too_deep
    made.data = b"".join(parts)
    made.lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    if deep:
        made.unread.append(f"JSON in more than 8 strings, in {plural(deep, 'line')}")
    if images := data.count(_IMAGE):
        made.remarks.append(plural(images, "image or sound", "images or sounds"))
    return made


def _without_columns(body: bytes, made: RedactedFile) -> bytes:
    """Replace the cells of a column of passwords, where the file is a table that has one."""
    if is_json(body.split(b"\n", 1)[0]):
        return body
    text = body.decode("utf-8", "surrogateescape")
    parts: list[str] = []
    at = 0
    for start, end in password_cells(text):
        parts += (text[at:start], PLACEHOLDERS["secret-password"])
        at = end
        made.counts["secret-password"] += 1
    return "".join([*parts, text[at:]]).encode("utf-8", "surrogateescape")


def binary_kind(data: bytes) -> str | None:
    """Return what a file is that is not text, in words; None for text."""
    if what := not_text(data):
        return f"a file {what}" if what.startswith("packed") else what
    return "a binary file" if b"\0" in data[:65536] and not wide_encoding(data) else None


def _of_wide(data: bytes, encoding: str, rules: Container[str]) -> RedactedFile:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        name = encoding.upper()
        return RedactedFile(data, unread=[f"{name} that is damaged"], opaque=True)
    made = redact_file(text.encode("utf-8", "surrogatepass"), rules)
    if made.counts:
        order = "" if encoding not in {"utf-16", "utf-32"} else _order(data, encoding)
        changed = made.data.decode("utf-8", "surrogatepass")
        mark = "\ufeff" if order else ""
        made.data = (mark + changed).encode(order or encoding, "surrogatepass")
    else:
        made.data = data
    return made


def _order(data: bytes, encoding: str) -> str:
    """Return the codec that writes what one with a mark reads, in the same order of bytes."""
    little = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE))
    return f"{encoding}-{'le' if little else 'be'}"


def _blocks(data: bytes) -> Iterator[bytes]:
    """Yield the pieces of a file: a line of JSON alone, other lines that follow each other as one.

    A key may go over several lines of plain text; joined again the pieces are the file.
    """
    loose: list[bytes] = []
    for line in _lines(data):
        if is_json(line):
            if loose:
                yield b"".join(loose)
                loose = []
            yield line
        else:
            loose.append(line)
    if loose:
        yield b"".join(loose)


def _lines(data: bytes) -> Iterator[bytes]:
    """Yield lines with their ends; only a line feed ends one."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        yield data[at:end]
        at = end
