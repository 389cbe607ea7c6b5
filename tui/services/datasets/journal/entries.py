"""The encoding of journal entries: splices with the lines they insert, as JSON.

The texts of a large step stand before it, in records of their own, and it has their number in
their place.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import orjson

from tui.core.text.text import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Move = Literal["do", "undo", "redo"]
TEXTS = "texts"
# Larger steps are written in parts of about this size: encoding and decoding one part keeps
# every other thread waiting.
_PART_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One journalled move: splices as (position, number of rows removed, lines put in).

    One to be written may have its lines made while it is.
    """

    move: Move
    label: str
    splices: tuple[tuple[int, int, Iterable[int | bytes]], ...]


def _item(line: int | bytes) -> Any:
    if isinstance(line, int):
        return line
    try:
        return line.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(line).decode()}


def records_of(entry: Entry) -> Iterator[bytes]:
    """Yield the records of an entry, of which only the last makes it count."""
    held: list[Any] = []
    splices: list[tuple[int, int, int]] = []
    size, parts = 0, 0
    for at, removed, lines in entry.splices:
        count = 0
        for count, line in enumerate(lines, 1):  # noqa: B007 - the last number is wanted
            if size >= _PART_BYTES:
                yield orjson.dumps([TEXTS, held])
                held, size, parts = [], 0, parts + 1
            held.append(_item(line))
            size += len(line) if isinstance(line, bytes) else 8
        splices.append((at, removed, count))
    if parts:
        yield orjson.dumps([TEXTS, held])
        yield orjson.dumps([entry.move, encodable(entry.label), splices])
        return
    items = iter(held)
    whole = [[at, removed, [*islice(items, count)]] for at, removed, count in splices]
    yield orjson.dumps([entry.move, encodable(entry.label), whole])


def record_of(entry: Entry) -> list[Any]:
    """Return an entry as JSON values."""
    splices = [[at, removed, [*map(_item, lines)]] for at, removed, lines in entry.splices]
    return [entry.move, encodable(entry.label), splices]


def entry_of(record: Sequence[Any], texts: Sequence[int | bytes] = ()) -> Entry:
    """Return what `record_of` was called with, or what `texts` stand before.

    Raises TypeError, ValueError, KeyError.
    """
    move, label, splices = record
    if sum(lines for _, _, lines in splices if isinstance(lines, int)) != len(texts):
        raise ValueError("the texts before a step are not its own")
    before = iter(texts)
    made = (
        islice(before, lines) if isinstance(lines, int) else map(_line, lines)
        for _, _, lines in splices
    )
    places = ((at, removed) for at, removed, _ in splices)
    return Entry(move, label, tuple((*p, tuple(m)) for p, m in zip(places, made, strict=True)))


def texts_of(record: Sequence[Any]) -> Iterator[int | bytes]:
    """Yield the lines in a record of TEXTS. Raises TypeError, ValueError, KeyError."""
    return map(_line, record[1])


def _line(item: Any) -> int | bytes:
    if isinstance(item, int):
        return item
    return item.encode() if isinstance(item, str) else base64.b64decode(item["base64"])
