"""What the app's controllers may touch: what all screens watch, dialogs, remarks and workers."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol, cast

from tui.core.listeners import Listeners
from tui.screens.base import ModeScreen
from tui.screens.controller_context import Context, hold_keys
from tui.screens.host import Host

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager

    from textual.app import App

    from tui.services.settings.terminal_settings import TerminalSettings
    from tui.services.workspace import Workspace


class Program(Host, Protocol):
    """The app, as its controllers see it."""

    remarks: tuple[str, ...]  # what is wrong with the configuration, until it is closed
    keymap: int  # the number of the keymap in use

    @property
    def holds_typed(self) -> bool:
        """Whether something typed has not been dealt with yet."""

    def show_error(self, error: BaseException) -> None:
        """Show an error on the screen or dialog that is up."""

    def show_workspace(self, workspace: Workspace) -> None:
        """Have all screens work with this workspace, or with its new profile."""

    def use_terminal(self, settings: TerminalSettings) -> None:
        """Use the terminal as the configuration says."""


class ProgramContext(Context):
    """The app's own context: its state, and how it ends."""

    def __init__(self, app: App[None]) -> None:
        super().__init__(app)
        self.program: Program = cast("Program", app)
        self.ending = Listeners[[]]()  # told before the program ends

    @property
    def workspace(self) -> Workspace | None:
        """The workspace; None until it is open."""
        return self.program.workspace

    def show_error(self, error: BaseException) -> None:
        """Show an error on the screen or dialog that is up."""
        self.program.show_error(error)

    @property
    def modes(self) -> Collection[str]:
        """The names of the modes."""
        return self.app.MODES

    def holding(self) -> AbstractContextManager[None]:
        """Let keys for the mode that is shown wait as long as this lasts."""
        screen = self.app.screen
        return hold_keys(screen) if isinstance(screen, ModeScreen) else nullcontext()

    @property
    def runs(self) -> bool:
        """Whether the program still shows something."""
        return bool(self.app.is_running and self.app.screen_stack)

    def mode_screens(self) -> list[ModeScreen]:
        """Return the screens of the modes that have been gone to."""
        stacks = self.app._screen_stacks.values()  # noqa: SLF001 - those of other modes too
        return [stack[0] for stack in stacks if stack and isinstance(stack[0], ModeScreen)]

    def exit(self, code: int = 0) -> None:
        """End the program with an exit code."""
        if self.runs:
            self.ending.tell()
        self.app.exit(return_code=code)
