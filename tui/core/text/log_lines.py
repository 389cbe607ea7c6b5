"""Lines of the program's log: how one is written, and how they are read and narrowed again.

An entry is one line, `2026-11-28T20:51:45.120Z INFO tui.services.provider: words`. What else it
has, such as a traceback, follows in lines that begin with blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.text.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")  # from the least weighty on
_MORE = "    "
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+Z) ([A-Z]+) ([\w.]+): (.*)")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. `text` may have several lines; `time` is UTC as it was written."""

    time: str
    level: str
    source: str
    text: str

    @property
    def rank(self) -> int:
        """How weighty it is: its place in LEVELS, the last for what is not there."""
        return LEVELS.index(self.level) if self.level in LEVELS else len(LEVELS) - 1

    @property
    def line(self) -> str:
        """The entry as it stands in the file."""
        first, *rest = visible(self.text).split("\n")
        head = f"{self.time} {self.level} {self.source}: {first}"
        return "\n".join([head, *(f"{_MORE}{one}" for one in rest)])

    def as_json(self) -> dict[str, Any]:
        """Return it as --json prints it."""
        return {"time": self.time, "level": self.level, "source": self.source, "text": self.text}


def parse_log(lines: Iterable[str]) -> list[LogEntry]:
    """Return the entries of lines, oldest first.

    What follows an entry belongs to it; what stands before the first, as the end of one whose
    beginning was cut off, is left out.
    """
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in lines:
        if (head := _LINE.fullmatch(line)) is not None:
            found.append((head, [head[4]]))
        elif found:
            found[-1][1].append(line.removeprefix(_MORE))
    return [LogEntry(head[1], head[2], head[3], "\n".join(text)) for head, text in found]


def at_least(entries: Iterable[LogEntry], level: str) -> Sequence[LogEntry]:
    """Return the entries of a level or more severe ones."""
    least = LEVELS.index(level) if level in LEVELS else 0
    return [one for one in entries if one.rank >= least]
