"""Fixes of lines that another language or tool wrote: JavaScript, Python, a shell, a web page."""

from __future__ import annotations

import ast
import json
import re
import warnings

from tui.core.fixes import lenient
from tui.core.fixes.registry import CannotFix, Fixed, line_fix
from tui.core.text.nearly_json import (
    FENCE,
    ODD_SPACE,
    before_object,
    json_number,
    without_colours,
)

_BY_HAND = "edit the line with e"
_LONGEST_PYTHON = 1 << 20
_NOT_PYTHONS = re.compile(r"\\[^'\"nrtxuU]")  # escapes that Python's repr does not write
# One of JSON's, a byte, a wide character, or any other.
_ESCAPE = re.compile(
    r"\\(?:(u[0-9a-fA-F]{4}|[bfnrt/\\\"])|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|(.))", re.DOTALL
)
# Where backslashes were not doubled, these begin words: \beta, \frac, \right, \times.
_NEVER_BEFORE_WORDS = {*"bfrt"}
_END_OF_UNICODE = 0x110000


@line_fix("odd-space")
def plain_spaces(line: bytes) -> Fixed:
    """Write blanks for the spaces between values that JSON does not know; colours go."""
    outside = {"space", "other"}
    text = without_colours(line.decode())
    return lenient.rewrite(
        text, lambda t: ODD_SPACE.sub(" ", t.text) if t.kind in outside else t.text
    ).strip().encode()  # fmt: skip


@line_fix("text-around")
def without_text_around(line: bytes) -> Fixed:
    """Take out what stands before the object; a line that is only a fence goes."""
    text = line.decode()
    if FENCE.fullmatch(text.strip()):
        return None
    return text.removeprefix(before_object(text) or "").encode()


@line_fix("javascript")
def from_javascript(line: bytes) -> Fixed:
    """Put keys in quotes, write numbers in digits, and take semicolons out."""
    text = line.decode()
    found = [*lenient.values(text)]
    if len(found) > 1 or text.rstrip().endswith(";"):
        if not found or not all(whole and piece.startswith("{") for piece, whole in found):
            raise CannotFix(f"it cannot be told where the example ends; {_BY_HAND}")
        return [piece.encode() for piece, _ in found]
    return lenient.rewrite(
        quoted_keys(text), lambda t: json_number(t.text) if t.kind == "number" else t.text
    ).encode()


def quoted_keys(text: str) -> str:
    """Return nearly JSON with the keys in quotes that stand without: words and numbers."""
    made: list[lenient.Token] = []
    key = -1  # where in `made` the last word or number stands, while only spaces follow it
    for token in lenient.tokens(text):
        if token.text == ":" and key >= 0:
            made[key] = lenient.Token("string", json.dumps(made[key].text, ensure_ascii=False))
        if token.kind != "space":
            key = len(made) if token.kind in {"word", "number"} else -1
        made.append(token)
    return "".join(token.text for token in made)


@line_fix("invalid-escape")
def escaped_backslashes(line: bytes) -> Fixed:
    r"""Write a backslash twice where it escapes nothing.

    A text in which \n or \t may be no escape either is for the user: nothing tells which it is.
    """
    return lenient.rewrite(line.decode(), _with_backslashes).encode()


def _with_backslashes(token: lenient.Token) -> str:
    text = token.text
    if token.kind != "string" or not any(one[1] is None for one in _ESCAPE.finditer(text)):
        return text
    for word in text.split():
        found = [*_ESCAPE.finditer(word)]
        odd = any(one[1] is None for one in found)
        for one in found:
            escape, after = one[1] or "", word[one.end() : one.end() + 1]
            if after.islower() and (escape in _NEVER_BEFORE_WORDS or (escape == "n" and odd)):
                raise CannotFix(
                    f"\\{escape}{after}… may begin with an escape or with a backslash; {_BY_HAND}"
                )
    return _ESCAPE.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    plain, byte, wide, other = found.groups()
    if plain:
        return found[0]
    if other:
        return other if other in "'`" else f"\\\\{other}"
    char = chr(int(byte or wide, 16)) if int(byte or wide, 16) < _END_OF_UNICODE else ""
    if not char.isprintable() or (byte and (char.isalnum() or char > "~")):
        raise CannotFix(f"{found[0]} may be a character or part of a path; {_BY_HAND}")
    return json.dumps(char, ensure_ascii=False)[1:-1]


def from_python(text: str) -> str | None:
    """Return the JSON of a value as Python prints it; None for what is not a value of Python.

    Raises CannotFix for what JSON has not, and for a key that stands twice in one object.
    """
    if len(text) > _LONGEST_PYTHON or _NOT_PYTHONS.search(text.replace("\\\\", "")):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes that Python does not know
            tree = _Arrays().visit(ast.parse(text.strip(), mode="eval"))
            value = ast.literal_eval(tree)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
            if len({str(key) for key in keys}) < len(node.keys):
                raise CannotFix("a key stands twice in one object; decide which to keep first")
    return _as_json(value, spaced='": ' in text or "': " in text)


class _Arrays(ast.NodeTransformer):
    """Writes an array of NumPy, as pandas prints one in a row, as the list that is in it."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        named = isinstance(node.func, ast.Name) and node.func.id == "array"
        if named and len(node.args) == 1 and {key.arg for key in node.keywords} <= {"dtype"}:
            return node.args[0]
        return node


def _as_json(value: object, *, spaced: bool) -> str:
    separators = (", ", ": ") if spaced else (",", ":")
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=separators)
        text.encode()
    except UnicodeEncodeError:  # a pair of surrogates, which JSON joins
        text = json.dumps(value, separators=separators)
    except (TypeError, ValueError):  # bytes, sets and numbers without an end
        raise CannotFix(f"JSON cannot hold what Python has here; {_BY_HAND}") from None
    return text


def out_of_quotes(text: str) -> str | None:
    """Return the object that a line holds in quotes, as shells and tables write it; else None."""
    text = text.strip()
    if text.startswith('"{""') and text.endswith('"'):
        return _object(text[1:-1].replace('""', '"'))
    if text[:2] != "'{" or text[-1:] != "'":
        return None
    literal = _object(text[1:-1])
    unescaped = _object(json.loads(lenient.straight(lenient.Token("quoted", text))))
    if literal and unescaped and literal != unescaped:
        raise CannotFix(f"backslashes in it may be the shell's or its own; {_BY_HAND}")
    return literal or unescaped


def _object(text: str) -> str | None:
    try:
        return text if isinstance(json.loads(text), dict) else None
    except (ValueError, RecursionError):
        return None
