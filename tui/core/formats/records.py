"""The rows of a file as a conversion reads them, each with where it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tui.core.formats.results import EXCERPT
from tui.core.text.text import one_line


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file. `problem` says why it has no value; `raw` is its line where it has one.

    `position` is 1-based: the line in a file of lines, the row otherwise (without the header).
    A record with `beside` is not a row but what the file has beside its rows, under that key;
    without a value that is what is to be said of how the file was read.
    `rows` is how many rows of the file it stands for.
    """

    position: int
    value: object = None
    problem: str = ""
    raw: bytes | None = None
    text: str = ""
    beside: str = ""
    rows: int = 1

    @property
    def excerpt(self) -> str:
        """The beginning of the row, safe to show on one line."""
        if self.text:
            return one_line(self.text, EXCERPT)
        if self.raw is not None:
            return one_line(self.raw[: EXCERPT * 4].decode("utf-8", "replace"), EXCERPT)
        try:
            shown = json.dumps(self.value, ensure_ascii=False, default=str)
        except (RecursionError, ValueError):
            shown = "…"
        return one_line(shown, EXCERPT)
