"""Reduce a line to its capitals, signs, digits and a few letters, about a tenth.

Only those can tell a secret's mark.
"""

from __future__ import annotations

import re

KEPT = "gkuxyz"  # they tell sk-, ghp_, xox, eyJ, AIza and \\u from others
_LETTERS = {*range(ord("a"), ord("z") + 1), *range(0x80, 0x100)} - {*KEPT.encode()}
_DROPPED = bytes(_LETTERS) + b" {}[]()!?';"
_DIGITS = bytes(ord("0") if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_FIGURES = bytes(ord("A") if 0x41 <= byte <= 0x5A else _DIGITS[byte] for byte in range(256))
_ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")


def rare_bytes(line: bytes) -> bytes:
    """Return the capitals, signs and some letters of a line, and 0 for each digit."""
    return line.translate(_DIGITS, _DROPPED)


def figures(line: bytes) -> bytes:
    """Return a line, or its rare bytes, with 0 for each digit and A for each capital."""
    return line.translate(_FIGURES)


def hides_ascii(line: bytes, rare: bytes) -> bool:
    """Whether a line with these rare bytes has letters written as escapes, which hide marks."""
    return b"\\u00" in rare and _ESCAPED_ASCII.search(line) is not None
