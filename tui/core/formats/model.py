"""What a conversion gives back: lines, the rows dropped with their reasons, and remarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.core.text import one_line

EXCERPT = 120
Object = dict[str, Any]


class Unfit(ValueError):  # noqa: N818 - the text is a reason a person reads
    """A row that cannot be converted; the text says why."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row left behind. `position` is its 1-based number in `source` (a file name or "")."""

    position: int
    reason: str
    excerpt: str
    source: str = ""

    @property
    def where(self) -> str:
        """The place as people read it, such as `data.csv:12`."""
        return f"{self.source}:{self.position}" if self.source else f"row {self.position}"

    def to_json(self) -> dict[str, Any]:
        """Return the row as headless commands and lists in files show it."""
        return {
            "source": self.source,
            "position": self.position,
            "reason": self.reason,
            "excerpt": self.excerpt,
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """Something changed or left out in rows that were kept: how many, and the first of them."""

    text: str
    count: int
    first: int

    def to_json(self) -> dict[str, Any]:
        """Return the remark as headless commands print it."""
        return {"remark": self.text, "rows": self.count, "first": self.first}


@dataclass(frozen=True, slots=True)
class Converted:
    """A whole conversion: `len(lines) + len(dropped)` is the number of rows read.

    `lines` are JSON without a line ending; line i came of row `origins[i]` (1-based).
    """

    lines: tuple[bytes, ...]
    dropped: tuple[Dropped, ...]
    remarks: tuple[Remark, ...] = ()
    origins: tuple[int, ...] = ()

    @property
    def read(self) -> int:
        """The number of rows read."""
        return len(self.lines) + len(self.dropped)

    def to_json(self) -> dict[str, Any]:
        """Return the counts and everything dropped, without the lines."""
        return {
            "read": self.read,
            "converted": len(self.lines),
            "dropped": [one.to_json() for one in self.dropped],
            "remarks": [one.to_json() for one in self.remarks],
        }


class Notes:
    """Remarks on the row at hand, joined by their text once the row is kept."""

    def __init__(self) -> None:
        self._row: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def say(self, text: str) -> None:
        """Remark on the row at hand."""
        self._row.add(text)

    def left_out(self, keys: object, where: str = "") -> None:
        """Remark that keys were not carried over."""
        if isinstance(keys, (set, frozenset, list, tuple)):
            for key in keys:
                self._row.add(f"left out: {where}{one_line(str(key), 60)}")

    def drop(self) -> None:
        """Forget what was said of the row at hand: it was dropped."""
        self._row.clear()

    def keep(self, position: int) -> None:
        """Count what was said of the row at hand."""
        for text in self._row:
            self._counts[text] += 1
            self._first.setdefault(text, position)
        self._row.clear()

    def remarks(self) -> tuple[Remark, ...]:
        """Return all remarks, the most frequent first."""
        return tuple(Remark(text, n, self._first[text]) for text, n in self._counts.most_common())


# Reads one foreign object into OpenAI's, or writes one of OpenAI's as a foreign one. Both
# raise Unfit, and say in the notes what they change or leave out.
Reader = Callable[[Mapping[str, Any], Notes], Object]
Writer = Callable[[Mapping[str, Any], Notes], Object]


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name; `read` or `write` is None where that way is not offered."""

    id: str
    title: str
    hint: str
    read: Reader | None = None
    write: Writer | None = None
    bom: bool = False
    suffix: str = ".jsonl"
    aliases: tuple[str, ...] = field(default=())
