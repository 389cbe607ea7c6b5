"""CSV for spreadsheets, whose cells are only text, whatever they begin with.

Whatever is written for people goes through here. A dataset written as CSV does not: it is read
again, and its texts stay as they are.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from tui.core.text.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

# A spreadsheet takes what begins so for a formula, also after white space.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def cell(value: object) -> object:
    """Return a value as a cell of CSV: text never acts as a formula, nothing is an empty cell.

    What could begin a formula gets an apostrophe before it, which spreadsheets hide.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.lstrip()[:1] in _FORMULA or text[:1] in _FORMULA else text


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as lines of CSV; no cell of text acts as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
