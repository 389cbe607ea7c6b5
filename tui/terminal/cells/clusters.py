"""Cut text into what fills cells, and tell what every terminal gives the same cells."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterable

_JOINER = "\u200d"
_NARROW_END = 0x2E80  # from here on characters are wide, or of nobody's agreement
# Wide in all terminals: kana, Han, Hangul, and their full-width forms. Not emoji.
_WIDE = (
    (0x3041, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFF01, 0xFF60),
)
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp"})
_ASCII = frozenset(map(chr, range(0x20, 0x7F))) | {""}


@lru_cache(4096)
def cells_of(text: str) -> tuple[str, tuple[str, ...]]:
    """Return what belongs to the cell before, and one text a cell.

    A cell that belongs to the one before it is empty. What has no width belongs to what is before
    it. Control characters are left away: none is meant to arrive.
    """
    if text.isascii() and text.isprintable():
        return "", tuple(text)
    first, *clusters = _clusters(text)
    found: list[str] = []
    for cluster in clusters:
        found.append(cluster)
        found += [""] * (cell_len(cluster) - 1)
    return first, tuple(found)


def _clusters(text: str) -> list[str]:
    """Return the characters, each with its marks; the first text has only marks."""
    found = [""]
    joins = False
    for char in text:
        if unicodedata.category(char) == "Cc":
            continue
        if not cell_len(char) or (joins and len(found) > 1):
            found[-1] += char
        else:
            found.append(char)
        joins = char == _JOINER
    return found


def all_sure(cells: Iterable[str]) -> bool:
    """Whether every terminal gives these the same cells, whatever stands beside them."""
    return all(map(_sure, set(cells) - _ASCII))


@lru_cache(4096)
def _sure(cluster: str) -> bool:
    if len(cluster) != 1 or unicodedata.category(cluster) in _NOT_SHOWN:
        return False
    number, width = ord(cluster), cell_len(cluster)
    wide = unicodedata.east_asian_width(cluster) in "WF"
    if number < _NARROW_END:
        return width == 1 and not wide
    return width == 2 and wide and any(first <= number <= last for first, last in _WIDE)
