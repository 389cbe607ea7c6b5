"""Parse many lines into one flat list of messages, the input of `columns.py`.

For each section it keeps the line it stands in and its purpose.

Not `Example`s: counting goes over whole files, and columns need no object for each message.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from itertools import compress, count, repeat
from operator import is_not, ne
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.dataset.example import content_text, kind_of, section_list
from tui.core.tokens.encoding import LEFT_OUT, tool_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

KINDS = ("", "chat", "preference", "completion")
_CHAT = KINDS.index("chat")
# What a section's messages are for: answers that are trained on, text that is only read, the
# rejected answer, and the texts of a prompt/completion line, which have no role.
TRAINS, READ, REJECTED, BARE = range(4)


class GatheredMessages:
    """The messages of lines, by section: the line of each section, its size and its purpose."""

    def __init__(self, lines: Sequence[bytes], per_function: int) -> None:
        """Parse the lines; `per_function` is what a tool costs besides its texts."""
        self.kinds: list[int] = []  # one a line, as in KINDS; 0 for a line that is not an example
        self.messages: list[dict[str, Any]] = []
        self.rows: list[int] = []
        self.sizes: list[int] = []
        self.modes: list[int] = []
        self.tools: list[tuple[int, int, list[str]]] = []  # line, overhead, texts
        self._per_function = per_function
        self._parse(lines)
        if {*map(type, self.messages)} - {dict}:
            self.messages = [each if type(each) is dict else {} for each in self.messages]

    def _parse(self, lines: Sequence[bytes]) -> None:
        loads, kinds = orjson.loads, self.kinds
        messages, rows, sizes = self.messages, self.rows, self.sizes
        for row, line in enumerate(lines):
            try:
                value = loads(line)
            except orjson.JSONDecodeError:
                value = _behind_bom(line)
            if type(value) is not dict:
                kinds.append(0)
                continue
            items = value.get("messages")
            if type(items) is list:  # what nearly all lines are
                kinds.append(_CHAT)
                messages += items  # as `_section` does: a call for every line takes its time
                rows.append(row)
                sizes.append(len(items))
                self.modes.append(TRAINS)
                if len(value) > 1:
                    self._tools(row, value)
            else:
                kinds.append(self._other(row, value))

    def _other(self, row: int, value: Mapping[str, Any]) -> int:
        kind = kind_of(value)
        if kind == "completion":
            texts = (("user", value["prompt"]), ("assistant", value["completion"]))
            self._section(row, [{"role": r, "content": content_text(t)} for r, t in texts], BARE)
        elif kind == "preference":
            self._section(row, section_list(value, "input"), READ)
            self._section(row, section_list(value, "preferred_output"), TRAINS)
            rejected = section_list(value, LEFT_OUT)
            if isinstance(rejected, list):
                self._section(row, [each for each in rejected if type(each) is dict], REJECTED)
        if kind == "unknown":
            return 0
        self._tools(row, value)
        return KINDS.index(kind)

    def _section(self, row: int, items: object, mode: int) -> None:
        if isinstance(items, list):
            self.messages += items
            self.rows.append(row)
            self.sizes.append(len(items))
            self.modes.append(mode)

    def _tools(self, row: int, value: Mapping[str, Any]) -> None:
        if "tools" in value or "functions" in value:
            self.tools.append((row, *tool_parts(value, self._per_function)))


def _behind_bom(line: bytes) -> object:
    if not line.startswith(BOM_UTF8):
        return None
    try:
        return orjson.loads(line[len(BOM_UTF8) :])
    except orjson.JSONDecodeError:
        return None


def odd_ones(messages: Iterable[dict[str, Any]], roles: list[Any], texts: list[Any]) -> list[int]:
    """Return the positions of messages that are not just a role and a text."""
    # As one comprehension this takes several times as long, a tenth of all counting.
    odd = {*compress(count(), map(ne, map(len, messages), repeat(2)))}
    for values in (roles, texts):
        odd.update(compress(count(), map(is_not, map(type, values), repeat(str))))
    return sorted(odd)
