"""Run a conversion: every record becomes a line or is dropped with its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.formats.mixed_rows import MixedReader
from tui.core.formats.pairing import judged_answer, pairs_of
from tui.core.formats.registry import format_of
from tui.core.formats.results import EXCERPT, ConvertedRows, DroppedRow, Notes, Remark, Unfit
from tui.core.formats.row_reader import ReadOptions, RowReader
from tui.core.formats.spoken import grouped
from tui.core.formats.supported.legacy import migrated
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.core.formats.columns import Columns
    from tui.core.formats.pairing import JudgedAnswer
    from tui.core.formats.records import Record
    from tui.core.formats.results import Why

_EVERY = 1000


def convert(
    records: Iterable[Record],
    name: str,
    *,
    columns: Columns | None = None,
    options: ReadOptions | None = None,
    source: str = "",
    mixed: bool = False,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> ConvertedRows:
    """Read records of the format `name` into OpenAI's lines. Never raises on bad rows.

    `columns` is for the format "table". With `mixed` what `name` does not read is read as the
    format that its own keys speak for. Raises KeyError for an unknown format and ValueError
    where columns are missing. `on_progress` gets the number of rows read now and then.
    """
    reader = RowReader(name, columns, options or ReadOptions())
    reader.check()
    run = _Run(reader, source, mixed=mixed)
    if reader.groups is not None:
        records = grouped(records, reader.groups)
    for done, record in enumerate(records, 1):
        if done % _EVERY == 0:
            on_progress(done)
        run.take(record)
    return run.result()


class _Run:
    """A conversion under way."""

    def __init__(self, reader: RowReader, source: str, *, mixed: bool) -> None:
        self._reader = MixedReader(reader) if mixed and reader.groups is None else reader
        self._source = source
        self._pairs = reader.options.pairs
        options = reader.options
        self._notes = Notes(options.empty_prompt, source, options.answers_by)
        self._lines: list[tuple[int, bytes]] = []
        self._dropped: list[DroppedRow] = []
        self._judged: list[JudgedAnswer] = []
        self._records: dict[int, Record] = {}  # of the judged answers, by their place
        self._joined = 0

    def take(self, record: Record) -> None:
        """Read one record."""
        self._joined += record.rows - 1
        if record.beside:
            if record.value is None:
                self._notes.say(record.beside)
            else:
                self._notes.lose(f"beside the rows: {record.beside}", record.value)
            self._notes.keep(record.position)
            return
        try:
            self._read(record)
        except Unfit as reason:
            self._drop(record, str(reason), reason.why)
        else:
            self._notes.keep(record.position)

    def _read(self, record: Record) -> None:
        if record.problem:
            raise Unfit(record.problem)
        made, good = self._reader.read(record.value, self._notes)
        if self._pairs and "messages" in made:
            if good is None:
                raise Unfit("one answer without a verdict, so no pair can be made of it")
            self._judged.append(judged_answer(made, len(self._judged), good=good))
            self._records[len(self._judged) - 1] = record
            return
        keep = made is record.value and record.raw is not None
        line = record.raw if keep and record.raw is not None else _dumped(made)
        self._lines.append((record.position, line))

    def _drop(self, record: Record, reason: str, why: Why = "") -> None:
        self._notes.drop()
        row = _all_of(record)
        self._dropped.append(
            DroppedRow(record.position, reason, record.excerpt, self._source, row, why)
        )

    def _pair(self) -> None:
        def lonely(one: JudgedAnswer, reason: str) -> None:
            self._drop(self._records[one.at], reason, "judged" if one.good else "bad")

        used: set[int] = set()
        made = 0
        for pair, answers in pairs_of(self._judged, lonely):
            at = min(one.at for one in answers)
            self._lines.append((self._records[at].position, _dumped(pair)))
            used.update(one.at for one in answers)
            made += 1
        self._joined += len(used) - made

    def result(self) -> ConvertedRows:
        """Return what was made, in the order of the rows."""
        self._pair()
        self._lines.sort(key=itemgetter(0))
        self._dropped.sort(key=attrgetter("position"))
        return ConvertedRows(
            tuple(line for _, line in self._lines),
            tuple(self._dropped),
            self._notes.remarks(),
            tuple(position for position, _ in self._lines),
            self._notes.left(),
            self._joined,
        )


def _all_of(record: Record) -> object:
    if record.problem:
        return record.text or (record.raw or b"").decode("utf-8", "replace")
    return record.value


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
) -> ConvertedRows:
    """Write OpenAI's lines in the format `name`; lines of the result are JSON.

    `positions` are the numbers (1-based) to report for the lines. Raises KeyError for an
    unknown format.
    """
    write = format_of(name).write
    if write is None:
        raise KeyError(name)
    made: list[bytes] = []
    origins: list[int] = []
    dropped: list[DroppedRow] = []
    notes = Notes()
    numbers = iter(positions) if positions is not None else None
    for done, line in enumerate(lines, 1):
        at = done if numbers is None else next(numbers)
        try:
            row = _decoded(line)
            same = name in {"openai", "azure"}  # what keeps its shape keeps its bytes too
            value = write(row if same else migrated(row, notes), notes)
            made.append(line if same else _dumped(value))
        except Unfit as reason:
            notes.drop()
            text = line.decode("utf-8", "replace")
            excerpt = one_line(text[: EXCERPT * 4], EXCERPT)
            dropped.append(DroppedRow(at, str(reason), excerpt, row=_json_or_text(line, text)))
        else:
            origins.append(at)
            notes.keep(at)
    return ConvertedRows(tuple(made), tuple(dropped), notes.remarks(), tuple(origins), notes.left())


def _json_or_text(line: bytes, text: str) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return text


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unfit(f"not JSON: {str(error).split(': line')[0]}") from None
    if not isinstance(value, dict):
        raise Unfit("the line is not an object")
    return value


def merged(parts: Iterable[ConvertedRows]) -> ConvertedRows:
    """Join conversions of several files; remarks of the same text are counted together."""
    every = list(parts)
    remarks: dict[str, Remark] = {}
    for part in every:
        for one in part.remarks:
            before = remarks.get(one.text)
            count = one.count + (before.count if before else 0)
            remarks[one.text] = replace(before or one, count=count)
    return ConvertedRows(
        tuple(line for part in every for line in part.lines),
        tuple(one for part in every for one in part.dropped),
        tuple(sorted(remarks.values(), key=lambda one: -one.count)),
        tuple(origin for part in every for origin in part.origins),
        tuple(one for part in every for one in part.left),
        sum(part.joined for part in every),
    )
