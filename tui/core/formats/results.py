"""The result of a conversion: lines, rows dropped with their reasons, and remarks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tui.core.text.text import one_line

EXCERPT = 120
_EXAMPLE = 60
Object = dict[str, Any]


Why = Literal["", "judged", "bad", "prompt"]


class Unfit(ValueError):  # noqa: N818 - the text is a reason a person reads
    """A row that cannot be converted; the text says why.

    `why` tells what a choice of the user could change: "bad" for an answer judged bad, which is
    meant to be dropped, "judged" for a verdict nobody can read, "prompt" for an empty prompt.
    """

    def __init__(self, reason: str, why: Why = "") -> None:
        super().__init__(reason)
        self.why: Why = why


class RefusedRow(Unfit):
    """A row of a known format that is read, but must not become an example as it is."""


@dataclass(frozen=True, slots=True)
class DroppedRow:
    """A row left behind. `position` is its 1-based number in `source` (a file name or "").

    `row` is all of it: its JSON value, or its text where that is not JSON.
    """

    position: int
    reason: str
    excerpt: str
    source: str = ""
    row: object = None
    why: Why = ""

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
            "row": self.row,
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something left out of a row that was kept: its key, or what it was, and its value."""

    position: int
    key: str
    value: object
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as headless commands and lists in files show it."""
        return {
            "source": self.source,
            "position": self.position,
            "key": self.key,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """Something changed or left out in rows that were kept: how many, and the first of them.

    `example` is the first value that was left out, shortened.
    """

    text: str
    count: int
    first: int
    example: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the remark as headless commands print it."""
        return {"remark": self.text, "rows": self.count, "first": self.first}


@dataclass(frozen=True, slots=True)
class ConvertedRows:
    """A whole conversion: every row read is in a line or in `dropped`.

    `lines` are JSON without a line ending; line i came of row `origins[i]` (1-based). `left`
    holds every value that is in no line though its row was kept. `joined` is how many more rows
    than lines went into the lines: two where a pair was made of them.
    """

    lines: tuple[bytes, ...]
    dropped: tuple[DroppedRow, ...]
    remarks: tuple[Remark, ...] = ()
    origins: tuple[int, ...] = ()
    left: tuple[LeftOut, ...] = ()
    joined: int = 0

    @property
    def unmeant(self) -> tuple[DroppedRow, ...]:
        """The rows dropped that somebody may want to look at: all but answers judged bad."""
        return tuple(one for one in self.dropped if one.why != "bad")

    @property
    def read(self) -> int:
        """The number of rows read."""
        return len(self.lines) + len(self.dropped) + self.joined

    def to_json(self) -> dict[str, Any]:
        """Return the counts and everything dropped, without the lines."""
        return {
            "read": self.read,
            "converted": len(self.lines),
            "dropped": [one.to_json() for one in self.dropped],
            "remarks": [one.to_json() for one in self.remarks],
            "left_out": [one.to_json() for one in self.left],
        }


class Notes:
    """Remarks on the row at hand, joined by their text once the row is kept.

    `empty_prompt` is the question to ask where a row has none; "" refuses such rows.
    `answers_by` are the speakers, in small letters, whose messages are answers.
    """

    def __init__(
        self, empty_prompt: str = "", source: str = "", answers_by: frozenset[str] = frozenset()
    ) -> None:
        self.empty_prompt, self.answers_by = empty_prompt, answers_by
        self._source = source
        self._row: dict[str, str] = {}  # remark → example
        self._lost: list[tuple[str, object]] = []
        self._counts: Counter[str] = Counter()
        self._first: dict[str, tuple[int, str]] = {}
        self._left: list[LeftOut] = []

    def say(self, text: str) -> None:
        """Remark on the row at hand."""
        self._row.setdefault(text, "")

    def lose(self, key: str, value: object) -> None:
        """Remark that something of the row at hand is not carried over, and keep it."""
        self._row.setdefault(f"left out: {one_line(key, 60)}", _shown(value))
        self._lost.append((key, value))

    def drop(self) -> None:
        """Forget what was said of the row at hand: it was dropped."""
        self._row.clear()
        self._lost.clear()

    def keep(self, position: int) -> None:
        """Count what was said of the row at hand."""
        for text, example in self._row.items():
            self._counts[text] += 1
            self._first.setdefault(text, (position, example))
        self._left += [LeftOut(position, key, value, self._source) for key, value in self._lost]
        self.drop()

    def remarks(self) -> tuple[Remark, ...]:
        """Return all remarks, the most frequent first."""
        return tuple(Remark(text, n, *self._first[text]) for text, n in self._counts.most_common())

    def left(self) -> tuple[LeftOut, ...]:
        """Return everything left out of the rows that were kept."""
        return tuple(self._left)


def _shown(value: object) -> str:
    try:
        return one_line(json.dumps(value, ensure_ascii=False, default=str)[:_EXAMPLE], _EXAMPLE)
    except (RecursionError, ValueError):
        return "…"


# Reads one foreign object into OpenAI's, or writes one of OpenAI's as a foreign one. Both
# raise Unfit, and say in the notes what they change or leave out.
Reader = Callable[[Mapping[str, Any], Notes], Mapping[str, Any]]
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
