"""What the app's controllers may touch: what all screens watch, dialogs, remarks and workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from tui.screens.controller_context import Context
from tui.screens.host import Host

if TYPE_CHECKING:
    from textual.app import App

    from tui.services.settings.terminal_settings import TerminalSettings
    from tui.services.workspace import Workspace


class Program(Host, Protocol):
    """The app, as its controllers see it."""

    remarks: tuple[str, ...]  # what is not safe, until it is closed

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

    @property
    def workspace(self) -> Workspace | None:
        """The workspace; None until it is open."""
        return self.program.workspace

    def show_error(self, error: BaseException) -> None:
        """Show an error on the screen or dialog that is up."""
        self.program.show_error(error)

    def exit(self, code: int = 0) -> None:
        """End the program with an exit code."""
        self.app.exit(return_code=code)
