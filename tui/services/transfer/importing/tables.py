"""Parquet, Arrow and XLSX, read and written by libraries that are an optional extra."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.formats import Record
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tui.core.formats import Container

_BATCH = 1000


def table_records(path: Path, container: Container) -> Iterator[Record]:
    """Yield the rows of a table file. Blocking.

    Raises InputError when the library is not installed or the file is damaged.
    """
    rows = {"parquet": _parquet, "arrow": _arrow, "xlsx": _xlsx}[container]
    _library(container)  # its absence is said as what it is, not as a damaged file
    position = 0
    try:
        for position, row in enumerate(rows(path), 1):
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
            yield from batch.to_pylist()


def _arrow(path: Path) -> Iterator[dict[str, Any]]:
    ipc = import_module("pyarrow.ipc")
    with path.open("rb") as file:
        if file.read(6) == b"ARROW1":
            reader = ipc.open_file(path)
            for number in range(reader.num_record_batches):
                yield from reader.get_batch(number).to_pylist()
            return
        file.seek(0)
        for batch in ipc.open_stream(file):
            yield from batch.to_pylist()


def _xlsx(path: Path) -> Iterator[dict[str, Any]]:
    book = import_module("openpyxl").load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = [
            str(name).strip() if name is not None else f"column {number}"
            for number, name in enumerate(next(rows, ()), 1)
        ]
        for cells in rows:
            if any(cell is not None for cell in cells):
                row = dict(zip(header, cells, strict=False))
                yield {k: v for k, v in row.items() if v is not None or not k.startswith("column ")}
    finally:
        book.close()


def sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets; only the first is read. Raises InputError."""
    _library("xlsx")
    try:
        book = import_module("openpyxl").load_workbook(path, read_only=True)
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
