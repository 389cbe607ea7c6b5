"""Textual's bindings, made from the one table of commands, and kept to the keymap in use.

Classes are made with the keys of the table. `follow_keymap` gives each node that may get a key
those of the keymap in use. Textual's own `set_keymap` looks for keys that a field of text would
take before it puts the new ones in: a letter given to a command could no longer be typed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from textual.binding import Binding, BindingsMap

from tui.commands import COMMANDS, Command, command, default_command, keymap_number
from tui.commands.key_names import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.dom import DOMNode

_NO_KEY = "<none>"  # in place of the keys of a command that has none, so that it may get some
# The widgets of Textual whose keys are in the table: by name, as some are not loaded before the
# first paint.
_TEXTUALS: tuple[tuple[str, str], ...] = (
    ("textual.widgets._text_area.TextArea", "text"),
    ("textual.screen.Screen", "focus"),
    ("textual.containers.ScrollableContainer", "scrolling"),
)
# What a node was made with, and the number of the keymap that it has now.
_made: WeakKeyDictionary[DOMNode, tuple[BindingsMap, int]] = WeakKeyDictionary()


def bindings_for(where: str) -> list[Binding]:
    """Return Textual's bindings for one screen, dialog or pane, or for the app."""
    return [_binding(one, one.call) for one in COMMANDS if one.where == where]


def bindings_in_dialogs() -> list[Binding]:
    """Return bindings of a dialog for the app's own commands, which a dialog would hide."""
    return [_binding(one, f"app.{one.call}", show=False) for one in COMMANDS if one.in_dialogs]


def _binding(one: Command, action: str, *, show: bool = True) -> Binding:
    return Binding(
        one.keys or _NO_KEY,
        action,
        one.title,
        show=show and one.footer,
        key_display=_display(one.key_names[0]) if one.keys else None,
        tooltip=one.hint,
        id=one.id,
        priority=one.first,
    )


def _display(key: str) -> str | None:
    """Return how a key is written where Textual would write it otherwise, such as F1."""
    label = label_of(key)
    return label if label[:1] == "F" and len(label) > 1 else None


def follow_keymap(nodes: Iterable[DOMNode]) -> None:
    """Give nodes the keys of the keymap in use."""
    if not (number := keymap_number()):
        return
    for node in nodes:
        original, had = _made.get(node, (node._bindings, 0))  # noqa: SLF001 - set_keymap, put right
        if had != number:
            _made[node] = original, number
            node._bindings = _rebound(node, original)  # noqa: SLF001


def _rebound(node: DOMNode, original: BindingsMap) -> BindingsMap:
    kept: dict[str, list[Binding]] = {}
    given: dict[str, list[Binding]] = {}
    done: set[str] = set()
    for key, bindings in original.key_to_bindings.items():
        for binding in bindings:
            command_id = binding.id or _textuals(node, key)
            if not command_id or command(command_id).keys == default_command(command_id).keys:
                kept.setdefault(key, []).append(binding)
            elif command_id not in done:
                done.add(command_id)
                for new in command(command_id).key_names or (_NO_KEY,):
                    display = _display(new)
                    made = replace(binding, key=new, key_display=display, id=command_id)
                    given.setdefault(new, []).append(made)
    found = BindingsMap()
    found.key_to_bindings = {
        key: [*given.get(key, ()), *kept.get(key, ())] for key in {**kept, **given}
    }
    return found


def _textuals(node: DOMNode, key: str) -> str:
    """Return the id of what a widget of Textual does with a key, if the table has it."""
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(node).__mro__}
    for kind, where in _TEXTUALS:
        if kind in kinds:
            for one in COMMANDS:
                if one.where == where and key in one.key_names:
                    return one.id
    return ""
