"""The syntax tree of a filter. `str(node)` parses to the same node again."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Operator = Literal[">", ">=", "<", "<=", "="]
# By sign: whether two numbers, or an array of them and a number, stand so to each other.
OPERATORS: dict[Operator, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}

FLAGS = ("edited", "marked")
JOINERS = ("AND", "OR")
_WORD = re.compile(r"\w+")
_VALUE = re.compile(r"\w[\w.\-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class FilterError(Exception):
    """What is wrong with a filter, and at which character (0-based), if at one."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message if position is None else f"at {position + 1}: {message}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty filter: every row matches."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Text:
    """Rows with this text anywhere in a message, in upper or lower case."""

    value: str

    def __str__(self) -> str:
        plain = _WORD.fullmatch(self.value) and self.value not in JOINERS
        return self.value if plain and self.value.lower() not in FLAGS else quote(self.value)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rows in which a regular expression finds something. `flags` are letters, in order."""

    source: str  # as between the slashes: a slash in it stands after a backslash
    flags: str = ""

    def __str__(self) -> str:
        return f"/{self.source}/{self.flags}"


@dataclass(frozen=True, slots=True)
class Compare:
    """Rows of which a number is more, less or equal."""

    field: str
    operator: Operator
    number: int

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{self.number}"


@dataclass(frozen=True, slots=True)
class Span:
    """Rows of which a number lies between two, both included; None is open."""

    field: str
    low: int | None
    high: int | None

    def __str__(self) -> str:
        low, high = ("" if n is None else str(n) for n in (self.low, self.high))
        return f"{self.field}:{low}-{high}"


@dataclass(frozen=True, slots=True)
class Contains:
    """Rows with a value of a field that contains this, or is exactly this.

    An empty exact value asks for rows without any.
    """

    field: str
    value: str | Pattern
    exact: bool = False

    def __str__(self) -> str:
        if isinstance(self.value, Pattern):
            return f"{self.field}:{self.value}"
        value = self.value if _VALUE.fullmatch(self.value) else quote(self.value)
        return f"{self.field}{'=' if self.exact else ':'}{value}"


@dataclass(frozen=True, slots=True)
class Digest:
    """Rows with a value too long to write out, named by its digest (12 hexadecimal digits)."""

    field: str
    digest: str

    def __str__(self) -> str:
        return f"{self.field}=#{self.digest}"


@dataclass(frozen=True, slots=True)
class Flag:
    """Rows in a state: `edited` since the last save, or `marked`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Not:
    """Rows that something does not match."""

    item: Node

    def __str__(self) -> str:
        return f"-{_grouped(self.item)}"


@dataclass(frozen=True, slots=True)
class And:
    """Rows that all of two or more match."""

    items: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(f"({i})" if isinstance(i, Or) else str(i) for i in self.items)


@dataclass(frozen=True, slots=True)
class Or:
    """Rows that any of two or more matches."""

    items: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.items))


Node = Everything | Text | Pattern | Compare | Span | Contains | Digest | Flag | Not | And | Or


def all_of(*items: Node) -> Node:
    """Join filters so that all must match, as writing them side by side does."""
    flat: list[Node] = []
    for item in items:
        if isinstance(item, And):
            flat += item.items
        elif not isinstance(item, Everything):
            flat.append(item)
    if len(flat) < 2:
        return flat[0] if flat else Everything()
    return And(tuple(flat))


def any_of(*items: Node) -> Node:
    """Join filters so that any may match, as OR does."""
    flat = [i for item in items for i in (item.items if isinstance(item, Or) else (item,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def quote(text: str) -> str:
    """Return a text in double quotes, on one line and without characters that do not show."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return "".join(f"\\u{unit:04x}" for unit in _units(char))


def _units(char: str) -> list[int]:
    """Return the UTF-16 code units of a character, which an escape can write."""
    code = ord(char)
    if code < 0x10000:
        return [code]
    return [0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)]


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)
