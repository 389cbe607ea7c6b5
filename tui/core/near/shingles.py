"""Shingles of a text: its words and pairs of neighbouring words, as hashes.

All numbers are computed for many texts at once, straight from their bytes: a word's hash is
the difference of two prefix sums, which numpy finds for a megabyte in a few milliseconds.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

# What of a text is looked at; of a longer one the beginning, in bytes.
LONGEST = 500_000
_PRIME = 0x9E3779B97F4A7C15  # odd, so it has an inverse modulo 2**64
# Scripts that are written without spaces between words: each character is a word of its own.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


class _Table(dict[int, str]):
    """For `str.translate`: blanks for all that is not a word, blanks around unspaced letters."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char)[0] in "PSZC":
            char = " "
        elif any(first <= code <= last for first, last in _UNSPACED):
            char = f" {char} "
        self[code] = char
        return char


_TABLE = _Table()
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def plain(text: str) -> bytes:
    """Return a text as words between blanks: small letters, no punctuation that matters."""
    text = text[:LONGEST].lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = _FOREIGN.sub(lambda run: run[0].translate(_TABLE), text)
    return text.encode("utf-8", "replace")[:LONGEST]


def hashes(texts: Sequence[bytes]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the shingles of `plain` texts, one text's after the other's, and their counts.

    A text of n words has 2n numbers (or none), some of them twice.
    """
    import numpy as np

    blob = b" " + b" ".join(texts) + b" "
    data = np.frombuffer(blob, np.uint8)
    inside = _word_bytes()[data]
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    power, inverse = _powers(1 << max(16, (len(blob) - 1).bit_length()))
    sums = np.zeros(len(blob) + 1, np.uint64)
    np.cumsum(data * power[: len(blob)], out=sums[1:])
    words = _mixed((sums[ends] - sums[starts]) * inverse[starts])
    limits = np.cumsum([1, *(len(text) + 1 for text in texts)])
    firsts = np.searchsorted(starts, limits)
    return _with_pairs(words, firsts[1:-1]), 2 * np.diff(firsts)


def _with_pairs(words: NDArray[np.uint64], borders: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Put behind each word its pair with the next; the last word of a text stands twice."""
    import numpy as np

    both = np.empty(2 * len(words), np.uint64)
    both[::2] = both[1::2] = words
    if len(words) > 1:
        pairs = _mixed(words[:-1] * np.uint64(3) + words[1:] * np.uint64(_PRIME))
        lasts = borders[(borders > 0) & (borders < len(words))] - 1
        pairs[lasts] = words[lasts]
        both[1:-1:2] = pairs
    return both


def shingle_set(text: str) -> NDArray[np.uint64]:
    """Return a text's shingles, sorted and each once."""
    import numpy as np

    return np.unique(hashes([plain(text)])[0])


def jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Return the share of shingles that two sorted sets have in common, 0 to 1."""
    import numpy as np

    if not len(one) or not len(other):
        return 0.0
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread differences over all bits, so that near numbers come out far apart."""
    import numpy as np

    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


@cache
def _word_bytes() -> NDArray[np.bool_]:
    import numpy as np

    table = np.zeros(256, bool)
    table[list(b"0123456789abcdefghijklmnopqrstuvwxyz_")] = True
    table[0x80:] = True
    return table


@cache
def _powers(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the powers of a number modulo 2**64, and those of its inverse."""
    return _accumulated(_PRIME, count), _accumulated(pow(_PRIME, -1, 1 << 64), count)


def _accumulated(base: int, count: int) -> NDArray[np.uint64]:
    import numpy as np

    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)
