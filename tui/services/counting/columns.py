"""Counting many lines at once: one row of numbers a line.

The rules are those of `tui.core.tokens`; here they are laid out for speed. The texts of many
lines are gathered first, equal ones once, counted in one go, and summed by numpy. A test holds
the two ways equal. Runs in a counting process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import orjson

from tui.core.example import content_text, kind_of, section_list
from tui.core.tokens import (
    LEFT_OUT,
    PER_EXAMPLE,
    PER_FUNCTION,
    PER_MESSAGE,
    PER_NAME,
    answer_texts,
    media,
    other_texts,
    tool_parts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

# One column each, unsigned 32 bit. `kind` is 0 for a line that is no example, else as in KINDS.
# The four roles are content and tool calls without overhead; `size` is the line's bytes.
NAMES = (
    "kind", "context", "trained", "uncounted", "low_images", "tools", "messages", "turns",
    "characters", "system", "user", "assistant", "tool", "rejected", "size",
)  # fmt: skip
KINDS = ("", "chat", "preference", "completion")
AT = {name: index for index, name in enumerate(NAMES)}
BOM = b"\xef\xbb\xbf"
_ROLES = {"system": 0, "developer": 0, "user": 1, "assistant": 2, "tool": 3, "function": 3}
_OTHER = 4
_USER, _ASSISTANT = 1, 2
_TRAINED, _REJECTED = 8, 16  # beside the role, in a message's code
_MOST = 0xFFFF_FFFF


class BatchCounter(Protocol):
    """Counts the tokens of many texts."""

    def counts(self, texts: Sequence[str]) -> Sequence[int]:
        """Return one number a text; -1 for a text that cannot be counted."""
        ...


class _Gathered:
    """The texts of some lines: which message each belongs to, and which line each message."""

    def __init__(self, per_function: int) -> None:
        self.unique: dict[str, int] = {}
        self.texts: list[int] = []  # positions in `unique`
        # The message of each text, times 2; + 1 for what is neither content nor a tool call.
        self.owners: list[int] = []
        self.rows: list[int] = []  # the line of each message
        self.codes: list[int] = []  # role, and whether trained or rejected, of each message
        self.fixed: list[int] = []  # the overhead of each message
        self.tool_texts: list[int] = []
        self.tool_rows: list[int] = []
        self._per_function = per_function

    def line(self, row: int, value: Mapping[str, Any], into: list[int]) -> None:
        """Take in one example; `into` is its row of numbers."""
        kind = kind_of(value)
        if kind == "unknown":
            return
        into[AT["kind"]] = KINDS.index(kind)
        if kind == "completion":
            for code, key in ((_USER, "prompt"), (_ASSISTANT | _TRAINED, "completion")):
                self._message(row, code, 0)
                self._text(content_text(value[key]), 0)
            return
        into[AT["context"]] = PER_EXAMPLE
        if kind == "chat":
            self._section(row, value.get("messages"), into, trains=True)
        else:
            self._section(row, section_list(value, "input"), into, trains=False)
            self._section(row, section_list(value, "preferred_output"), into, trains=True)
            self._rejected(row, section_list(value, LEFT_OUT))
        if "tools" in value or "functions" in value:
            fixed, texts = tool_parts(value, self._per_function)
            into[AT["tools"]] = fixed
            for text in texts:
                self.tool_texts.append(self.unique.setdefault(text, len(self.unique)))
                self.tool_rows.append(row)

    def _section(self, row: int, items: object, into: list[int], *, trains: bool) -> None:
        if not isinstance(items, list):
            return
        unique, texts, owners = self.unique, self.texts, self.owners
        for raw in items:
            if not isinstance(raw, dict):
                self._message(row, _OTHER, PER_MESSAGE)
                continue
            role, content = raw.get("role"), raw.get("content")
            code = _ROLES.get(role, _OTHER) if isinstance(role, str) else _OTHER
            if trains and role == "assistant" and raw.get("weight") != 0:
                code |= _TRAINED
            if len(raw) == 2 and isinstance(content, str) and isinstance(role, str):
                # The plain message, which nearly all are.
                owner = 2 * len(self.rows)
                texts.append(unique.setdefault(content, len(unique)))
                owners.append(owner)
                texts.append(unique.setdefault(role, len(unique)))
                owners.append(owner + 1)
                self._message(row, code, PER_MESSAGE)
            else:
                self._odd_message(row, raw, code, into)

    def _odd_message(self, row: int, raw: dict[str, Any], code: int, into: list[int]) -> None:
        name = PER_NAME if isinstance(raw.get("name"), str) else 0
        self._message(row, code, PER_MESSAGE + name)
        for text in answer_texts(raw):
            self._text(text, 0)
        for text in other_texts(raw):
            self._text(text, 1)
        low, others = media(raw)
        into[AT["low_images"]] += low
        into[AT["uncounted"]] += others

    def _rejected(self, row: int, items: object) -> None:
        for raw in items if isinstance(items, list) else []:
            if isinstance(raw, dict):
                self._message(row, _OTHER | _REJECTED, 0)
                for text in answer_texts(raw):
                    self._text(text, 0)

    def _message(self, row: int, code: int, fixed: int) -> None:
        self.rows.append(row)
        self.codes.append(code)
        self.fixed.append(fixed)

    def _text(self, text: str, other: int) -> None:
        """Add a text to the message added last."""
        self.texts.append(self.unique.setdefault(text, len(self.unique)))
        self.owners.append(2 * len(self.rows) - 2 + other)


def count_lines(lines: Sequence[bytes], counter: BatchCounter, encoding: str) -> NDArray[np.uint32]:
    """Return one row of numbers a line, in the order of NAMES."""
    import numpy as np

    gathered = _Gathered(PER_FUNCTION[encoding])
    table = []
    for row, line in enumerate(lines):
        into = [0] * len(NAMES)
        into[-1] = len(line)
        table.append(into)
        try:
            value = orjson.loads(line.removeprefix(BOM))
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            gathered.line(row, value, into)
    found = np.array(table, np.int64).reshape(len(lines), len(NAMES))
    if gathered.rows or gathered.tool_rows:
        _sum(found, gathered, counter)
    return np.minimum(found, _MOST).astype(np.uint32)


def _sum(found: NDArray[np.int64], gathered: _Gathered, counter: BatchCounter) -> None:
    import numpy as np

    texts = list(gathered.unique)
    counts = np.asarray(counter.counts(texts), np.int64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    which = np.array(gathered.texts, np.intp)
    owners = np.array(gathered.owners, np.intp)
    rows = np.array(gathered.rows, np.intp)
    codes = np.array(gathered.codes, np.int64)
    messages = len(rows)

    def by_row(of: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.int64]:
        # Sums of doubles are exact up to 2**53, far beyond any count here.
        return np.bincount(of, weights, len(found)).astype(np.int64)

    bad = counts < 0
    if bad.any():
        found[:, AT["uncounted"]] += by_row(rows[owners // 2], bad[which])
        counts = np.maximum(counts, 0)
    parts = np.bincount(owners, counts[which], 2 * messages).astype(np.int64).reshape(-1, 2)
    characters = np.bincount(owners, lengths[which], 2 * messages).reshape(-1, 2)[:, 0]
    answers = parts[:, 0]
    roles, trained, rejected = codes & 7, (codes & _TRAINED) > 0, (codes & _REJECTED) > 0
    kept = ~rejected
    fixed = np.array(gathered.fixed, np.int64)
    found[:, AT["context"]] += by_row(rows, np.where(kept, fixed + parts.sum(axis=1), 0))
    found[:, AT["trained"]] = by_row(rows, np.where(trained, answers, 0))
    found[:, AT["rejected"]] = by_row(rows, np.where(rejected, answers, 0))
    found[:, AT["messages"]] = by_row(rows, kept)
    found[:, AT["characters"]] = by_row(rows, np.where(kept, characters, 0))
    for column in range(4):
        mine = kept & (roles == column)
        found[:, AT["system"] + column] = by_row(rows, np.where(mine, answers, 0))
    # A turn begins where somebody starts to speak to the model.
    speaks = kept & (roles == _USER)
    begins = speaks.copy()
    begins[1:] &= ~(speaks[:-1] & (rows[1:] == rows[:-1]))
    found[:, AT["turns"]] = by_row(rows, begins)
    if gathered.tool_rows:
        tools = counts[np.array(gathered.tool_texts, np.intp)]
        found[:, AT["tools"]] += by_row(np.array(gathered.tool_rows, np.intp), tools)
