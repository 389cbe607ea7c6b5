"""What a widget tells when a key of its own has nothing to do."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class NothingToDo(Message):
    """A key was pressed that changes nothing here: `words` say why, in a line.

    They are empty where only the screen around can tell.
    """

    words: str = ""


def at_end(kind: str, at: int, count: int) -> NothingToDo:
    """Tell that a cursor stays where it is, on one of this many of a kind such as "row"."""
    if count == 1:
        return NothingToDo(f"There is only one {kind}")
    return NothingToDo(f"This is the {'first' if at == 0 else 'last'} {kind}")
