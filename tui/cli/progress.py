"""Progress of long operations, on standard error."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.provider.transfers import transfer_words
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from tui.cli.output import Output
    from tui.core.provider.transfers import Progress


class StatusLine:
    """A line that is rewritten on a terminal, and nothing elsewhere."""

    def __init__(self) -> None:
        self._wide = 0

    def put(self, text: str) -> None:
        """Show a line in place of the one before."""
        if sys.stderr.isatty():
            # A line that wraps could not be rewritten.
            flat = one_line(text, max(shutil.get_terminal_size().columns - 1, 20))
            print(f"\r{flat:<{self._wide}}", end="", file=sys.stderr, flush=True)
            self._wide = len(flat)

    def end(self) -> None:
        """Leave the terminal's line empty for what comes next."""
        if self._wide:
            print(f"\r{'':<{self._wide}}\r", end="", file=sys.stderr, flush=True)
            self._wide = 0


class UploadLine(StatusLine):
    """How far an upload is; in a log only each remark and the end are told."""

    def __init__(self, out: Output, name: str) -> None:
        super().__init__()
        self._out = out
        self._name = name
        self._noted = ""

    def show(self, progress: Progress) -> None:
        """Tell how far it is."""
        if progress.note != self._noted:
            self._noted = progress.note
            self.end()
            self._out.note(f"{self._name}: {progress.note}")
        text = transfer_words(self._name, replace(progress, note=""), time.time())
        self.put(text)
        ended = progress.stage == "sending" and progress.sent >= progress.total
        if ended and not sys.stderr.isatty():
            self._out.note(text)
