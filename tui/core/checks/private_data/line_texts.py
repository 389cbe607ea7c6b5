"""All strings of a line of any shape: one traversal for checks, upload gate and redaction.

A text is looked at as what it means, with its escapes undone, and each place in it is known in
the line as it is written. So a line may be changed in that place alone: key order, spacing and
everything else stay byte for byte, also in a line that is not JSON.

Texts are the keys, strings and long numbers of a JSON value; those of JSON inside a string;
and of what is not JSON, all of it, as it stands and with escapes undone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

import orjson

from tui.core.text import json_text

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|-?\d[\d.eE+-]*', re.DOTALL)
# Strings and long numbers; others stand in no string, so nothing is cut.
# With the colon after a key.
_TEXT_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:\s*)?|-?\d[\d.eE+-]{8,}', re.DOTALL)
_LONG_NUMBER = re.compile(r"\d{9,19}")
# A pair of escapes for one character, one for a character, or a short one.
_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r'|u([0-9a-fA-F]{4})|(["\\/bfnrt]))'
)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
# The shortest thing that any rule finds is an address such as a@b.de.
_SHORTEST = 6
# JSON in a string in a string: deeper than this nobody writes, and nobody reads.
_DEEPEST = 8


class Places:
    """Where each character of an unescaped text stands in the text as it was written.

    That is the part of `written` from `start` to `end`, which is looked through when it is asked.
    """

    __slots__ = ("_inner", "_outer", "_part")

    def __init__(self, written: str, start: int, end: int) -> None:
        self._part = written, start, end
        self._inner, self._outer = [0], [start]

    def __call__(self, at: int) -> int:
        """Return the place in the written text."""
        if self._part[0]:
            self._look()
        step = bisect_right(self._inner, at) - 1
        return self._outer[step] + at - self._inner[step]

    def _look(self) -> None:
        length, before = 0, self._part[1]
        for found in _ESCAPE.finditer(*self._part):
            length += found.start() - before + 1
            before = found.end()
            self._inner.append(length)
            self._outer.append(before)
        self._part = "", 0, 0


class Text(NamedTuple):
    """A text of a line. `start` is where its string or number begins in the line, at the outside.

    `kind` is key, string, number, or raw for what is not JSON; `depth` counts the strings it
    is in; `name` is the key whose value it is. `maps` lead from its places outwards, one string
    after the other, to those of the line.
    """

    text: str
    kind: str
    depth: int
    start: int
    maps: tuple[Places, ...]
    escapes: bool  # whether some of what looks like text may be half of an escape
    name: str = ""

    def in_line(self, at: int) -> int:
        """Return where a character stands in the line."""
        for places in self.maps:
            at = places(at)
        return at

    def in_outermost(self, at: int) -> int:
        """Return where a character stands in the text of the outermost string, or in the line."""
        for places in self.maps if self.kind == "raw" else self.maps[:-1]:
            at = places(at)
        return at


def unescaped(written: str) -> tuple[str, Places]:
    """Return a text with JSON's escapes undone.

    What is no such escape stays as it is. Never raises.
    """
    places = Places(written, 0, len(written))
    return (_ESCAPE.sub(_meant, written) if "\\" in written else written), places


def _meant(escape: re.Match[str]) -> str:
    high, low, plain, short = escape.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    return chr(int(plain, 16)) if plain else _SHORT.get(short, short)


class LineTexts:
    """The texts of one line, or of several that belong together, such as a printed object."""

    def __init__(self, data: bytes, *, is_json: bool | None = None) -> None:
        """Look at a line; `is_json` if that is known."""
        # Bytes that are no UTF-8 come back as they are; UTF-16 is seen through its zeros.
        self.zeros = b"\0" in data
        self.line = data.replace(b"\0", b"").decode("utf-8", "surrogateescape")
        self.is_json = json_text.is_json(data) if is_json is None else is_json
        self.too_deep = False

    @cached_property
    def texts(self) -> list[Text]:
        """All texts, in the order in which they stand."""
        found: list[Text] = []
        if self.is_json:
            self._add_tokens(self.line, 0, None, (), found)
        else:
            self._add_plain(Text(self.line, "raw", 0, 0, (), False), found)
        return found

    def _add_tokens(
        self, text: str, depth: int, start: int | None, maps: tuple[Places, ...], found: list[Text]
    ) -> None:
        """Add the strings and long numbers of a JSON text."""
        name, value_at = "", -1
        for token in _TEXT_TOKEN.finditer(text):
            at, end = token.span()
            outside = at if start is None else start
            if text[at] == '"':
                if colon := token[1]:
                    end -= len(colon)
                    name, value_at = text[at + 1 : end - 1], token.end()
                if end - at < _SHORTEST + 2:
                    continue
                inner = orjson.loads(text[at:end])
                places = Places(text, at + 1, end - 1)
                own = "" if colon or at != value_at else name
                if "\\" in own:
                    own = unescaped(own)[0]
                kind = "key" if colon else "string"
                one = Text(inner, kind, depth + 1, outside, (places, *maps), False, own)
                self._add_plain(one, found)
            elif _LONG_NUMBER.fullmatch(text, at, end):
                maps_ = (Places(text, at, end), *maps)
                found.append(Text(text[at:end], "number", depth, outside, maps_, False))

    def _add_plain(self, one: Text, found: list[Text]) -> None:
        """Add a text, or what is in it when it is JSON itself."""
        if one.depth > _DEEPEST:
            self.too_deep = True
            return
        if one.kind != "raw" and one.text[:1] in {"{", "["} and json_text.is_json(one.text):
            self._add_tokens(one.text, one.depth, one.start, one.maps, found)
            return
        backslash = "\\" in one.text
        found.append(one._replace(escapes=True) if backslash else one)
        if backslash:
            inner, places = unescaped(one.text)
            if inner != one.text:
                deeper = one._replace(
                    text=inner, depth=one.depth + 1, maps=(places, *one.maps), escapes=False
                )
                self._add_plain(deeper, found)

    def path(self, text: Text) -> str:
        """Return the JSON path of the outermost string a text is in; "" for what is not JSON."""
        return self.paths.get(text.start, "")

    @staticmethod
    def splits_escape(text: Text, at: int) -> bool:
        """Whether a place in a text is within an escape, such as the digits of one."""
        return any(
            found.start() < at < found.end()
            for found in _ESCAPE.finditer(text.text, max(at - 12, 0), at + 12)
        )

    @cached_property
    def paths(self) -> dict[int, str]:
        """By where a string or number begins: its JSON path, such as messages[0].content.

        That of a key is the path of its value. Empty for what is not JSON.
        """
        found: dict[int, str] = {}
        if not self.is_json:
            return found
        path: list[str] = []  # of the containers that are open, with what comes next in each
        counts: list[int | None] = []  # the index in a list, None in an object
        for token in _TOKEN.finditer(self.line):
            mark = token[0]
            if mark in {"{", "["}:
                counts.append(0 if mark == "[" else None)
                path.append("[0]" if mark == "[" else "")
            elif mark in {"}", "]"}:
                counts.pop()
                path.pop()
            elif mark == ",":
                if (index := counts[-1]) is not None:
                    counts[-1] = index + 1
                    path[-1] = f"[{index + 1}]"
            elif mark != ":":
                if counts and counts[-1] is None and _COLON.match(self.line, token.end()):
                    path[-1] = f".{unescaped(mark[1:-1])[0]}"
                found[token.start()] = "".join(path).removeprefix(".")
        return found


_COLON = re.compile(r"\s*:\s*")
