"""Tables as text: what stands between their cells, where their header is, and their rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from tui.core.formats.detection.samples import HEAD
from tui.core.formats.records import Record
from tui.core.text.text import plural

if TYPE_CHECKING:
    from _csv import Reader as _Reader
    from collections.abc import Iterable, Iterator, Sequence

_DELIMITERS = ",;\t|"
_LOOKED_AT = 50  # rows, to tell what stands between cells
_ABOVE = 20  # rows at most that may stand above a header
_SEP = re.compile(r"\s*\"?sep=([,;\t|])\"?[ \t]*\r?\n")  # Excel's word on what is between cells
_LONGEST_CELL = 2**31 - 1
_IN_QUOTES = "unexpected end of data"  # as Python's csv says it, where it is strict
_OPEN_QUOTE = "a quote that nothing closes"
_LONGEST_NAME = 60
# What is not the name of a column: a number, a date, a sentence, a piece of code.
_NO_NAME = re.compile(r"[\d\s.,:;/+%TZ-]*|.*[.?!…:]|.*[{}<>].*", re.DOTALL)
_ESCAPED = '\\"'
_LITERAL = re.compile(r'\\(?!")')
_LONE = re.compile(r'(?<!\\)\\(?:\\\\)*(?![\\"])')
# Lines above a header that programs write for themselves; "#" alone is the name of a column.
_COMMENT = re.compile(r"#(?: |\w+:)")
_ANKI = re.compile(r"#separator:(\w+)", re.IGNORECASE)  # a table without a header, as Anki exports
_ANKI_NAMES = {"comma": ",", "semicolon": ";", "pipe": "|", "tab": "\t"}
ABOVE = "lines above the header"
AGAIN = "the header again"


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How the rows of a table are written: what parts the cells, and what stands within them."""

    delimiter: str
    escaped: bool = False
    blanks: bool = False  # one stands behind each delimiter

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> _Reader:
        return csv.reader(
            lines, delimiter=self.delimiter, strict=strict, skipinitialspace=self.blanks,
            escapechar="\\" if self.escaped else None,
        )  # fmt: skip


def delimited_records(text: str, kind: str) -> Iterator[Record]:
    """Yield the rows of a table, and before them what is to be said of how it was read."""
    csv.field_size_limit(_LONGEST_CELL)
    text = text.lstrip("\ufeff")
    dialect = _dialect_of(text, kind)
    bare = _ANKI.match(text) is not None
    if found := _SEP.match(text):
        text = text[found.end() :]
    if (inner := _within_cells(text, dialect)) is not None:
        yield Record(1, beside="each row stood in one cell, and was taken out of it")
        yield from delimited_records(*inner)
        return
    if dialect.escaped:
        yield Record(1, beside=f"{_ESCAPED} within cells was read as a quote")
        # One backslash may stand for itself, or always be written as two.
        text = _LITERAL.sub(r"\\\\", text) if _LONE.search(text) else text
    if dialect.blanks:
        yield Record(1, beside="the blank behind each delimiter was taken off")
    yield from _rows(iter(_Cells(_lines(text), dialect)), dialect.delimiter, bare=bare)


def _rows(
    cells: Iterator[tuple[list[str], str]], delimiter: str, *, bare: bool
) -> Iterator[Record]:
    """Yield the rows below a header; of a `bare` table the columns get numbers for names."""
    head = [*islice((row for row in cells if row[1] or any(row[0])), _LOOKED_AT)]
    looked = [row for row, problem in head if not problem]
    at = sum(map(_is_comment, looked)) if bare else header_at(looked)
    header = [f"column {number}" for number in range(1, _width(looked) + 1)] if bare else []
    first: list[str] = []
    skipped = position = 0
    for row, problem in chain(head, cells):
        if problem:
            position += 1
            yield Record(position, problem=problem, text=" | ".join(row))
        elif not any(row):
            continue
        elif skipped < at:
            skipped += 1
            yield Record(1, delimiter.join(row).rstrip(delimiter), beside=ABOVE)
        elif not header:
            header, first = column_names(row), row
            if said := twice(header):
                yield Record(1, beside=said)
        elif row == first and len(row) > 1:
            yield Record(position + 1, delimiter.join(row), beside=AGAIN)
        else:
            position += 1
            yield row_record(position, header, row)


