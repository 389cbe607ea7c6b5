"""Reading a filter: words side by side must all match; OR, - and parentheses as usual."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NoReturn

from tui.core.filtering.fields import CHOICES, NUMBERS, WORDS
from tui.core.filtering.nodes import (
    FLAGS,
    Compare,
    Contains,
    Digest,
    Everything,
    FilterError,
    Flag,
    Not,
    Pattern,
    Span,
    Text,
    all_of,
    any_of,
)
from tui.core.filtering.patterns import LETTERS, compiled

if TYPE_CHECKING:
    from tui.core.filtering.nodes import Node, Operator

LONGEST = 20_000  # characters of a filter
_DEEPEST = 50  # parentheses in parentheses
_MOST_DIGITS = 15
_FIELD = re.compile(r"([A-Za-z_]+)(>=|<=|[:=<>])")
_WORD = re.compile(r"[^\s()]+")
_NUMBER = re.compile(r"[0-9]+(?![^\s()])")
_SPAN = re.compile(r"([0-9]*)-([0-9]*)(?![^\s()])")
_DIGEST = re.compile(r"#([0-9a-f]{12})(?![^\s()])")
_JOINER = re.compile(r"(AND|OR)(?![^\s()])")
_ESCAPE = re.compile(r'\\(["\\ntr]|u[0-9a-fA-F]{4})')
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def parse(text: str) -> Node:
    """Return the filter that `text` says. Raises FilterError."""
    if len(text) > LONGEST:
        raise FilterError(f"a filter has at most {LONGEST:,} characters", LONGEST)
    parser = _Parser(text)
    found = parser.either(0)
    if parser.at < len(text):
        parser.fail("this parenthesis was never opened")
    return found


class _Parser:
    """A position in the text, and a method for each thing that may stand there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        raise FilterError(message, self.at if at is None else at)

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    @property
    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    # -- joining ---------------------------------------------------------------------

    def either(self, depth: int) -> Node:
        items = [self.both(depth)]
        while (match := self.take(_JOINER)) is not None:
            if isinstance(items[-1], Everything):
                self.fail("expected something before OR", match.start())
            items.append(self.both(depth))
            if isinstance(items[-1], Everything):
                self.fail("expected something after OR")
        return any_of(*items)

    def both(self, depth: int) -> Node:
        items: list[Node] = []
        while True:
            self.skip()
            joiner = _JOINER.match(self.text, self.at)
            if joiner is not None and joiner[1] == "AND":
                if not items:
                    self.fail("expected something before AND")
                self.at = joiner.end()
                self.skip()
                if self.next in {"", ")"} or _JOINER.match(self.text, self.at):
                    self.fail("expected something after AND")
            elif joiner is not None or self.next in {"", ")"}:
                return all_of(*items)
            items.append(self.one(depth))

    def one(self, depth: int) -> Node:
        minuses = 0
        while self.next == "-":
            self.at += 1
            minuses += 1
        if minuses > _DEEPEST:
            self.fail("too many minus signs in a row")
        if minuses and (not self.next or self.next.isspace() or self.next == ")"):
            self.fail("expected something after -; no space stands between")
        node = self.atom(depth)
        for _ in range(minuses):
            node = Not(node)
        return node

    def atom(self, depth: int) -> Node:
        if self.next == "(":
            return self.group(depth)
        if self.next == '"':
            return Text(self.quoted())
        if self.next == "/":
            return self.pattern()
        if (match := _FIELD.match(self.text, self.at)) is not None:
            return self.term(match)
        word = self.take(_WORD)
        if word is None:  # unreachable: no white space, parenthesis or end stands here
            self.fail("expected a word")
        return Flag(word[0].lower()) if word[0].lower() in FLAGS else Text(word[0])

    def group(self, depth: int) -> Node:
        opened = self.at
        if depth >= _DEEPEST:
            self.fail("too many parentheses in each other")
        self.at += 1
        inner = self.either(depth + 1)
        if self.next != ")":
            self.fail("this parenthesis is not closed", opened)
        self.at += 1
        if isinstance(inner, Everything):
            self.fail("nothing stands between these parentheses", opened)
        return inner

    # -- fields ----------------------------------------------------------------------

    def term(self, match: re.Match[str]) -> Node:
        name, sign = match[1].lower(), match[2]
        start, self.at = self.at, match.end()
        if name in NUMBERS:
            return self.number(name, sign)
        if name not in WORDS:
            self.fail(_unknown(name, match[0]), start)
        if sign not in {":", "="}:
            self.fail(f"{name} is not a number: write {name}:… (contains) or {name}=… (is)", start)
        return self.value(name, sign)

    def number(self, name: str, sign: str) -> Node:
        start = self.at
        if sign in {":", "="} and (span := self.take(_SPAN)) is not None and span[0] != "-":
            low, high = (self.integer(n, start) if n else None for n in span.groups())
            return Span(name, low, high)
        self.at = start
        match = self.take(_NUMBER)
        if match is None:
            self.fail(f"expected a number after {name}{sign}")
        operator: Operator = "=" if sign == ":" else sign  # type: ignore[assignment]
        return Compare(name, operator, self.integer(match[0], start))

    def integer(self, digits: str, at: int) -> int:
        if len(digits) > _MOST_DIGITS:
            self.fail("this number is too large", at)
        return int(digits)

    def value(self, name: str, sign: str) -> Node:
        start = self.at
        if sign == "=" and (match := self.take(_DIGEST)) is not None:
            return Digest(name, match[1])
        if sign == ":" and self.next == "/":
            return Contains(name, self.pattern())
        if self.next == '"':
            value = self.quoted(empty=sign == "=")
        else:
            word = self.take(_WORD)
            if word is None:
                self.fail(f"expected a value after {name}{sign}{_choices(name)}")
            value = word[0]
        if name in CHOICES and not any(c.startswith(value.lower()) for c in CHOICES[name]):
            self.fail(f"{name} is one of {', '.join(CHOICES[name])}", start)
        return Contains(name, value, exact=sign == "=")

    # -- texts and expressions ---------------------------------------------------------

    def quoted(self, *, empty: bool = False) -> str:
        start = self.at
        end = self.closing('"')
        if end < 0:
            self.fail("this quote is not closed", start)
        self.at = end + 1
        if not empty and end == start + 1:
            self.fail("nothing stands between these quotes", start)
        return _PAIR.sub(_joined, _ESCAPE.sub(_unescaped, self.text[start + 1 : end]))

    def closing(self, mark: str) -> int:
        """Return where the next `mark` stands that no backslash is before, or -1."""
        at = self.at + 1
        while at < len(self.text):
            if self.text[at] == mark:
                return at
            at += 2 if self.text[at] == "\\" else 1
        return -1

    def pattern(self) -> Pattern:
        start = self.at
        end = self.closing("/")
        if end < 0:
            self.fail("this expression is not closed; put a text with a slash in quotes", start)
        source = self.text[start + 1 : end]
        if not source:
            self.fail("nothing stands between these slashes", start)
        self.at = end + 1
        flags = self.take(_WORD)
        letters = flags[0] if flags else ""
        for offset, letter in enumerate(letters):
            if letter not in LETTERS:
                self.fail(f"{letter!r} is no flag ({', '.join(LETTERS)})", end + 1 + offset)
        found = Pattern(source, "".join(c for c in LETTERS if c in letters))
        compiled(found, start + 1)
        return found


def _unescaped(match: re.Match[str]) -> str:
    letter = match[1]
    return chr(int(letter[1:], 16)) if letter[0] == "u" else _PLAIN.get(letter, letter)


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _unknown(name: str, written: str) -> str:
    known = [*NUMBERS, *WORDS]
    close = difflib.get_close_matches(name, known, 1) or [k for k in known if k.startswith(name)]
    hint = f"did you mean {close[0]}?" if close else "the help lists them."
    return f"there is no field {name!r}; {hint} Quote {written!r} to look for the text"


def _choices(name: str) -> str:
    return f": {', '.join(CHOICES[name])}" if name in CHOICES else ""
