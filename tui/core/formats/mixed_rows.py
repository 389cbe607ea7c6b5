"""Rows of several formats in one file: each is read by the format that its own keys speak for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.columns import Columns, paths_of
from tui.core.formats.detection.sniffing import verdicts
from tui.core.formats.registry import format_of
from tui.core.formats.results import Notes, RefusedRow, Unfit
from tui.core.formats.row_reader import RowReader
from tui.core.formats.turns import is_conversation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class MixedReader:
    """Reads rows as a format reads them, and those that it does not read as their own does.

    A reader that is told columns, or joins rows, is asked alone.
    """

    def __init__(self, main: RowReader) -> None:
        self._main = main

    def read(self, value: object, notes: Notes) -> tuple[Mapping[str, Any], bool | None]:
        """Return a row as an example, and its verdict, as `RowReader.read` does. Raises Unfit."""
        if self._main.name == "openai":  # it takes all that has messages, whoever wrote them
            others = (one for one in self._others(value) if one.name != "table")
            if (other := next(others, None)) is not None:
                return self._read_by(other, value, notes)
        try:
            return self._main.read(value, notes)
        except RefusedRow:
            raise
        except Unfit:
            other = next((one for one in self._others(value) if _takes(one, value)), None)
            if other is None:
                raise
            notes.drop()
            return self._read_by(other, value, notes)

    def _read_by(
        self, other: RowReader, value: object, notes: Notes
    ) -> tuple[Mapping[str, Any], bool | None]:
        made = other.read(value, notes)
        title = "a table" if other.name == "table" else format_of(other.name).title
        notes.say(f"read as {title}, which its keys speak for")
        return made

    def _others(self, value: object) -> Iterator[RowReader]:
        """Yield the readers of the formats that stand before that of all rows, or beside it."""
        options = self._main.options
        if is_conversation(value, spoken=True):
            value = {"messages": value}
        if not isinstance(value, dict):
            return
        for name, _ in verdicts(value):
            if name == self._main.name == "openai":
                return
            if name not in {self._main.name, "text"}:
                yield RowReader(name, None, options)
        columns = Columns.guess(paths_of([value]))
        if self._main.name != "table" and not columns.problem and not columns.is_spoken:
            yield RowReader("table", columns, options)


def _takes(reader: RowReader, value: object) -> bool:
    try:
        reader.read(value, Notes())
    except RefusedRow:
        return True
    except Unfit:
        return False
    return True
