"""Remarks of several parts, of which as many are shown as there is room for."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

DOT = " · "
_LEAST = 12  # cells of the first part


def parts_in(note: str, room: int) -> str:
    """Return as many parts of a remark as there is room for; none is cut but the first."""
    if cell_len(note) <= room:
        return note
    parts = note.split(DOT)
    while len(parts) > 1:
        parts.pop()
        if cell_len(shorter := f"{DOT.join(parts)} …") <= room:
            return shorter
    text = Text(parts[0])
    text.truncate(max(room, _LEAST), overflow="ellipsis")
    return text.plain