def _within_cells(text: str, dialect: _Dialect) -> tuple[str, str] | None:
    """Return the table that stands in the only column of another, as what is pasted can."""
    looked = _first_rows(text, dialect)
    if any(len(cells) > 1 for cells in looked):
        return None
    kind = table_kind("\n".join(cells[0] for cells in looked))
    if not kind:
        return None
    return "\n".join(cells[0] for cells, _ in _Cells(_lines(text), dialect) if cells), kind


def column_names(cells: Iterable[str]) -> list[str]:
    """Return the names of columns, each of its own: the second `answer` is `answer#2`."""
    names: list[str] = []
    for at, cell in enumerate(cells):
        # Without a name: the index, as pandas writes it, or an empty column of a workbook.
        name = base = " ".join(cell.split()) or f"Unnamed: {at}"
        number = 1
        while name in names:
            number += 1
            name = f"{base}#{number}"
        names.append(name)
    return names


def twice(names: Sequence[str]) -> str:
    """Say which columns have one name, and how the further ones are called here; "" if none."""
    found = [name for name in names if name.rpartition("#")[0] in names]
    if not found:
        return ""
    are = "column is" if len(found) == 1 else "columns are"
    return f"of those with the same name the further {are} called {', '.join(found)}"


def header_at(rows: Sequence[Sequence[str]]) -> int:
    """Return which of a table's first rows is its header: 0, unless titles stand above it.

    That is plain where they are comments, or fill less than the table's width in a way that no
    header does, and a row of names fills it.
    """
    full = _width(rows)
    comments = sum(map(_is_comment, rows[:_ABOVE]))
    plain = comments > 0
    for at, cells in enumerate(rows[:_ABOVE]):
        if _is_comment(cells):
            continue
        if full > 1 and _is_short(cells, full):
            plain = plain or _is_title(cells)
            continue
        tight = not any(cell.startswith(" ") for cell in cells)
        return at if plain and tight and _are_names(cells, full) else comments
    return comments


def _is_comment(cells: Sequence[str]) -> bool:
    return bool(cells) and _COMMENT.match(cells[0]) is not None


def _width(rows: Iterable[Sequence[str]]) -> int:
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _is_short(cells: Sequence[str], full: int) -> bool:
    """Whether a row fills the first of a table's columns, and no others."""
    used = max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return 0 < used < full and all(cell.strip() for cell in cells[:used])


def _is_title(cells: Sequence[str]) -> bool:
    """Whether a row that is short is a title, or a name with its value, and not a header."""
    used = [cell for cell in cells if cell.strip()]
    return len(used) == 1 or any(
        cell.startswith(" ") or _NO_NAME.fullmatch(cell.strip()) for cell in used
    )


def _are_names(cells: Sequence[str], full: int) -> bool:
    return len(cells) == full and all(_is_name(cell.strip()) for cell in cells)


def _is_name(cell: str) -> bool:
    return 0 < len(cell) <= _LONGEST_NAME and "\n" not in cell and not _NO_NAME.fullmatch(cell)


def table_kind(text: str) -> Literal["csv", "tsv", ""]:
    """Return what kind of table a text is by what it holds, without an ending that says it.

    Its rows have the same number of cells, and above them stand names.
    """
    if "\0" in text:
        return ""
    if found := _ANKI.match(text):
        return "tsv" if found[1] == "tab" else "csv"
    for delimiter in "\t;,|":
        dialect = _dialect(text, delimiter)
        rows = _first_rows(text, dialect)
        rows = rows[header_at(rows) :]
        if len(rows) < 2 or not _are_columns(rows[0], dialect):
            continue
        if sum(len(cells) == len(rows[0]) for cells in rows) * 10 >= len(rows) * 9:
            return "tsv" if delimiter == "\t" else "csv"
    return ""


def _are_columns(cells: Sequence[str], dialect: _Dialect) -> bool:
    """Whether cells are names, and not a line of prose or of a picture in Markdown."""
    if len(cells) < 2 or len({*cells}) * 2 <= len(cells) or not _are_names(cells, len(cells)):
        return False
    if dialect.delimiter == "\t":
        return True
    tight = not dialect.blanks or len(cells) > 2
    return tight and all(len(cell.split()) <= 4 and cell[0] != " " for cell in cells)


