"""Ask for a path to write to, and again before a file is replaced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.path import PathDialog, short_path

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import App


async def ask_target(
    app: App[Any], title: str, value: str, *, own: Path | None = None
) -> Path | None:
    """Ask for a file to write to, and again before one that exists is replaced.

    A no goes back to the name. `own` is a file that is taken without a question. Call it from a
    worker. None leaves it.
    """
    while True:
        path = await app.push_screen_wait(PathDialog(title, value=value, must_exist=False))
        if path is None or path == own or await may_replace(app, path):
            return path
        value = short_path(path)


async def may_replace(app: App[Any], path: Path) -> bool:
    """Whether a file may be written at `path`: nothing is there, or the answer was yes.

    Call it from a worker.
    """
    if not await asyncio.to_thread(path.exists):
        return True
    question = GoOn(
        "The file exists",
        f"Replace {short_path(path)}? What is in it now is lost.",
        "replaces it",
        "leaves it",
    )
    return await app.push_screen_wait(question) is True
