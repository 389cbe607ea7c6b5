"""Parquet, Arrow and XLSX, read and written by libraries that are an optional extra."""

from __future__ import annotations

from importlib import import_module
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.formats import Record
from tui.core.formats.detection.delimited import ABOVE, column_names, header_at, twice
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tui.core.formats import Container

_BATCH = 1000
_HEAD = 50  # rows in which the header of a workbook is looked for


def table_records(path: Path, container: Container) -> Iterator[Record]:
    """Yield the rows of a table file. Blocking.

    Raises InputError when the library is not installed or the file is damaged.
    """
    rows = {"parquet": _parquet, "arrow": _arrow, "xlsx": _xlsx}[container]
    _library(container)  # its absence is said as what it is, not as a damaged file
    position = 0
    try:
        for row in rows(path):
            if isinstance(row, Record):
                yield row
                continue
            position += 1
            yield Record(position, row)
    except Exception as error:  # the libraries raise whatever they like on damaged files
        raise InputError(
            "Cannot read the table",
            f"{path.name}, after {position:,} rows: {error}",
            "Write it anew with the program it comes from",
        ) from error


def _library(container: Container) -> Any:
    name = "openpyxl" if container == "xlsx" else "pyarrow"
    try:
        return import_module(name)
    except ImportError:
        kind = "XLSX" if container == "xlsx" else container.capitalize()
        raise InputError(
            f"{kind} needs a further library",
            f"{name} is not installed",
            "pip install 'finetui[tables]', or save the table as CSV",
        ) from None


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    with import_module("pyarrow.parquet").ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH):
            yield from _rows(batch)


def _arrow(path: Path) -> Iterator[dict[str, Any]]:
    ipc = import_module("pyarrow.ipc")
    with path.open("rb") as file:
        if file.read(6) == b"ARROW1":
            reader = ipc.open_file(path)
            for number in range(reader.num_record_batches):
                yield from _rows(reader.get_batch(number))
            return
        file.seek(0)
        for batch in ipc.open_stream(file):
            yield from _rows(batch)


def _rows(batch: Any) -> list[dict[str, Any]]:
    named = batch.rename_columns(column_names(batch.schema.names))  # a name can stand twice
    rows: list[dict[str, Any]] = named.to_pylist()
    return rows


def _name(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _xlsx(path: Path) -> Iterator[dict[str, Any] | Record]:
    file = path.open("rb")  # by its path only one that ends in .xlsx is read
    book = import_module("openpyxl").load_workbook(file, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        head = [*islice((cells for cells in rows if any(c is not None for c in cells)), _HEAD)]
        at = header_at([[_name(cell) for cell in cells] for cells in head])
        for cells in head[:at]:
            yield Record(1, " ".join(_name(c) for c in cells if c is not None), beside=ABOVE)
        header = column_names(
            _name(cell) or f"column {number}"
            for number, cell in enumerate(next(iter(head[at:]), ()), 1)
        )
        if said := twice(header):
            yield Record(1, beside=said)
        for cells in chain(head[at + 1 :], rows):
            if any(cell is not None for cell in cells):
                row = dict(zip(header, cells, strict=False))
                yield {k: v for k, v in row.items() if v is not None or not k.startswith("column ")}
    finally:
        book.close()
        file.close()


def sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets; only the first is read. Raises InputError."""
    _library("xlsx")
    try:
        with path.open("rb") as file:
            book = import_module("openpyxl").load_workbook(file, read_only=True)
            names = list(book.sheetnames)
            book.close()
    except Exception as error:  # the library raises whatever it likes on damaged files
        raise InputError(
            "Cannot read the table", f"{path.name}: {error}", "Save it anew"
        ) from error
    return names


def parquet_bytes(lines: Iterable[bytes]) -> bytes:
    """Return JSON objects as a Parquet file's content, a column for each key.

    Raises InputError when pyarrow is not installed or the rows fit no common columns.
    """
    arrow = _library("parquet")
    rows = [orjson.loads(line) for line in lines]
    out = arrow.BufferOutputStream()
    try:
        names = list(dict.fromkeys(key for row in rows for key in row))
        table = arrow.table({name: arrow.array([row.get(name) for row in rows]) for name in names})
        import_module("pyarrow.parquet").write_table(table, out)
    except (arrow.ArrowException, ValueError, TypeError) as error:
        raise InputError(
            "The rows do not fit into common columns",
            f"{error}",
            "Export as JSONL: mixed contents (text here, parts there) have no column type",
        ) from error
    return bytes(out.getvalue())
