"""Fuzzy search: which of many titles are meant by a few letters, the best first."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = 24  # characters left out between two letters, at most
_LONGEST = 12  # what is longer is pasted or remembered as it is
_SAME, _BEGINS, _WORD, _INSIDE, _ABOUT, _LETTERS = range(6)


def ranked(typed: str, titles: Sequence[str], abouts: Sequence[str]) -> list[int]:
    """Return the places of what fits, the best first; nothing typed leaves all as they are.

    Every word typed has to be in the title, or in what is said about it, or its letters in their
    order in the title, from the beginning of a word on. Titles and abouts are folded already.
    """
    words = typed.casefold().split()
    if not words:
        return [*range(len(titles))]
    whole = " ".join(words)
    found: list[tuple[float, int]] = []
    for place, title in enumerate(titles):
        rank = _rank(words, whole, title, abouts[place])
        if rank is not None:
            found.append((rank, place))
    found.sort()
    return [place for _, place in found]


def _rank(words: Sequence[str], whole: str, title: str, about: str) -> float | None:
    if title.startswith(whole):
        return _SAME if title == whole else _BEGINS
    rank = 0.0
    for word in words:
        one = _rank_of_word(word, title, about)
        if one is None:
            return None
        rank += one
    return rank / len(words)


def _rank_of_word(word: str, title: str, about: str) -> float | None:
    at = title.find(word)
    if at >= 0:
        return _WORD if at == 0 or not title[at - 1].isalnum() else _INSIDE
    if word in about:
        return _ABOUT
    found = _letters(word).search(title) if 1 < len(word) <= _LONGEST else None
    if found is None:
        return None
    spread = (found.end() - found.start() - len(word)) / (found.end() - found.start())
    return _LETTERS + spread


@lru_cache(maxsize=64)
def _letters(word: str) -> re.Pattern[str]:
    """Return what finds the letters of a word in their order, with gaps of any characters."""
    gap = f".{{0,{_GAP}}}?"
    return re.compile(r"(?<![^\W_])" + gap.join(map(re.escape, word)), re.DOTALL)
