"""Which of many rare marks a line may hold, found without looking for each in all of it.

A line is first cut down to the bytes that marks are made of: capitals, digits (all as 0),
signs and a few small letters. What is left is a tenth of the line, and a mark that is not in
it, cut down in the same way, is not in the line either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.checks.row import Row

_KEPT = b"ghkuxyz"  # they tell sk-, ghp_, xox, eyJ, AIza and \\u from others
_LETTERS = {*range(ord("a"), ord("z") + 1), *range(0x80, 0x100)} - {*_KEPT}
_DROPPED = bytes(_LETTERS) + b" {}[]()!?';"
_DIGITS = bytes(ord("0") if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")


def sieved(line: bytes) -> bytes:
    """Return what is left of a line: capitals, signs, some letters, and 0 for each digit."""
    return line.translate(_DIGITS, _DROPPED)


def hides_ascii(line: bytes, rest: bytes) -> bool:
    """Whether letters are written as escapes, in which marks could hide; `rest` is its sieve."""
    return b"\\u00" in rest and _ESCAPED_ASCII.search(line) is not None


def common(mark: bytes) -> Callable[[Row], bool]:
    """Return a gate: whether a mark that many lines hold may be in a text of the line."""

    def gate(row: Row) -> bool:
        return mark in row.line or row.hides_ascii

    return gate


# Gates on marks that few lines hold, with what one of them leaves in the sieve.
RARE: dict[Callable[[Row], bool], list[bytes]] = {}


def marked(*marks: bytes, rare: bool = True) -> Callable[[Row], bool]:
    """Return a gate: whether one of `marks`, which are ASCII, may be in a text of the line.

    Not `rare`: many lines hold one.
    """
    by_rest: dict[bytes, list[bytes]] = {}
    for mark in marks:
        by_rest.setdefault(sieved(mark), []).append(mark)
    pairs = [*by_rest.items()]

    def gate(row: Row) -> bool:
        for rest, exact in pairs:
            if rest in row.sieve and any(mark in row.line for mark in exact):
                return True
        return row.hides_ascii

    if rare:
        RARE[gate] = [*by_rest]
    return gate


def shaped(part: bytes, rough: str, exact: str) -> Callable[[Row], bool]:
    """Return a gate: whether the line matches the pattern `exact`.

    That is asked only if its sieve holds `part` and matches the pattern `rough`.
    """
    in_sieve, in_line = re.compile(rough.encode()), re.compile(exact.encode())

    def gate(row: Row) -> bool:
        if part not in row.sieve or in_sieve.search(row.sieve) is None:
            return False
        return in_line.search(row.line) is not None

    return gate
