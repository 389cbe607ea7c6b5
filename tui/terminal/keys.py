"""Decode keys as terminals send them, where Textual would take them for others.

A terminal sends alt+key as escape and the key in one go, and so does tmux for escape and a key
within its `escape-time` (500 ms), or a line over SSH that joins two packets. Textual takes some
of these for what Option types on a Mac (`∞` for 5), and forgets the escape of others.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys, key_to_character

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ESC = "\x1b"
STATUS = f"{ESC}[0n"  # what a terminal answers that is asked for its state
_ALT = "alt+"
# After esc, these start a longer sequence: an arrow or function key.
_LONGER = frozenset(f"[O{ESC}")
_CONTROL = {"enter": "\r", "tab": "\t"}
# Names of Textual's own, which it does not find the character of.
_NAMED = {"slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_"}
# Deleting a word, as shells do it. Escape and backspace means nothing anywhere.
_WORD_BACK = "\x7f"


class KeyParser(XTermParser):
    """Reads escape and a key in one go as alt+key, whatever the key."""

    def __init__(self, debug: bool = False, on_status: Callable[[], None] = lambda: None) -> None:
        """Read keys; `on_status` is called for each answer to a question for the state."""
        super().__init__(debug)
        self._words = sends_words(os.environ)
        self._on_status = on_status

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if sequence == STATUS:
            self._on_status()
            return [events.Key(Keys.Ignore, None)]
        pair = len(sequence) == 2 and sequence[0] == ESC and sequence[1] not in _LONGER
        if not alt and not (pair and not (self._words and sequence[1] in "bf")):
            return super()._sequence_to_key_events(sequence)
        if sequence[-1] == _WORD_BACK:
            return [events.Key("ctrl+w", None)]
        keys = super()._sequence_to_key_events(sequence[-1])
        return [events.Key(_alt(key.key), None) for key in keys]


def _alt(key: str) -> str:
    name = f"shift+{key.lower()}" if len(key) == 1 and key.isupper() else key
    return _ALT + name


def sends_words(environ: Mapping[str, str]) -> bool:
    """Whether the terminal sends alt+b and alt+f for alt with an arrow.

    Two on a Mac do. Within tmux the same bytes are more likely an escape before a letter.
    """
    if "TMUX" in environ:
        return False
    program = environ.get("TERM_PROGRAM", "")
    return program in {"Apple_Terminal", "iTerm.app"} or environ.get("LC_TERMINAL") == "iTerm2"


def typed_after_escape(key: str) -> events.Key | None:
    """Return the key that was typed together with escape or alt, None for any other key.

    Arrows, function keys and others that are no character go with alt as one key.
    """
    if not key.startswith(_ALT):
        return None
    name = key.removeprefix(_ALT)
    control = name.removeprefix("ctrl+")
    if name in _CONTROL:
        return events.Key(name, _CONTROL[name])
    if control != name and len(control) == 1:
        return events.Key(name, chr(ord(control.upper()) & 0x1F))
    shifted = name.removeprefix("shift+")
    if shifted != name and len(shifted) == 1:
        name = shifted.upper()
    character = _NAMED.get(name) or key_to_character(name)
    if character is None or not character.isprintable():
        return None
    return events.Key(name, character)
