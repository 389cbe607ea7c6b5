"""Write an edited example so that only the edited values change in its JSON text.

The line it came from is read with the place of every value. A value that is the same after
the edit is copied as it stood: its spacing, long numbers, escapes and keys given twice.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import write
from tui.core.text.json_text import style_of
from tui.core.text.word_diff import common_prefix

if TYPE_CHECKING:
    from tui.core.dataset.example import Example

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def rewrite(example: Example, line: bytes) -> bytes:
    """Return the line with the example's changes, and everything else as it stands in it.

    Falls back to rewriting the whole example when the line is not a JSON text.
    """
    try:
        source = line.decode()
        root = _read(source, _skip(source, 0))
        made = _Writer(source, line).put(example.raw, root)
        return f"{source[: root.start]}{made}{source[root.end :]}".encode()
    except (ValueError, RecursionError, IndexError):
        return write(example, line)


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the line and where it stands; what is in it is looked for when it is needed."""

    value: Any
    start: int
    end: int


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _read(text: str, at: int) -> _Node:
    value, end = _DECODER.raw_decode(text, at)
    return _Node(value, at, end)


def _members(text: str, node: _Node) -> list[tuple[str, str, _Node]]:
    """Return key, key as written, and value of every member, of keys given twice too."""
    found = []
    at = _skip(text, node.start + 1)
    while text[at] != "}":
        key, end = _DECODER.raw_decode(text, at)
        member = _read(text, _skip(text, _skip(text, end) + 1))
        found.append((key, text[at:end], member))
        at = _after(text, member.end)
    return found


def _items(text: str, node: _Node) -> list[_Node]:
    found = []
    at = _skip(text, node.start + 1)
    while text[at] != "]":
        found.append(_read(text, at))
        at = _after(text, found[-1].end)
    return found


def _after(text: str, at: int) -> int:
    """Return where the next member or item begins, or where their holder closes."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


class _Writer:
    """Puts values into text, from the source where they are the same."""

    def __init__(self, source: str, line: bytes) -> None:
        self._source = source
        compact, self._ascii = style_of(line)
        self._comma, self._colon = (",", ":") if compact else (", ", ": ")

    def put(self, value: Any, node: _Node | None) -> str:
        if node is not None:
            if _print(value) == _print(node.value):
                return self._source[node.start : node.end]
            if isinstance(value, dict) and isinstance(node.value, dict):
                return self._object(value, node)
            if isinstance(value, list) and isinstance(node.value, list):
                return self._array(value, node)
        return self._new(value)

    def _new(self, value: Any) -> str:
        separators = (self._comma, self._colon)
        text = json.dumps(value, ensure_ascii=self._ascii, separators=separators)
        try:
            text.encode()
        except UnicodeEncodeError:  # half of a surrogate pair: only an escape can carry it
            text = json.dumps(value, ensure_ascii=True, separators=separators)
        return text

    def _object(self, value: dict[str, Any], node: _Node) -> str:
        found: dict[str, list[tuple[str, _Node]]] = {}
        for key, written, member in _members(self._source, node):
            found.setdefault(key, []).append((written, member))
        out = []
        for key, item in value.items():
            known = found.get(key, [])
            # Where a key is given twice the last one counts; the earlier ones are kept as long as
            # the last is unchanged.
            kept = known if known and _print(item) == _print(known[-1][1].value) else known[-1:]
            if not kept:
                out.append(f"{self._new(key)}{self._colon}{self._new(item)}")
            for written, member in kept[:-1]:
                copied = self._source[member.start : member.end]
                out.append(f"{written}{self._colon}{copied}")
            if kept:
                written, member = kept[-1]
                out.append(f"{written}{self._colon}{self.put(item, member)}")
        return f"{{{self._comma.join(out)}}}"

    def _array(self, value: list[Any], node: _Node) -> str:
        items = _items(self._source, node)
        new, old = [_print(v) for v in value], [_print(i.value) for i in items]
        head = common_prefix(new, old)
        tail = common_prefix(new[head:][::-1], old[head:][::-1])
        middle = items[head : len(old) - tail]
        changed = value[head : len(new) - tail]
        by_print = {_print(n.value): n for n in middle}  # what was only moved is copied too
        aligned = [*middle] if len(changed) == len(middle) else [None] * len(changed)
        paired = [by_print.get(_print(v), n) for v, n in zip(changed, aligned, strict=True)]
        puts = [self.put(v, n) for v, n in zip(changed, paired, strict=True)]
        copied = (items[:head], items[len(old) - tail :])
        first, last = ([self._source[n.start : n.end] for n in nodes] for nodes in copied)
        return f"[{self._comma.join([*first, *puts, *last])}]"


def _print(value: Any) -> str:
    """Return a text that two values share only if they are the same, 1 and true apart."""
    return json.dumps(value)
