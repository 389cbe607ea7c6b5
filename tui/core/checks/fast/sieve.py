"""A line cut down to the bytes that rare marks are made of, a tenth of it."""

from __future__ import annotations

import re

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
