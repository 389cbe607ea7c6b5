"""Text that is not UTF-8: which encoding it is read as, said plainly and with a sample."""

from __future__ import annotations

import codecs
import re
from typing import AnyStr

from tui.core.fixes.damaged import decoded_text, wide_encoding
from tui.core.formats.detection.containers import UnreadableError
from tui.core.formats.detection.samples import HEAD
from tui.core.formats.encoding_guess import guesses, other_encoding
from tui.core.text.text import one_line, plural

_SAMPLE = 40
# Languages written in Windows-1252 have at most about one letter in eight beyond ASCII.
_MOST_STRANGE = 0.25
SAY_ENCODING = "--encoding NAME says which, such as cp1251, shift_jis or gb18030"


class UnknownEncodingError(UnreadableError):
    """A text in an encoding that has to be named."""


def as_utf8(data: bytes, encoding: str = "") -> tuple[bytes, str]:
    """Return the content of a file as UTF-8, and what to say of how it was read.

    UTF-8 is given back as it is, UTF-16 and UTF-32 are told by their marks or zeros. All else is
    read as Windows-1252, if it can be. Raises UnknownEncodingError where it cannot, or not in the
    `encoding` asked for.
    """
    if encoding:
        try:
            return data.decode(encoding).removeprefix("\ufeff").encode(), f"read as {encoding}"
        except LookupError:
            raise UnknownEncodingError(f"{encoding!r} is not an encoding") from None
        except (UnicodeDecodeError, UnicodeEncodeError) as error:
            raise UnknownEncodingError(f"it is not {encoding} ({error.reason})") from None
    if wide := wide_encoding(data):
        try:
            text = data.decode(wide)
        except UnicodeDecodeError as error:
            raise UnknownEncodingError(f"it is not {wide.upper()} ({error.reason})") from None
        return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), ""
    if is_utf8(data):
        return data, ""
    text, strange = decoded_text(data)
    letters = sum(map(str.isalpha, text))
    if b"\0" in data or strange > _MOST_STRANGE * max(letters, 1):
        raise UnknownEncodingError("it is neither UTF-8 nor Windows-1252")
    if len(text) - sum(map(str.isascii, text)) < 2 * strange:  # else it is UTF-8 with some others
        text = data.decode("cp1252", "replace")
    many = f"{plural(strange, 'byte')} {'is' if strange == 1 else 'are'} not UTF-8"
    said = f"read as Windows-1252, since {many}, such as in “{_sample(data)}”"
    if seems := other_encoding(data):
        said += f"; it may be {seems} (--encoding {seems})"
    return text.encode(), said


def other_than_latin(data: bytes) -> str:
    """Return the encoding a text seems to be in, where that is not UTF-8 nor of Latin letters.

    Who reads such a text as Windows-1252 makes another one of it.
    """
    if wide_encoding(data) or is_utf8(data):
        return ""
    text, strange = decoded_text(data)
    mixed = len(text) - sum(map(str.isascii, text)) >= 2 * strange  # UTF-8 with some others
    return "" if mixed else other_encoding(data)


def head_text(head: bytes) -> tuple[str, str]:
    """Return a file's first bytes as text, and the encoding to name for it.

    None has to be named of what is read without being told. Of a longer file only whole lines.
    """
    if wide := wide_encoding(head):
        text = head[: len(head) // 4 * 4].decode(wide, "replace").removeprefix("\ufeff")
        return _whole_lines(head, text, "\n"), ""
    head = _whole_lines(head, head, b"\n")
    try:
        return as_utf8(head)[0].decode("utf-8-sig", "replace"), ""
    except UnknownEncodingError:
        found = next(iter(guesses(head)), None)
        encoding = found.encoding if found else ""
        return head.decode(encoding or "cp1252", "replace"), encoding


def _whole_lines(head: bytes, text: AnyStr, end: AnyStr) -> AnyStr:
    if len(head) < HEAD:
        return text
    lines, newline, _cut = text.rpartition(end)
    return lines + newline or text


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        codecs.utf_8_decode(data, "strict", True)
    except UnicodeDecodeError:
        return False
    return True


def _sample(data: bytes) -> str:
    """Return the words around the first character that is not UTF-8."""
    text = data.decode("utf-8", "surrogateescape")
    first = re.search("[\udc80-\udcff]", text)
    at = first.start() if first else 0
    start = max(at - _SAMPLE // 2, text.rfind("\n", 0, at) + 1)
    piece = text[start : start + _SAMPLE].split("\n")[0]
    return one_line(decoded_text(piece.encode("utf-8", "surrogateescape"))[0], _SAMPLE)
