"""The difference of two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["same", "gone", "new"]
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
# The matcher's time grows with the product of the two: beyond this many words on a side,
# the stretch that differs is told as one.
MOST_WORDS = 3_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or only the old one (gone), or only the new one."""

    kind: Kind
    text: str


def word_diff(old: str, new: str) -> list[Piece]:
    """Return the pieces that make both texts: without the gone ones the new, and vice versa."""
    one, other = _WORD.findall(old), _WORD.findall(new)
    head = common_prefix(one, other)
    tail = common_prefix(one[head:][::-1], other[head:][::-1])
    middle = one[head : len(one) - tail], other[head : len(other) - tail]
    pieces = [Piece("same", "".join(one[:head])), *_middle(*middle)]
    pieces.append(Piece("same", "".join(one[len(one) - tail :])))
    return _joined(pieces)


def _middle(one: list[str], other: list[str]) -> list[Piece]:
    if not one or not other or max(len(one), len(other)) > MOST_WORDS:
        return [Piece("gone", "".join(one)), Piece("new", "".join(other))]
    pieces = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(one[a:b])))
        else:
            pieces += [Piece("gone", "".join(one[a:b])), Piece("new", "".join(other[c:d]))]
    return pieces


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces without empty ones; a blank between two changes belongs to them."""
    found: list[Piece] = []
    gone = new = ""
    for at, piece in enumerate(pieces):
        if piece.kind == "gone":
            gone += piece.text
        elif piece.kind == "new":
            new += piece.text
        elif piece.text.strip(" ") == "" and (gone or new) and _change_after(pieces, at):
            gone, new = gone + piece.text, new + piece.text
        elif piece.text:
            found += _changed(gone, new)
            gone = new = ""
            found.append(piece)
    return found + _changed(gone, new)


def _change_after(pieces: list[Piece], at: int) -> bool:
    return any(p.text and p.kind != "same" for p in pieces[at + 1 : at + 3])


def _changed(gone: str, new: str) -> list[Piece]:
    made = (Piece("gone", gone), Piece("new", new))
    return [piece for piece in made if piece.text]


def common_prefix(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items are the same at the beginning of both."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
