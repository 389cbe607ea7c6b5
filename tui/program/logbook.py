"""The program's own log: begun once the first frame is painted, and shown on a key."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
from typing import TYPE_CHECKING

from tui import __version__
from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.program.program_context import ProgramContext
    from tui.services.logs.writing import Log
    from tui.services.workspace import Workspace

log = logging.getLogger(__name__)


class Logbook:
    """Begins and ends the log, and shows it."""

    def __init__(self, context: ProgramContext) -> None:
        self._context = context
        self._log: Log | None = None

    async def begin(self, workspace: Workspace) -> None:
        """Write what is logged from now on, in a file of the platform's folder for logs."""
        if self._log is not None:
            return
        self._log = await asyncio.to_thread(_begun, workspace)
        terminal = " ".join(
            f"{name}={os.environ[name]}"
            for name in ("TERM", "COLORTERM", "TERM_PROGRAM", "TMUX", "SSH_TTY")
            if os.environ.get(name)
        )
        size = self._context.app.size
        log.info(
            "finetui %s begins as process %d: Python %s, profile %s, %d×%d, %s",
            __version__, os.getpid(), platform.python_version(), workspace.profile.name,
            size.width, size.height, terminal,
        )  # fmt: skip

    async def end(self) -> None:
        """Write what is left."""
        if self._log is not None:
            log.info("it ends")
            await asyncio.to_thread(self._log.end)

    @handles("app.log")
    def show(self) -> None:
        """Show the log."""
        if self._log is None:
            self._context.tell("Nothing is logged yet.", seconds=3)
            return
        from tui.screens.log.dialog import LogDialog
        from tui.services.logs.reading import LogReader

        path = self._log.path
        self._context.open(LogDialog(LogReader(path), str(path)))


def _begun(workspace: Workspace) -> Log:
    from tui.services.logs.writing import Log

    made = Log(workspace.locations.logs, os.environ)
    made.begin()
    return made
