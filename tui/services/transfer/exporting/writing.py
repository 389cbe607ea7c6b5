"""The file of an export: lines, a table, or Parquet."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import orjson

from tui.services.transfer.importing.tables import parquet_bytes
from tui.services.transfer.importing.writing import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tui.core.formats import Format


def write_export(path: Path, lines: Sequence[bytes], form: Format) -> None:
    """Write what `export` made, complete or not at all. Blocking.

    Raises InputError: a folder or disk that refuses, or a library that is not installed.
    """
    write_bytes(path, export_chunks(lines, form))


def export_chunks(lines: Sequence[bytes], form: Format) -> Iterator[bytes]:
    """Yield the file's content. Raises InputError as `write_export` does."""
    if form.id == "parquet":
        yield parquet_bytes(lines)
    elif form.id in {"csv", "tsv"}:
        yield from _table(lines, "\t" if form.id == "tsv" else ",")
    else:
        if form.bom:
            yield BOM_UTF8
        for line in lines:
            yield line + b"\n"


def _table(lines: Iterable[bytes], delimiter: str) -> Iterator[bytes]:
    rows = [orjson.loads(line) for line in lines]
    names = list(dict.fromkeys(key for row in rows for key in row))
    # A column that no row fills says nothing.
    names = [name for name in names if any(row.get(name) for row in rows)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([row.get(name, "") for name in names])
        yield out.getvalue().encode("utf-8", "backslashreplace")
        out.seek(0)
        out.truncate()
    if not rows:
        yield out.getvalue().encode()
