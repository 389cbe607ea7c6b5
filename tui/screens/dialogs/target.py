"""Ask for a path to write to, and again before a file is replaced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog, short_path

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import App


async def ask_target(app: App[Any], title: str, value: str) -> Path | None:
    """Ask for a file to write to, and again before one that exists is replaced.

    Call it from a worker. None leaves it.
    """
    path = await app.push_screen_wait(PathDialog(title, value=value, must_exist=False))
    return path if path is not None and await may_replace(app, path) else None


async def may_replace(app: App[Any], path: Path) -> bool:
    """Whether a file may be written at `path`: nothing is there, or the answer was yes.

    Call it from a worker.
    """
    if not await asyncio.to_thread(path.exists):
        return True
    question = Confirm("The file exists", f"Replace {short_path(path)}?", "replace")
    return await app.push_screen_wait(question) is True
