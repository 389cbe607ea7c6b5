"""Fixes of lines that are not JSON: each repairs its own kind of damage and nothing else."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING

import orjson

from tui.core.fixes import dialects, lenient
from tui.core.fixes.registry import CannotFix, Fixed, line_fix
from tui.core.formats.turns import is_conversation
from tui.core.text.nearly_json import LITERAL_ENDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.fixes.lenient import Token

_WHOLE = "only the file as a whole can be mended of this, into a new one"
_JSON_WORDS = {"true": "true", "false": "false", "none": "null", "undefined": "null"}
_TURN = {"role", "from", "value"}  # keys of one message or turn of a conversation
_NO_NUMBERS = re.compile(r"[+-]?(?:nan|infinity|inf)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f]")
# A whole pair, half of one (kept in the group), or any other escape.
_SURROGATES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
# Five bytes mean nothing in Windows-1252.
_AS_CP1252 = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}


@line_fix("blank-line", "duplicate")
def drop(line: bytes) -> Fixed:
    """Take the line out."""
    del line
    return None


@line_fix("bom-inside")
def without_mark(line: bytes) -> Fixed:
    """Take byte order marks off the start."""
    while line.startswith(codecs.BOM_UTF8):
        line = line.removeprefix(codecs.BOM_UTF8)
    return line


@line_fix("utf-16")
def from_utf_16(line: bytes) -> Fixed:
    """Convert a line that is wholly UTF-16; one of many in such a file is only half of one."""
    try:
        text = line.decode(wide_encoding(line) or "utf-16")
    except UnicodeDecodeError:
        raise CannotFix(_WHOLE) from None
    return text.strip("\ufeff\r\n").encode("utf-8", "replace")


def wide_encoding(data: bytes) -> str:
    """Return the UTF-16 or UTF-32 that bytes are in, by mark or by their zeros; or ""."""
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return name
    head = data[:4096]
    zeros = [head[place::4].count(0) * 5 > len(head) for place in range(4)]
    by_zeros = {
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
    }
    found = by_zeros.get((zeros[0], zeros[1], zeros[2], zeros[3]), "")
    return found or next((name for name in by_zeros.values() if _opens_json(head, name)), "")


def _opens_json(head: bytes, encoding: str) -> bool:
    """Whether bytes are JSON in an encoding: of a text that is not Latin, few bytes are zero."""
    if not head.startswith(("{".encode(encoding), "[".encode(encoding))):
        return False
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return all(char >= " " or char in "\t\r\n" for char in text)


@line_fix("not-utf8")
def to_utf8(line: bytes) -> Fixed:
    """Read what is no UTF-8 as Windows-1252, the encoding it nearly always is in."""
    return decoded_text(line)[0].encode()


def decoded_text(data: bytes) -> tuple[str, int]:
    """Decode UTF-8, with bytes that are none read as Windows-1252; also how many those are."""
    text = data.decode("utf-8", "surrogateescape")  # such bytes become halves of characters
    strange = len(_ESCAPED_BYTE.findall(text))
    return (text.translate(_AS_CP1252) if strange else text), strange


@line_fix("lone-surrogate")
def whole_characters(line: bytes) -> Fixed:
    r"""Replace an escape for half of a character by \ufffd, the mark for a lost one."""
    return _tokens("string", line, lambda text: _SURROGATES.sub(_whole, text))


def _whole(found: re.Match[str]) -> str:
    return "\\ufffd" if found[1] else found[0]


@line_fix("control-character")
def escaped(line: bytes) -> Fixed:
    """Write raw control characters inside texts as escapes."""
    return _tokens(
        "string", line, lambda text: _CONTROL.sub(lambda m: lenient.escaped_control(m[0]), text)
    )


@line_fix("bare-messages")
def as_example(line: bytes) -> Fixed:
    """Put the object of an example around a list of messages."""
    return enclosed(line.strip().decode()).encode()


def enclosed(messages: str) -> str:
    """Return the JSON of a list of messages as that of an example, spaced as it is."""
    colon = '":' if '":' in messages and '": ' not in messages else '": '
    return f'{{"messages{colon}{messages}}}'


@line_fix("json-array")
def taken_out(line: bytes) -> Fixed:
    """Take the examples out of the array on this line, or its piece of one."""
    found = list(lenient.values(line.decode("utf-8", "replace")))
    if not found:
        return None  # a bracket and nothing else
    if not all(whole for _, whole in found):
        raise CannotFix(_WHOLE)
    if not any(holds_example(text) for text, _ in found):
        raise CannotFix("this array holds no examples; its items would be torn apart")
    return [text.encode() for text, _ in found]


def holds_example(text: str) -> bool:
    """Whether an item of an array is an example by itself: no text, nor a turn of one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text.startswith("{")  # its own problem is told when it stands alone
    if isinstance(value, list):
        return is_conversation(value)
    return isinstance(value, dict) and not _TURN & value.keys()


@line_fix("concatenated")
def apart(line: bytes) -> Fixed:
    """Put each object on a line of its own."""
    text = line.decode()
    decoder = json.JSONDecoder()
    lines: list[bytes] = []
    while text:
        try:
            _, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            end = len(text)  # the last piece has its own problem, which is told then
        lines.append(text[:end].rstrip().encode())
        ends = LITERAL_ENDS.match(text, end)
        text = text[ends.end() if ends else end :]
    return lines


@line_fix("trailing-comma")
def without_commas(line: bytes) -> Fixed:
    """Take out commas after the last item."""
    return lenient.without_trailing_commas(line.decode()).encode()


@line_fix("missing-comma")
def with_comma(line: bytes) -> Fixed:
    """Put a comma where the decoder wants one."""
    text = line.decode()
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        before = text[: error.pos].rstrip()
        text = f"{before},{text[len(before) :]}"
    return text.encode()


@line_fix("not-a-number")
def null_for_nan(line: bytes) -> Fixed:
    """Write null for NaN and Infinity."""
    return _tokens("word", line, lambda word: "null" if _NO_NUMBERS.fullmatch(word) else word)


@line_fix("python-literal")
def json_words(line: bytes) -> Fixed:
    """Write true, false and null as JSON does."""
    if (whole := dialects.from_python(line.decode())) is not None:
        return whole.encode()
    made = _tokens("word", line, lambda word: _JSON_WORDS.get(word.lower(), word))
    if made == line:
        raise CannotFix("it is neither JSON nor a value of Python; edit the line with e")
    return made


def _tokens(kind: str, line: bytes, change: Callable[[str], str]) -> bytes:
    def changed(token: Token) -> str:
        return change(token.text) if token.kind == kind else token.text

    text = line.decode()
    return lenient.rewrite(dialects.quoted_keys(text) if kind == "word" else text, changed).encode()


@line_fix("single-quotes")
def straight_quotes(line: bytes) -> Fixed:
    """Put texts in other quotes into straight double ones."""
    if (whole := dialects.out_of_quotes(line.decode())) is not None:
        return whole.encode()
    text = line.decode()
    made = (dialects.from_python(text) or lenient.rewrite(text, lenient.straight)).encode()
    if made == line:
        raise CannotFix("a quote is opened and not closed; edit the line with e")
    return made


@line_fix("comment")
def without_comments(line: bytes) -> Fixed:
    """Take comments out; a line of nothing else goes."""
    text = line.decode()
    left = lenient.rewrite(text, lambda t: "" if t.kind == "comment" else t.text).strip()
    if not left:
        return None
    if lenient.depth(left) > 0 and text.rstrip().endswith(("}", "]")):
        raise CannotFix("the end of the example stands behind the comment; edit the line with e")
    return left.encode()
