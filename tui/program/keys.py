"""The keys of commands in the program: which there are, and changing them."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from tui.commands import (
    COMMANDS,
    Keymap,
    command,
    key_hint,
    keymap_in_use,
    keymap_number,
    use_keymap,
)
from tui.dispatch import handles
from tui.services.errors import InputError
from tui.services.settings.locations import Locations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.program.program_context import ProgramContext
    from tui.screens.dialogs.keys import KeyWish

_ABOUT = "Keys: "
_SAID = (b"keymap", b"[keys", b"keys.", b"keys ")


def keymap_of_configuration(environ: Mapping[str, str]) -> Keymap:
    """Return the keymap that the configuration names, that of the table where it cannot be read.

    Before the first frame, so that it shows the keys: a file that says nothing of keys is not
    parsed. What is wrong with it is told when the workspace is opened.
    """
    try:
        path = Locations.standard(environ).config_file
        text = path.read_bytes()
        if not any(said in text for said in _SAID):
            return Keymap()
        from tui.services.settings.config_file import ConfigFile
        from tui.services.settings.key_settings import read_keymap

        return read_keymap(ConfigFile.read(path)) or Keymap()
    except (OSError, InputError):
        return Keymap()


class Keys:
    """Gives commands the keys of the configuration, and tells the screens."""

    def __init__(self, context: ProgramContext) -> None:
        self._context = context
        self._told = Keymap()  # the one whose problems were told
        use_keymap(keymap_of_configuration(os.environ))

    def take(self, keymap: Keymap | None) -> None:
        """Go by the keymap of the configuration, and say what is wrong with it."""
        if use_keymap(keymap or Keymap()):
            self._context.program.keymap = keymap_number()
        if keymap_in_use() is self._told:
            return
        self._told = keymap_in_use()
        program = self._context.program
        others = (one for one in program.remarks if not one.startswith(_ABOUT))
        program.remarks = (*others, *_remark(self._told))

    @handles("app.keys", group="keys")
    async def show(self) -> None:
        """List all commands, and change the keys of one after the other."""
        from tui.screens.dialogs.keys import KeysDialog

        typed = shown = ""
        while True:
            dialog = KeysDialog(self._context.app.current_mode, typed, shown)
            wish = await self._context.ask(dialog)
            if wish is None:
                return
            typed, shown = dialog.typed, wish.command_id
            await self._carry_out(wish)

    # -- inside ------------------------------------------------------------------------

    async def _carry_out(self, wish: KeyWish) -> None:
        from tui.commands.keymap import may_be_without
        from tui.screens.dialogs.keys import KeyPress

        command_id = wish.command_id
        match wish.action:
            case "choose_set":
                await self._choose_set()
            case "reset":
                if command_id in keymap_in_use().own:
                    await self._write({command_id: None})
            case "take_away" if not may_be_without(command_id):
                self._context.tell(f"{command(command_id).title} needs a key.", seconds=4)
            case "take_away":
                await self._write({command_id: []})
            case _:
                kept = command(command_id).keys if wish.action == "add" else ""
                key = await self._context.ask(KeyPress(command_id, kept))
                if key:
                    keys = [*(one for one in kept.split(",") if one), key]
                    await self._write({command_id: [*dict.fromkeys(keys)]})

    async def _choose_set(self) -> None:
        from tui.commands.keymap import SETS
        from tui.screens.dialogs.choose import Choice, Choose

        choices = [Choice(name, name) for name in SETS]
        chosen = await self._context.ask(Choose("Set of keys", choices, keymap_in_use().name))
        if chosen is not None and chosen != keymap_in_use().name:
            await self._write({}, chosen)

    async def _write(self, keys: Mapping[str, list[str] | None], keymap: str = "") -> None:
        """Write what commands have in the configuration, and go by it from now on."""
        from tui.services.settings.config_editor import ConfigEditor

        if (workspace := self._context.workspace) is None:
            raise InputError("Not ready yet", "the profile is being opened", "Try again.")
        editor = ConfigEditor(workspace.locations, os.environ)
        if keymap:
            await asyncio.to_thread(editor.set_keymap, keymap)
        else:
            await asyncio.to_thread(editor.set_keys, keys)
        await workspace.read_profiles()
        self.take(workspace.profiles.keymap)


def _remark(keymap: Keymap) -> tuple[str, ...]:
    """Return what is wrong with a keymap in a line; nothing where nothing is."""
    if not keymap.keys:
        return ()
    from tui.commands.keymap import problems

    if not (found := problems(COMMANDS, keymap)):
        return ()
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return (f"{_ABOUT}{found[0].text}{more}; {key_hint('app.keys', 'lists')} them",)
