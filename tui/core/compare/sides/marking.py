"""An answer with what another text does not have in « », and where those stand."""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.text.word_diff import word_diff


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with « » around what is new in it, and the ranges (start, end) of these."""

    text: str
    marks: tuple[tuple[int, int], ...]


def marked(base: str, text: str) -> MarkedText:
    """Mark what `base` does not have. Takes a second or two for two long texts."""
    shown, marks = "", []
    for piece in word_diff(base, text):
        if piece.kind == "same":
            shown += piece.text
        elif piece.kind == "new":
            marks.append((len(shown), len(shown) + len(piece.text) + 2))
            shown += f"«{piece.text}»"
    return MarkedText(shown, tuple(marks))
