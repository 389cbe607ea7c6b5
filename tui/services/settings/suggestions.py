"""What was meant by a name that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like `word`, empty when none is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower().replace("-", "_"), sorted(known), 1)), "")


def with_meant(cause: str, meant: str, known: Iterable[str]) -> tuple[str, str]:
    """Return the cause and the next step of an unknown setting."""
    if meant:
        return f"{cause}, did you mean {meant}?", f"Write {meant}, or remove it."
    return cause, f"Known here: {', '.join(sorted(known))}."
