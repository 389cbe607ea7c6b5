"""The one table of commands; keys, footer, palette, help and screens.md are made from it.

A command's id is `where.action`; a method that says `@handles(id)` carries it out (see
`tui.dispatch`). Keys are ones that every terminal and tmux can send. `modes` has the commands of
the app and its modes, `dialogs` those of dialogs and fields, `places` what each is for.

`COMMANDS` has the keys of the table; `command` and all else here those of the keymap in use
(`use_keymap`), so nobody keeps what they return. `tui.key_bindings` makes Textual's bindings.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui.commands.command import Command, either
from tui.commands.dialogs import DIALOG_COMMANDS
from tui.commands.keymap import Keymap, with_keys
from tui.commands.modes import MODE_COMMANDS, MODES
from tui.commands.order import AFTER_FIRST, IN_FOCUS, LAST
from tui.commands.places import OF_WIDGETS, PLACES, Place, place_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "COMMANDS",
    "LAST",
    "MODES",
    "OF_WIDGETS",
    "PLACES",
    "Command",
    "Keymap",
    "Place",
    "command",
    "commands_for",
    "commands_in_dialogs",
    "commands_in_use",
    "default_command",
    "either",
    "key_hint",
    "key_line_order",
    "key_of",
    "key_words",
    "keymap_in_use",
    "keymap_number",
    "place_title",
    "use_keymap",
]

COMMANDS: tuple[Command, ...] = (*MODE_COMMANDS, *DIALOG_COMMANDS)
_DEFAULTS = {one.id: one for one in COMMANDS}


class _InUse:
    """The commands with the keys of the keymap in use; `number` grows with each other one."""

    def __init__(self) -> None:
        self.number = 0
        self.take(Keymap())

    def take(self, keymap: Keymap) -> None:
        """Go on with another keymap."""
        self.keymap = keymap
        self.commands = with_keys(COMMANDS, keymap)
        self.by_id = {one.id: one for one in self.commands}
        found: dict[str, list[Command]] = defaultdict(list)
        for one in self.commands:
            found[one.where].append(one)
        self.by_place = {where: tuple(those) for where, those in found.items()}


_in_use = _InUse()


def use_keymap(keymap: Keymap) -> bool:
    """Give commands their keys by this keymap; return whether it is another than before."""
    if keymap == _in_use.keymap:
        return False
    _in_use.take(keymap)
    _in_use.number += 1
    key_line_order.cache_clear()
    return True


def keymap_in_use() -> Keymap:
    """Return the keymap in use."""
    return _in_use.keymap


def keymap_number() -> int:
    """Return how often another keymap was taken: what was made of one before is out of date."""
    return _in_use.number


def command(command_id: str) -> Command:
    """Return the command of an id. Raises KeyError for one that is not in the table."""
    return _in_use.by_id[command_id]


def default_command(command_id: str) -> Command:
    """Return a command with the keys of the table."""
    return _DEFAULTS[command_id]


def commands_in_use() -> tuple[Command, ...]:
    """Return all commands."""
    return _in_use.commands


def commands_for(where: str) -> tuple[Command, ...]:
    """Return the commands of one screen, dialog or widget, or of the app."""
    return _in_use.by_place.get(where, ())


def commands_in_dialogs() -> tuple[Command, ...]:
    """Return the commands of the app that work while a dialog is open."""
    return tuple(one for one in commands_for("app") if one.in_dialogs)


@cache
def key_line_order(mode: str, focused: str = "") -> Mapping[str, int]:
    """Return the rank in the key line of each command that a mode's screen can show there.

    `focused` is the id of the widget in focus.
    """
    # Widgets of modes that bind commands of the table themselves, such as Chat's prompt.
    fields = {one.where for one in COMMANDS if one.footer} - {"app", *(m for _, m, _ in MODES)}
    ordered = [*IN_FOCUS.get(focused, ())]
    for where in (*sorted(fields), mode, "app"):
        after = [f"{where}.{name}" for name in AFTER_FIRST.get(where, ())]
        ids = [one.id for one in commands_for(where) if one.keys]
        ordered += [one for one in ids if command(one).footer]
        ordered += [*after, *(one for one in ids if where != "app" and one not in after)]
    return MappingProxyType({one: rank for rank, one in enumerate(dict.fromkeys(ordered))})


def key_hint(command_id: str, word: str) -> str:
    """Return what a title says of one key, such as "enter opens"."""
    return f"{key_of(command_id)} {word}"


def key_of(command_id: str) -> str:
    """Return the key of a command as a sentence names it, such as "ctrl+s".

    One without a key is found in the palette.
    """
    one = command(command_id)
    if not one.keys:
        return f"{key_of('app.palette')} {one.title}"
    return one.labels[0]


def key_words(commands: Iterable[Command], words: Mapping[str, str | None]) -> list[str]:
    """Return what a line of keys says: the keys of each, with the word behind them.

    `words` says by a command's name or id what it is called in this line, "" shows the key alone
    and None leaves it out. Neighbours of the same word share it, as in `↑ ↓ move`.
    """
    line: list[tuple[str, str, str]] = []
    for one in commands:
        word = words.get(one.id, words.get(one.name, one.word))
        if word is None:
            continue
        if not (key := one.told_keys):
            continue
        if line and line[-1][1:] == (word, one.where):
            key = f"{line.pop()[0]} {key}"
        line.append((key, word, one.where))
    return [f"{key} {word}".rstrip() for key, word, _ in line]
