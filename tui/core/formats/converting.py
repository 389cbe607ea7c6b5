"""Running a conversion: every record becomes a line or is dropped with its reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.formats.model import EXCERPT, Converted, Dropped, Notes, Remark, Unfit
from tui.core.formats.registry import format_of
from tui.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.core.formats.columns import Columns
    from tui.core.formats.containers import Record
    from tui.core.formats.model import Reader

_EVERY = 1000


def convert(
    records: Iterable[Record],
    name: str,
    *,
    columns: Columns | None = None,
    source: str = "",
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Converted:
    """Read records of the format `name` into OpenAI's lines. Never raises on bad rows.

    `columns` is for the format "table". Raises KeyError for an unknown format and ValueError
    where columns are missing. `on_progress` gets the number of rows read now and then.
    """
    read = _reader(name, columns)
    lines: list[bytes] = []
    origins: list[int] = []
    dropped: list[Dropped] = []
    notes = Notes()
    for done, record in enumerate(records, 1):
        if done % _EVERY == 0:
            on_progress(done)
        try:
            lines.append(_line(record, read, notes, keep=name == "openai"))
        except Unfit as reason:
            notes.drop()
            dropped.append(Dropped(record.position, str(reason), record.excerpt, source))
        else:
            origins.append(record.position)
            notes.keep(record.position)
    return Converted(tuple(lines), tuple(dropped), notes.remarks(), tuple(origins))


def _reader(name: str, columns: Columns | None) -> Reader:
    if name == "table":
        if columns is None or columns.problem:
            raise ValueError(columns.problem if columns else "no columns were named")
        return columns.read
    reader = format_of(name).read
    if reader is None:
        raise KeyError(name)
    return reader


def _line(record: Record, read: Reader, notes: Notes, *, keep: bool) -> bytes:
    if record.problem:
        raise Unfit(record.problem)
    if not isinstance(record.value, dict):
        raise Unfit("the row is no object")
    made = read(record.value, notes)
    return record.raw if keep and record.raw is not None else _dumped(made)


def _dumped(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only an escape can carry it
        return json.dumps(value, allow_nan=False).encode()
    except (RecursionError, TypeError, ValueError) as error:
        raise Unfit(f"it cannot be written as JSON: {error}") from None


def export(
    lines: Iterable[bytes],
    name: str,
    *,
    positions: Iterable[int] | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Converted:
    """Write OpenAI's lines in the format `name`; lines of the result are JSON.

    `positions` are the numbers (1-based) to report for the lines. Raises KeyError for an
    unknown format.
    """
    write = format_of(name).write
    if write is None:
        raise KeyError(name)
    made: list[bytes] = []
    origins: list[int] = []
    dropped: list[Dropped] = []
    notes = Notes()
    numbers = iter(positions) if positions is not None else None
    for done, line in enumerate(lines, 1):
        at = done if numbers is None else next(numbers)
        if done % _EVERY == 0:
            on_progress(done)
        try:
            value = write(_decoded(line), notes)
            # What keeps its shape keeps its bytes too.
            made.append(line if name in {"openai", "azure"} else _dumped(value))
        except Unfit as reason:
            notes.drop()
            excerpt = one_line(line[: EXCERPT * 4].decode("utf-8", "replace"), EXCERPT)
            dropped.append(Dropped(at, str(reason), excerpt))
        else:
            origins.append(at)
            notes.keep(at)
    return Converted(tuple(made), tuple(dropped), notes.remarks(), tuple(origins))


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unfit(f"not JSON: {str(error).split(': line')[0]}") from None
    if not isinstance(value, dict):
        raise Unfit("the line is no object")
    return value


def merged(parts: Iterable[Converted]) -> Converted:
    """Join conversions of several files; remarks of the same text are counted together."""
    lines: list[bytes] = []
    origins: list[int] = []
    dropped: list[Dropped] = []
    remarks: dict[str, Remark] = {}
    for part in parts:
        lines += part.lines
        origins += part.origins
        dropped += part.dropped
        for one in part.remarks:
            before = remarks.get(one.text)
            count = one.count + (before.count if before else 0)
            remarks[one.text] = Remark(one.text, count, before.first if before else one.first)
    ordered = sorted(remarks.values(), key=lambda one: -one.count)
    return Converted(tuple(lines), tuple(dropped), tuple(ordered), tuple(origins))
