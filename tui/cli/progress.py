"""Progress of something long, on the error stream."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.text import one_line
from tui.core.transfers import transfer_words

if TYPE_CHECKING:
    from tui.cli.output import Output
    from tui.core.transfers import Progress


class UploadLine:
    """A line that is rewritten on a terminal; in a log each remark and the end are told."""

    def __init__(self, out: Output, name: str) -> None:
        self._out = out
        self._name = name
        self._noted = ""
        self._wide = 0

    def show(self, progress: Progress) -> None:
        """Tell how far it is."""
        if progress.note != self._noted:
            self._noted = progress.note
            self._clear()
            self._out.note(f"{self._name}: {progress.note}")
        text = one_line(transfer_words(self._name, replace(progress, note=""), time.time()))
        if sys.stderr.isatty():
            print(f"\r{text:<{self._wide}}", end="", file=sys.stderr, flush=True)
            self._wide = len(text)
        elif progress.stage == "sending" and progress.sent >= progress.total:
            self._out.note(text)

    def _clear(self) -> None:
        if self._wide:
            print(f"\r{'':<{self._wide}}\r", end="", file=sys.stderr, flush=True)
            self._wide = 0

    def end(self) -> None:
        """Leave the terminal's line empty for what comes next."""
        self._clear()
