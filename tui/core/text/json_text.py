"""JSON as text: where a mistake is, and pretty-printing that keeps every literal as written.

Laying out moves white space only: numbers of any length, the spelling of strings and keys
given twice stay as they stand.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_INDENT = "  "


def problem(text: str) -> str:
    """Return what keeps a text from being JSON and at which line and column, or nothing."""
    try:
        json.loads(text, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}: {_words(error, text)}"
    except RecursionError:
        return "nested too deeply to be read"
    except ValueError as error:
        return str(error)
    return ""


def is_json(text: bytes | str) -> bool:
    """Whether a text is JSON, as far as the fast reader goes."""
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def written_keys(line: bytes) -> int:
    """Count keys. An escaped quote before a colon belongs to a text, so it is taken off.

    In what orjson writes of a plain chat these are just the keys that were read.
    """
    return line.count(b'":') + line.count(b'" :') - line.count(b'\\":') - line.count(b'\\" :')


def pretty(text: str) -> str:
    """Return JSON text laid out over several lines. Expects valid JSON."""
    out: list[str] = []
    depth = 0
    before = ""
    for part in _tokens(text):
        if part in {"}", "]"}:
            depth -= 1
            out.append("" if before in {"{", "["} else f"\n{_INDENT * depth}")
        elif before in {"{", "[", ","}:
            out.append(f"\n{_INDENT * depth}")
        elif before == ":":
            out.append(" ")
        out.append(part)
        depth += part in {"{", "["}
        before = part
    return "".join(out)


def flat(text: str, like: bytes = b"") -> str:
    """Return JSON text on one line, spaced and escaped as the line `like` is."""
    compact, ascii_only = style_of(like)
    spaced = {",": ",", ":": ":"} if compact else {",": ", ", ":": ": "}
    tokens = (spaced.get(t, t) for t in _tokens(text))
    made = "".join(tokens)
    return made if made.isascii() or not ascii_only else _escaped(made)


def same(one: str, other: str) -> bool:
    """Whether two JSON texts differ in white space only."""
    return [*_tokens(one)] == [*_tokens(other)]


def style_of(line: bytes) -> tuple[bool, bool]:
    """Return whether a line is written without blanks, and whether in escaped ASCII only."""
    return b'":' in line and b'": ' not in line, b"\\u" in line and line.isascii()


def _tokens(text: str) -> Iterator[str]:
    return (match[0] for match in _TOKEN.finditer(text))


def _escaped(text: str) -> str:
    # Outside strings JSON is ASCII, so escaping everywhere escapes inside strings only.
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)


def not_of_json(value: object) -> str:
    """Return what JSON does not have, such as a date, as text; of bytes only how many they are."""
    return f"{len(value):,} bytes" if isinstance(value, bytes) else str(value)


def refuse_constant(constant: str) -> object:
    """Raise ValueError for what Python's reader takes for a number and JSON does not."""
    raise ValueError(f"{constant} is not a JSON number")


def _words(error: json.JSONDecodeError, text: str) -> str:
    said = error.msg[:1].lower() + error.msg[1:]
    if error.pos >= len(text.rstrip()):
        return f"{said}, but the text ends here"
    rest = text[error.pos : error.pos + 12].partition("\n")[0]
    return f"{said} before {rest!r}"
