"""The one table of commands; keys, footer, palette, help and screens.md are made from it.

A command's id is `where.action`; a method that says `@handles(id)` carries it out (see
`tui.dispatch`). Keys are ones that every terminal and tmux can send. `modes` has the commands of
the app and its modes, `dialogs` those of dialogs and fields, `places` what each is for.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from textual.binding import Binding

from tui.commands.command import Command
from tui.commands.dialogs import DIALOG_COMMANDS
from tui.commands.modes import MODE_COMMANDS, MODES
from tui.commands.order import AFTER_FIRST, IN_FOCUS, LAST
from tui.commands.places import OF_WIDGETS, PLACES, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "COMMANDS",
    "LAST",
    "MODES",
    "OF_WIDGETS",
    "PLACES",
    "Command",
    "Place",
    "bindings_for",
    "bindings_in_dialogs",
    "command",
    "commands_for",
    "commands_in_dialogs",
    "key_hint",
    "key_line_order",
    "key_of",
    "key_words",
]

COMMANDS: tuple[Command, ...] = (*MODE_COMMANDS, *DIALOG_COMMANDS)

_FUNCTION_KEYS = frozenset({"F1", "F2", "F3", "F4"})
_BY_ID = {one.id: one for one in COMMANDS}


def command(command_id: str) -> Command:
    """Return the command of an id. Raises KeyError for one that is not in the table."""
    return _BY_ID[command_id]


def commands_for(where: str) -> tuple[Command, ...]:
    """Return the commands of one screen, dialog or widget, or of the app."""
    return tuple(c for c in COMMANDS if c.where == where)


def commands_in_dialogs() -> tuple[Command, ...]:
    """Return the commands of the app that work while a dialog is open."""
    return tuple(c for c in MODE_COMMANDS if c.in_dialogs)


def bindings_for(where: str) -> list[Binding]:
    """Return Textual's bindings for one screen, dialog or pane, or for the app."""
    return [_binding(one, one.call) for one in commands_for(where) if one.keys]


def bindings_in_dialogs() -> list[Binding]:
    """Return bindings of a dialog for the app's own commands, which a dialog would hide."""
    return [_binding(one, f"app.{one.call}", show=False) for one in commands_in_dialogs()]


def _binding(one: Command, action: str, *, show: bool = True) -> Binding:
    return Binding(
        one.keys,
        action,
        one.title,
        show=show and one.footer,
        # Textual writes function keys small; help and sentences do not.
        key_display=label if (label := (one.labels or [""])[0])[:2] in _FUNCTION_KEYS else None,
        tooltip=one.hint,
        id=one.id,
        priority=one.first,
    )


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
    """Return the key of a command as a sentence names it, such as "ctrl+s"."""
    return command(command_id).labels[0]


def key_words(commands: Iterable[Command], words: Mapping[str, str | None]) -> list[str]:
    """Return what a line of keys says: each key, with the word behind it.

    `words` says by a command's name or id what it is called in this line, "" shows the key alone
    and None leaves it out. Neighbours of the same word share it, as in `↑ ↓ move`.
    """
    line: list[tuple[str, str, str]] = []
    for one in commands:
        word = words.get(one.id, words.get(one.name, one.word))
        if word is None:
            continue
        key = one.labels[0]
        if line and line[-1][1:] == (word, one.where):
            key = f"{line.pop()[0]} {key}"
        line.append((key, word, one.where))
    return [f"{key} {word}".rstrip() for key, word, _ in line]
