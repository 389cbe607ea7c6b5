"""A lenient tokenizer of text that is nearly JSON, to repair one kind of damage at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A quote that is not a JSON quote also stands in words ("it's"): it closes a text only where
# something follows that can follow a text.
_END = r"(?=\s*(?:[,:}\]]|\Z))"
_TOKEN = re.compile(
    rf"""
    (?P<string>"[^"\\]*(?:\\.[^"\\]*)*")
  | (?P<quoted>'(?:[^\\]|\\.)*?'{_END} | `(?:[^\\]|\\.)*?`{_END}
      | [“”„](?:[^\\]|\\.)*?[“”]{_END} | [‘’‚](?:[^\\]|\\.)*?[‘’]{_END})
  | (?P<comment>//[^\n]* | /\*.*?\*/ | \#[^\n]* | --[^\n]*)
  | (?P<space>\s+)
  | (?P<mark>[{{}}\[\],:;])
  | (?P<word>[+-]?[A-Za-z_$][\w$]*)
  | (?P<number>[+-]?[0-9.][\w.+-]*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|(u[0-9a-fA-F]{4}|[bfnrt/\\\"])|(.))"
    r"|([\x00-\x1f\"])",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. `kind` is string, quoted, comment, space, mark, word, number or other."""

    kind: str
    text: str


def tokens(text: str) -> Iterator[Token]:
    """Take text to pieces; joined together they are the text again."""
    return (Token(str(m.lastgroup), m[0]) for m in _TOKEN.finditer(text))


def rewrite(text: str, change: Callable[[Token], str]) -> str:
    """Return the text with each piece replaced by what `change` makes of it."""
    return "".join(map(change, tokens(text)))


def without_trailing_commas(text: str) -> str:
    """Return the text without commas that only a closing bracket follows."""
    kept: list[str] = []
    comma = -1  # where in `kept` the last comma stands, while only spaces follow it
    for token in tokens(text):
        if token.kind == "mark" and token.text in "}]" and comma >= 0:
            kept[comma] = ""
        if token.kind not in {"space", "comment"}:
            comma = len(kept) if token.text == "," else -1
        kept.append(token.text)
    return "".join(kept)


def depth(text: str) -> int:
    """Return how many brackets are open at the end."""
    marks = [t.text for t in tokens(text) if t.kind == "mark"]
    return sum((m in "{[") - (m in "}]") for m in marks)


def straight(token: Token) -> str:
    """Return a text, in whatever quotes and with Python's escapes, as a JSON string."""
    if token.kind not in {"quoted", "string"}:
        return token.text
    return f'"{_ESCAPE.sub(_escaped, token.text[1:-1])}"'


def _escaped(found: re.Match[str]) -> str:
    byte, wide, plain, other, raw = found.groups()
    if byte:
        return f"\\u00{byte.lower()}"
    if wide:
        code = int(wide, 16)
        return chr(code) if code < 0x110000 else "\\ufffd"
    if plain:
        return f"\\{plain}"
    if other:
        return {"'": "'", "`": "`"}.get(other, f"\\\\{other}")
    return '\\"' if raw == '"' else escaped_control(raw)


def escaped_control(char: str) -> str:
    """Return a control character as JSON writes it."""
    return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char, f"\\u{ord(char):04x}")


def values(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the values of a text of several: those of an array, or that follow one another.

    Each comes on one line and without comments, with whether it is whole; a last one that is
    cut off is not.
    """
    return ((piece, whole) for piece, whole, _ in commented_values(text) if piece)


def commented_values(text: str) -> Iterator[tuple[str, bool, tuple[str, ...]]]:
    """Yield what `values` does, each with the comments in it and before it.

    Comments behind the last value come with an empty text.
    """
    stack: list[str] = []
    piece: list[Token] = []
    comments: list[str] = []
    for token in tokens(text):
        if token.kind == "comment":
            comments.append(token.text.rstrip())
        outside = not stack or stack == ["["]
        mark = token.text if token.kind == "mark" else ""
        if outside and not piece and (mark or token.kind in {"space", "comment"}) and mark != "{":
            # Between the values: commas, spaces, the brackets of the array around them all.
            if mark == "[" and not stack:
                stack.append("[")
                continue
            if mark != "[":
                stack = [] if mark == "]" else stack
                continue
        piece.append(token)
        if mark and mark in "{[":
            stack.append(mark)
        elif mark and mark in "}]" and stack:
            stack.pop()
        if not stack or stack == ["["]:
            yield _flat(piece), True, tuple(comments)
            piece, comments = [], []
    if piece or comments:
        yield _flat(piece), False, tuple(comments)


def _flat(piece: list[Token]) -> str:
    made: list[str] = []
    for before, token in zip([None, *piece], piece, strict=False):
        if token.kind == "comment":
            continue
        if token.kind != "space" or "\n" not in token.text:
            made.append(token.text)
        elif before is not None and before.text in {",", ":"}:
            made.append(" ")
    return "".join(made).strip()
