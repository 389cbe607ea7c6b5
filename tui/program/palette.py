"""The command palette: carries out the command, or goes to the thing, that was chosen in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.commands import MODES, commands_for
from tui.dispatch import handles
from tui.screens.base import ModeScreen

if TYPE_CHECKING:
    from tui.program.opening import Opening
    from tui.program.program_context import ProgramContext
    from tui.screens.dialogs.palette import Target
    from tui.services.known_things import KnownThing

_MODES = frozenset(mode for _, mode, _ in MODES)


class PaletteController:
    """Opens the palette, and does what is chosen there."""

    def __init__(self, context: ProgramContext, opening: Opening) -> None:
        self._context, self._opening = context, opening

    @handles("app.palette")
    def open_palette(self) -> None:
        """Find a command, a model, job, file, chat or dataset by a few letters."""
        from tui.screens.dialogs.palette import palette_for

        app = self._context.app
        known = self._known_things if self._context.workspace is not None else None
        palette = palette_for(app.screen, app.current_mode, known)
        if palette is not None:
            self._context.open(palette, self._chosen)

    async def _known_things(self) -> list[KnownThing]:
        from tui.services.known_things import known_things

        workspace = self._context.workspace
        return [] if workspace is None else await known_things(workspace)

    def _chosen(self, chosen: Target | KnownThing | None) -> None:
        if isinstance(chosen, tuple):
            self._run_command(*chosen)
        elif chosen is not None:
            self._go_to(chosen)

    def _go_to(self, thing: KnownThing) -> None:
        program = self._context.program
        if thing.kind == "chat":
            program.open_chat(int(thing.id))
        else:
            program.show_one(thing.kind, thing.id)

    def _run_command(self, where: str, action: str) -> None:
        app = self._context.app
        if where not in {"", "app", app.current_mode}:
            self._context.program.show_mode(where)
        run = partial(app.call_later, self._run_in, where, action)
        if self._opening.under_way and (where in _MODES or "app.profile" in action):
            self._opening.then(run)
        else:
            run()

    async def _run_in(self, where: str, action: str) -> None:
        """Run an action of the app or of the mode shown, which may have a dispatcher."""
        app = self._context.app
        screen = app.screen
        if isinstance(screen, ModeScreen) and f"{where}.{action}" in screen.dispatcher:
            action = f"command('{where}.{action}')"
        done = await app.run_action(action, app if where == "app" else screen)
        if not done and isinstance(screen, ModeScreen):
            for one in commands_for(where):
                if one.call == action:
                    screen.refuse(one.id)
