"""Copying: by the terminal's clipboard, and to a file, since terminals drop what they dislike."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING

from tui.core.text.masking import mask
from tui.core.text.text import encodable, size_words
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from pathlib import Path

    from tui.program.program_context import ProgramContext
    from tui.services.workspace import Workspace

# Bytes that are sent to a terminal at most: more would hold up everything else for seconds.
_CLIPBOARD = 100_000


class Copying:
    """Copies texts, keys masked, by OSC 52 and to `copied.txt` in the state folder."""

    def __init__(self, context: ProgramContext) -> None:
        self._context = context
        self._hinted = False  # what tmux needs is told once

    def copy_out(self, text: str, what: str) -> None:
        """Copy by OSC 52, and to a file too: a terminal or tmux may drop the sequence silently."""
        whole = mask(encodable(text))
        if whole != encodable(text):
            what = f"{what}, its key masked,"
        if fits_clipboard(whole):
            self._context.app.copy_to_clipboard(whole)
        self.copy_to_file(whole, what)

    def copy_to_file(self, text: str, what: str) -> None:
        """Write what is copied to the file, and say where it is."""
        if (workspace := self._context.workspace) is not None:
            work = partial(self._copy_to_file, workspace, text, what)
            self._context.run(work, group="copy", description="copy a text")

    async def _copy_to_file(self, workspace: Workspace, text: str, what: str) -> None:
        verb = "are" if what.startswith("The results") else "is"
        said = f"{what} {verb} copied"
        sent = fits_clipboard(text)
        if not sent:
            said = f"{what} {verb} too large for a terminal's clipboard ({size_words(len(text))})"
        try:
            path = await asyncio.to_thread(_write, workspace.locations.state, text)
        except (OSError, ServiceError):  # a full disk: the clipboard has it all the same
            said = f"{said}; it could not be written to a file"
        else:
            said = f"{said}, also to {path}" if sent else f"{said}: it is in {path}"
        if sent and os.environ.get("TMUX") and not self._hinted:
            self._hinted = True
            said = f"{said}.\nThe terminal's clipboard has it if tmux has: set -s set-clipboard on"
        self._context.tell(said, seconds=6)


def fits_clipboard(text: str) -> bool:
    """Whether a text is small enough to be sent to a terminal's clipboard."""
    return len(text) <= _CLIPBOARD and len(text.encode()) <= _CLIPBOARD


def _write(folder: Path, text: str) -> Path:
    from tui.services.settings.locations import private_file, private_folder

    path = private_folder(folder) / "copied.txt"
    with private_file(path) as file:
        file.write(text.encode())
    return path
