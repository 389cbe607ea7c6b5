"""Cells of a spreadsheet that are only text, whatever they begin with."""

from __future__ import annotations

from tui.core.text.text import visible

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
