"""Whether only changed cells are written, and what the terminal does when it erases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "FINETUI_CELLS"
# Erasing gives these the terminal's own background, whatever is chosen; so it may with others of
# which nothing is known.
_ERASE_PLAIN = ("screen", "dumb", "vt", "ansi", "cons25", "sun", "unknown")


def is_on(environ: Mapping[str, str]) -> bool:
    """Whether the environment lets only changed cells be written."""
    return environ.get(VARIABLE, "").lower() not in {"0", "off", "all"}


def erases_in_color(environ: Mapping[str, str]) -> bool:
    """Whether erased cells get the background that is chosen (`bce` in terminfo)."""
    term = environ.get("TERM", "")
    return bool(term) and not term.startswith(_ERASE_PLAIN)
