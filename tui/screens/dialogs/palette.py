"""The palette: every command that can be given now with its key, and everything there is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.commands import MODES, Command, commands_for, commands_in_dialogs
from tui.core.text.fuzzy import ranked
from tui.core.text.text import visible
from tui.dispatch import start_worker
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.host import host_of
from tui.screens.not_offered import hint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.screen import Screen

    from tui.services.known_things import KnownThing
    from tui.services.workspace import Workspace

# A command: where it works ("" is the screen that is up), and the action that runs it there.
Target = tuple[str, str]
_PALETTE = "-palette"
_ALL = "Commands, models, jobs, files, chats, datasets"
_KINDS = {"datasets": "Dataset", "chat": "Chat", "jobs": "Job", "models": "Model", "files": "File"}


class Palette(Choose["Target | KnownThing"]):
    """Finds commands and things by a few letters; `known` reads the things in the background."""

    DEFAULT_CSS = """
    Palette > .dialog { width: 100; }
    """

    KEEPS = False  # it goes to places: whoever comes back is at one

    def __init__(
        self,
        choices: list[Choice[Target]],
        known: Callable[[], Awaitable[list[KnownThing]]] | None = None,
    ) -> None:
        super().__init__(
            "Commands" if known is None else _ALL,
            [],
            placeholder="a few letters" if known is None else "a few letters of a command or name",
        )
        self._known = known
        self._take([Choice(one.value, one.title, one.remark, one.key) for one in choices])
        self.listed = self.choices
        self.add_class(_PALETTE)

    def on_mount(self) -> None:
        """Show the commands at once, and the things behind them when they have been read."""
        super().on_mount()
        if self._known is not None:
            start_worker(self, self._read, "known", "read what is known")

    async def _read(self) -> None:
        assert self._known is not None
        found = await self._known()
        things: list[Choice[Target | KnownThing]] = await asyncio.to_thread(
            lambda: [Choice(one, *_words_of(one), names=one.kind != "chat") for one in found]
        )
        if things:
            self._take([*self.choices, *things])
            self.offer(self.choices)

    def _take(self, choices: list[Choice[Target | KnownThing]]) -> None:
        self.choices = choices
        # Folded once: a key looks through thousands.
        self._titles = [one.title.casefold() for one in choices]
        self._abouts = [f"{one.key} {one.remark}".casefold() for one in choices]

    def matching(self, typed: str) -> list[Choice[Target | KnownThing]]:
        """Return what is meant by the letters typed, the best first."""
        return [self.choices[at] for at in ranked(typed, self._titles, self._abouts)]


def _words_of(thing: KnownThing) -> tuple[str, str]:
    return f"{_KINDS[thing.kind]}: {visible(thing.title)}", visible(thing.about)


def palette_for(
    screen: Screen[object],
    mode: str,
    known: Callable[[], Awaitable[list[KnownThing]]] | None = None,
) -> Palette | None:
    """Return the palette to open over a screen; None over a palette.

    That of a mode finds also what `known` reads.
    """
    if screen.has_class(_PALETTE):
        return None
    if isinstance(screen, Dialog):
        return Palette(dialog_choices(screen))
    return Palette(palette_choices(mode, host_of(screen).workspace), known)


def palette_choices(mode: str, workspace: Workspace | None = None) -> list[Choice[Target]]:
    """Return the commands of all modes and of the app as choices, those of `mode` first.

    Those that the provider in use does not offer say so.
    """
    modes = sorted((name for _, name, _ in MODES), key=lambda name: name != mode)
    wheres = [modes[0], "app", *modes[1:]]
    return [
        Choice((c.where, c.call), _title(c, mode), hint(workspace, c), c.key_label)
        for where in wheres
        for c in commands_for(where)
    ]


def dialog_choices(dialog: Dialog[object]) -> list[Choice[Target]]:
    """Return the commands that a dialog carries out, and those of the app that hold in it."""
    inside = [("", c.call, c) for c in dialog.commands() if c.id in dialog.dispatcher]
    around = [("app", c.call, c) for c in commands_in_dialogs() if c.id != "app.palette"]
    return [
        Choice((where, action), c.title, c.hint, c.key_label)
        for where, action, c in (*inside, *around)
    ]


def _title(command: Command, mode: str) -> str:
    if command.where in {mode, "app"}:
        return command.title
    return f"{command.where.capitalize()}: {command.title}"
