"""Progress of something long, on the error stream."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tui.core.text import one_line, size_words

if TYPE_CHECKING:
    from tui.cli.output import Output


class Percent:
    """A line that is rewritten on a terminal; in a log only the end is told."""

    def __init__(self, out: Output, what: str) -> None:
        self._out = out
        self._what = what
        self._last = -1

    def show(self, done: int, total: int) -> None:
        """Tell how far it is, in bytes."""
        percent = 100 * done // total if total else 100
        if percent == self._last:
            return
        self._last = percent
        text = f"{self._what}: {percent} % of {size_words(total)}"
        if sys.stderr.isatty():
            end = "\n" if percent == 100 else ""
            print(f"\r{one_line(text)}", end=end, file=sys.stderr, flush=True)
        elif percent == 100:
            self._out.note(text)
