"""Telling whether a row matches: a filter becomes one function of a `Subject`."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from tui.core.dataset.properties import digest
from tui.core.filtering.fields import NUMBERS, VERBATIM, VOLATILE, WORDS
from tui.core.filtering.nodes import (
    OPERATORS,
    And,
    Compare,
    Contains,
    Digest,
    Everything,
    Flag,
    Node,
    Not,
    Or,
    Pattern,
    Span,
    Text,
    all_of,
)
from tui.core.filtering.patterns import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.filtering.subject import Subject

    Predicate = Callable[[Subject], bool]
    Test = Callable[[str], bool]

# Such texts stand in a line of JSON as they are, unless the line escapes plain characters.
_PLAIN = re.compile(r"[ !#-.0-\[\]-~]+")  # all of ASCII that shows, but " / and \
_NAME = re.compile(r"[A-Za-z0-9_ .,'-]+")  # nothing that writing content as text would add


def matcher(node: Node) -> Predicate:
    """Return the function that tells whether a row matches.

    It raises FilterError when an expression takes too long on a row.
    """
    holds = _bare(node)
    words = _needed(node)
    if not words:
        return holds

    def guarded(subject: Subject) -> bool:
        # A quick look at the bytes first: most rows need not be decoded at all.
        line = subject.line
        lower = line.lower()
        if any(word not in lower for word in words) and b"\\u00" not in line:
            return False
        return holds(subject)

    return guarded


def _bare(node: Node) -> Predicate:
    return _MAKERS[type(node)](node)


def _needed(node: Node) -> list[bytes]:
    """Return words that stand in every line that matches, in lower case."""
    if isinstance(node, And):
        return [word for item in node.items for word in _needed(item)]
    if isinstance(node, Text):
        return [node.value.lower().encode()] if _PLAIN.fullmatch(node.value) else []
    if not isinstance(node, Contains) or node.field not in VERBATIM:
        return []
    value = node.value
    if not isinstance(value, str) or not _NAME.fullmatch(value) or _implied(node, value):
        return []
    return [value.lower().encode()]


def _implied(node: Node, value: str) -> bool:
    """Whether it asks for a role that prompt/completion lines have without naming it."""
    if not isinstance(node, Contains) or node.field != "role":
        return False
    return any(role.startswith(value.casefold()) for role in ("user", "assistant"))


def split(node: Node) -> tuple[Node, Node]:
    """Return the part that depends on the row alone, and the part that also does on others."""
    items = node.items if isinstance(node, And) else (node,)
    return (
        all_of(*(i for i in items if not is_volatile(i))),
        all_of(*(i for i in items if is_volatile(i))),
    )


def is_volatile(node: Node) -> bool:
    """Whether the answer may change while the row stays: marks, saves, line numbers, problems."""
    if isinstance(node, And | Or):
        return any(map(is_volatile, node.items))
    if isinstance(node, Not):
        return is_volatile(node.item)
    return fields_of(node) <= VOLATILE and bool(fields_of(node))


def fields_of(node: Node) -> set[str]:
    """Return the names of all fields and flags a filter asks for."""
    if isinstance(node, And | Or):
        return {name for item in node.items for name in fields_of(item)}
    if isinstance(node, Not):
        return fields_of(node.item)
    if isinstance(node, Flag):
        return {node.name}
    return {node.field} if isinstance(node, Compare | Span | Contains | Digest) else set()


def _everything(_: Everything) -> Predicate:
    return lambda _subject: True


def _text(node: Text) -> Predicate:
    test = _containing(node.value)
    return lambda subject: any(map(test, subject.texts))


def _pattern(node: Pattern) -> Predicate:
    test = compiled(node)
    return lambda subject: any(map(test, subject.texts))


def _compare(node: Compare) -> Predicate:
    read, holds, number = NUMBERS[node.field], OPERATORS[node.operator], node.number
    return lambda subject: bool(holds(read(subject), number))


def _span(node: Span) -> Predicate:
    read = NUMBERS[node.field]
    low = 0 if node.low is None else node.low
    high = float("inf") if node.high is None else node.high
    return lambda subject: low <= read(subject) <= high


def _has(node: Contains) -> Predicate:
    read, mode = WORDS[node.field]
    value = node.value
    if isinstance(value, Pattern):
        found = compiled(value)
        return lambda subject: any(map(found, read(subject)))
    if node.exact and not value:
        return lambda subject: not any(read(subject))
    test = _containing(value)
    if node.exact:
        test = value.__eq__
    elif mode != "contains":
        folded = value.casefold()
        if mode == "is":
            return lambda subject: any(text.casefold() == folded for text in read(subject))
        return lambda subject: any(text.casefold().startswith(folded) for text in read(subject))
    return lambda subject: any(map(test, read(subject)))


def _digest(node: Digest) -> Predicate:
    read, _ = WORDS[node.field]
    return lambda subject: any(digest(value) == node.digest for value in read(subject))


def _flag(node: Flag) -> Predicate:
    return operator.attrgetter(node.name)


def _not(node: Not) -> Predicate:
    inner = matcher(node.item)
    return lambda subject: not inner(subject)


def _and(node: And) -> Predicate:
    inner = [_bare(item) for item in node.items]
    return lambda subject: all(test(subject) for test in inner)


def _or(node: Or) -> Predicate:
    inner = [matcher(item) for item in node.items]
    return lambda subject: any(test(subject) for test in inner)


_MAKERS: dict[type, Callable[..., Predicate]] = {
    Everything: _everything,
    Text: _text,
    Pattern: _pattern,
    Compare: _compare,
    Span: _span,
    Contains: _has,
    Digest: _digest,
    Flag: _flag,
    Not: _not,
    And: _and,
    Or: _or,
}


def _containing(value: str) -> Test:
    if value.isascii():
        # The cases of plain letters only, so that the quick look at the bytes finds the same.
        search = re.compile(re.escape(value), re.IGNORECASE | re.ASCII).search
        return lambda text: search(text) is not None
    folded = value.casefold()
    return lambda text: folded in text.casefold()
