"""The command palette: every command that can be given now, with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import MODES, Command, commands_for, commands_in_dialogs
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.host import host_of
from tui.screens.not_offered import hint

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.services.workspace import Workspace

# A command: where it works ("" is the screen that is up), and the action that runs it there.
Target = tuple[str, str]
_PALETTE = "-palette"


def palette_for(screen: Screen[object], mode: str) -> Choose[Target] | None:
    """Return the palette to open over a screen; None over a palette."""
    if screen.has_class(_PALETTE):
        return None
    if isinstance(screen, Dialog):
        choices = dialog_choices(screen)
    else:
        choices = palette_choices(mode, host_of(screen).workspace)
    return Choose("Commands", choices).add_class(_PALETTE)


def palette_choices(mode: str, workspace: Workspace | None = None) -> list[Choice[Target]]:
    """Return the commands of all modes and of the app as choices, those of `mode` first.

    Those that the provider in use does not offer say so.
    """
    modes = sorted((name for _, name, _ in MODES), key=lambda name: name != mode)
    wheres = [modes[0], "app", *modes[1:]]
    return [
        Choice((c.where, c.call), _title(c, mode), f"{c.key_label}  {hint(workspace, c)}")
        for where in wheres
        for c in commands_for(where)
    ]


def dialog_choices(dialog: Dialog[object]) -> list[Choice[Target]]:
    """Return the commands that a dialog carries out, and those of the app that hold in it."""
    inside = [("", c.call, c) for c in dialog.commands() if c.id in dialog.dispatcher]
    around = [("app", c.call, c) for c in commands_in_dialogs() if c.id != "app.palette"]
    return [
        Choice((where, action), c.title, f"{c.key_label}  {c.hint}")
        for where, action, c in (*inside, *around)
    ]


def _title(command: Command, mode: str) -> str:
    if command.where in {mode, "app"}:
        return command.title
    return f"{command.where.capitalize()}: {command.title}"