def _dialect_of(text: str, kind: str) -> _Dialect:
    """Return how a table is written: by what Excel or Anki says, or by what fits most rows."""
    if found := _SEP.match(text):
        return _dialect(text[found.end() :], found[1])
    if found := _ANKI.match(text):
        return _Dialect(_ANKI_NAMES.get(found[1], "\t"))
    if kind == "tsv" and "\t" in text[:HEAD]:
        return _dialect(text, "\t")
    header = text.lstrip().partition("\n")[0]
    counts = {one: _alike(_first_rows(text, _Dialect(one))) for one in _DELIMITERS}
    return _dialect(text, max(_DELIMITERS, key=lambda one: (counts[one], header.count(one))))


def _dialect(text: str, delimiter: str) -> _Dialect:
    """Return how a table is written whose delimiter is known."""
    rows = _first_rows(text, _Dialect(delimiter))
    header = next(iter(rows[header_at(rows) :]), [])
    blanks = len(header) > 1 and all(cell.startswith(" ") for cell in header[1:])
    escaped = _ESCAPED in text and _is_escaped(text, delimiter)
    return _Dialect(delimiter, escaped, blanks and delimiter != "\t")


def _alike(rows: Sequence[Sequence[str]]) -> int:
    full = _width(rows)
    return sum(len(cells) == full for cells in rows) if full > 1 else 0


def _first_rows(text: str, dialect: _Dialect) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    lines = _lines(text[:HEAD])
    if len(text) > HEAD and len(lines) > 1:
        del lines[-1]
    rows = (row for row, problem in _Cells(lines, dialect) if not problem and any(row))
    return [*islice(rows, _LOOKED_AT)]


def _lines(text: str) -> list[str]:
    return [*io.StringIO(text, newline="")]


def _is_escaped(text: str, delimiter: str) -> bool:
    """Whether a backslash before a quote is to be taken off, as the rows do not fit otherwise."""
    lines = _lines(text)
    plain = _misfits(_Dialect(delimiter).reader(lines, strict=True))
    return plain > _misfits(_Dialect(delimiter, escaped=True).reader(lines, strict=True))


def _misfits(rows: Iterator[list[str]]) -> int:
    """Count the rows of a table that are none, or have other widths than the most."""
    bad, widths = 0, Counter[int]()
    for cells, problem in _read(rows):
        if problem:
            bad += 1
        elif any(cells):
            widths[len(cells)] += 1
    return bad + widths.total() - max(widths.values(), default=0)


class _Cells:
    """The rows of a table, each with the lines it stands on; cells may hold line breaks."""

    def __init__(self, lines: list[str], dialect: _Dialect) -> None:
        self._lines, self._dialect, self._at = lines, dialect, 0

    def __iter__(self) -> Iterator[tuple[list[str], str]]:
        """Yield the cells of a row, and "" or why it is none.

        A quote that nothing closes would make one cell of all that follows: then only its own
        line is lost, and the lines after it are rows again.
        """
        while self._at < len(self._lines):
            first = self._at
            rows = self._reader(first)
            for cells, problem in _read(rows):
                start, end = self._at, first + rows.line_num
                if end == len(self._lines) and end - start > 1 and self._is_open(start):
                    self._at = start + 1
                    yield [self._lines[start].rstrip("\r\n")], _OPEN_QUOTE
                    break
                self._at = end
                yield cells, problem

    def _reader(self, at: int, *, strict: bool = False) -> _Reader:
        return self._dialect.reader(islice(self._lines, at, None), strict=strict)

    def _is_open(self, start: int) -> bool:
        """Whether the row from a line on ends within quotes."""
        try:
            next(self._reader(start, strict=True))
        except csv.Error as error:
            return str(error) == _IN_QUOTES
        return False


def _read(rows: Iterator[list[str]]) -> Iterator[tuple[list[str], str]]:
    while True:
        try:
            yield next(rows), ""
        except StopIteration:
            return
        except csv.Error as error:
            yield [], f"not a row of a table: {error}"


def row_record(position: int, header: list[str], cells: list[str]) -> Record:
    """Return a row by the names of its columns; missing cells are empty, more are a problem."""
    while len(cells) > len(header) and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > len(header):
        problem = f"{plural(len(cells), 'cell')} where the header has {len(header)}"
        return Record(position, problem=problem, text=" | ".join(cells))
    padded = [*cells, *[""] * (len(header) - len(cells))]
    return Record(position, dict(zip(header, padded, strict=True)))
