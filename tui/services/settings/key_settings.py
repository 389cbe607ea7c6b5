"""The keys of commands: the sets and the own keys that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.services.settings.suggestions import nearest

if TYPE_CHECKING:
    from tui.commands.keymap import Keymap
    from tui.services.errors import InputError
    from tui.services.settings.config_file import ConfigFile

KEYMAPS = ("standard", "vim", "emacs")
_NO_KEYS = 'Keys are a text or a list of texts, such as "ctrl+s" or ["u", "ctrl+z"].'


def read_keymap(source: ConfigFile) -> Keymap | None:
    """Return the keymap that the configuration names, None for the table's own keys.

    Raises InputError for a set, a command or a key that is not known.
    """
    chosen, said = source.values.get("keymap", KEYMAPS[0]), source.values.get("keys", {})
    if chosen not in KEYMAPS:
        meant = nearest(str(chosen), KEYMAPS)
        step = f"Write {meant}." if meant else ""
        cause = f"keymap is {chosen!r}, not one of {', '.join(KEYMAPS)}"
        raise source.bad("keymap", cause, next_step=step)
    if not isinstance(said, dict):
        step = 'Write [keys], and below it lines such as "datasets.save" = "ctrl+s".'
        raise source.bad("keys", "keys is not a table", next_step=step)
    if chosen == KEYMAPS[0] and not said:
        return None
    return _keymap(source, chosen, said)


def _keymap(source: ConfigFile, chosen: str, said: dict[str, Any]) -> Keymap:
    from tui.commands.keymap import Keymap, flat

    return Keymap(chosen, {one: _keys(source, one, keys) for one, keys in flat(said).items()})


def _keys(source: ConfigFile, command_id: str, said: object) -> str:
    """Return the keys of a command joined by commas. Raises InputError for what is not known."""
    from tui.commands import COMMANDS
    from tui.commands.key_names import UnknownKeyError
    from tui.commands.keymap import may_be_without, read_keys

    known = {one.id for one in COMMANDS}
    if command_id not in known:
        meant = _meant(command_id, known)
        cause = f"there is no command {command_id}"
        step = "finetui keys lists them all."
        if meant:
            cause, step = f"{cause}, did you mean {meant}?", f"Write {meant}, or remove it. {step}"
        raise _bad(source, command_id, cause, step)
    try:
        keys = read_keys(said)
    except UnknownKeyError as error:
        cause = f"{command_id}: there is no key {error.text!r}"
        if error.meant:
            cause = f"{cause}, did you mean {error.meant}?"
        step = f"Write {error.meant}, or remove it." if error.meant else ""
        raise _bad(source, command_id, cause, step) from error
    except TypeError:
        raise _bad(source, command_id, f"{command_id}: {said!r} is not a key", _NO_KEYS) from None
    if not keys and not may_be_without(command_id):
        raise _bad(source, command_id, f"{command_id} needs a key", "Name one, or remove the line.")
    return keys


def _bad(source: ConfigFile, command_id: str, cause: str, step: str) -> InputError:
    """Return the error, with the line: of the id as it stands, or below a table of its place."""
    where, _, name = command_id.partition(".")
    of_place = isinstance(source.values["keys"].get(where), dict)
    key, table = (name, f"keys.{where}") if of_place else (command_id, "keys")
    return source.bad(key, cause, table, step)


def _meant(command_id: str, known: set[str]) -> str:
    """Return the command that is meant: by its whole id, or by a name that only it has."""
    if meant := nearest(command_id, known):
        return meant
    name = command_id.rpartition(".")[2]
    named = [one for one in known if one.partition(".")[2] == name]
    return named[0] if len(named) == 1 else ""
