"""Opening the workspace: when the program starts, and again for another profile."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from textual.events import Key

from tui.core.text.text import one_line
from tui.screens.base import ModeScreen
from tui.services.errors import ServiceError
from tui.tuning import collect_from_now_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import Paste
    from textual.screen import Screen

    from tui.program.keys import Keys
    from tui.program.logbook import Logbook
    from tui.program.program_context import ProgramContext
    from tui.program.returning import Returning
    from tui.services.workspace import Workspace


class Opening:
    """Opens the workspace with the profile and the file named on the command line."""

    def __init__(
        self,
        context: ProgramContext,
        path: str | None,
        profile: str | None,
        opened: Callable[[], None],
        returning: Returning,
        logbook: Logbook,
        keys: Keys,
    ) -> None:
        self._context, self._keys = context, keys
        self._path, self._profile = path, profile
        self._opened, self._returning, self._logbook = opened, returning, logbook
        self._warned: set[str] = set()
        self._first: Screen[object] | None = None  # what was painted first
        self.under_way = True  # there is no workspace yet, and there will be one
        self._waiting: list[Callable[[], object]] = []

    def start(self) -> None:
        """Open the workspace in the background."""
        self._first = self._context.app.screen_stack[0]
        self._context.run(self._open, group="workspace", description="open the workspace")

    async def _open(self) -> None:
        try:
            await self._open_workspace()
        finally:
            self.under_way = False
            collect_from_now_on()
        waiting, self._waiting = self._waiting, []
        for command in waiting:
            command()

    def then(self, command: Callable[[], object]) -> None:
        """Run a command once the workspace is open."""
        self._waiting.append(command)

    async def _open_workspace(self) -> None:
        if isinstance(self._first, ModeScreen):
            await self._first.complete()
        await asyncio.to_thread(import_module, "tui.services.workspace")
        from tui.services.workspace import Workspace

        workspace, unopened = await Workspace.open_safely(self._profile)
        workspace.workers.lower_priority()  # keys come first; a command has nobody to give way to
        self._context.program.unopened = unopened
        if unopened is not None:
            self._context.show_error(unopened)
        await self._logbook.begin(workspace)
        workspace.trouble.follow(partial(self._context.app.call_later, self._tell_trouble))
        await asyncio.to_thread(workspace.typed.load)
        back = self._returning
        await back.read(workspace)
        back.follow(workspace)
        if self._profile is None and unopened is None:
            await back.take_profile(workspace)
        if self._path is not None:
            try:
                await workspace.datasets.open(self._path)
            except ServiceError as error:
                self._context.show_error(error)
        elif not back.asked:
            await back.open_dataset(workspace)
        if not back.asked:
            back.go_back()
        self.take(workspace)
        back.note()  # keys may have been given before there was anything to keep it in
        back.tell_typed(workspace)
        back.tell_unanswered()

    def _tell_trouble(self, text: str) -> None:
        self._context.tell(one_line(text, 300), seconds=10, warning=True)

    def take(self, workspace: Workspace) -> None:
        """Show a workspace that is new or has another profile, with what is not safe about it."""
        program = self._context.program
        program.show_workspace(workspace)
        program.use_terminal(workspace.profiles.terminal)
        if program.unopened is None:
            self._keys.take(workspace.profiles.keymap)
        remarks = [f"Not safe: {one}" for one in workspace.remarks]
        new = [remark for remark in remarks if remark not in self._warned]
        self._warned.update(new)
        program.remarks = (*program.remarks, *new)
        self._opened()

    async def use_profile(self, name: str) -> None:
        """Go on with another profile. Raises ServiceError."""
        if (workspace := self._context.workspace) is not None:
            await workspace.use_profile(name)
            self.take(workspace)

    def is_early(self, event: Key | Paste) -> bool:
        """Whether what is typed is for a mode, or a profile, that is still being opened.

        A letter may be one of a question, for Chat, or for a dialog that will be open again.
        """
        app = self._context.app
        screen = app.screen if app.screen_stack else None
        if not isinstance(screen, ModeScreen) or not (self.under_way or screen.starts):
            return False
        focused = app.focused
        key, character = (event.key, event.character) if isinstance(event, Key) else ("x", "x")
        if focused is not None and focused.check_consume_key(key, character):
            return False
        if character is not None and character.isalpha():
            return True
        return any(
            node is not app or binding.action == "command('app.profile')"
            # All bindings: those that cannot be used yet are what is asked for.
            for node, bindings in screen._binding_chain  # noqa: SLF001
            for binding in bindings.key_to_bindings.get(key, ())
        )

    def is_urgent(self, event: Key | Paste) -> bool:
        """Whether a key ends the program, which waits for nothing."""
        app = self._context.app
        if not isinstance(event, Key) or not self.under_way or not app.screen_stack:
            return False
        leaving = app.screen.active_bindings.get(event.key)
        return leaving is not None and leaving.binding.action == "command('app.leave')"
