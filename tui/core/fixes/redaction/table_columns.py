"""Passwords of a table: all cells of a column that is called password, whatever they look like."""

from __future__ import annotations

import re

from tui.core.checks.fast.named_prefilter import IN_LANGUAGES
from tui.core.checks.private_data.secret_values import is_secret_value

_NAMED = re.compile(
    r"(?i)[\"']?(?:[\w ]{1,20}[ _-])?"
    rf"(?:pass(?:word|wd|wort)|pwd|{'|'.join(IN_LANGUAGES)})[\"']?\Z"
)
_NAME = re.compile(r"[^\n\"]{0,40}\Z|\"[^\n\"]{0,40}\"\Z")


def password_cells(text: str) -> list[tuple[int, int]]:
    """Return where the passwords stand in a table, whose first line has names; else nothing."""
    head, _, rest = text.partition("\n")
    for separator in "\t;,|":
        names = head.rstrip("\r").split(separator)
        columns = {at for at, name in enumerate(names) if _NAMED.match(name.strip())}
        if len(names) > 1 and columns and all(_NAME.match(name) for name in names):
            return _cells(text, len(text) - len(rest), separator, columns, len(names))
    return []


def _cells(
    text: str, at: int, separator: str, columns: set[int], width: int
) -> list[tuple[int, int]]:
    cell = re.compile(
        rf'(?:"((?:[^"]|"")*)"|([^"{re.escape(separator)}\r\n][^{re.escape(separator)}\r\n]*|))'
        rf"({re.escape(separator)}|\r?\n|\Z)"
    )
    found: list[tuple[int, int]] = []
    row: list[tuple[int, int]] = []
    while at < len(text) and (one := cell.match(text, at)) is not None:
        row.append(one.span(1) if one[1] is not None else one.span(2))
        at = one.end()
        if one[3] != separator:
            if len(row) == width:
                found += [row[column] for column in sorted(columns)]
            elif row != [(one.start(), one.start())]:
                return []  # not as wide as its head: prose, or a table of another kind
            row = []
    return [place for place in found if _is_password(text[slice(*place)])]


def _is_password(value: str) -> bool:
    return is_secret_value(value.strip().replace(" ", ""), "setting", password=True)
