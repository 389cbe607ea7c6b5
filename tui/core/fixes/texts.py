"""Fixes inside texts: control tokens, garbled characters, spaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.core.fixes.paths import put, text_at
from tui.core.fixes.registry import CannotFix, Object, row_fix

if TYPE_CHECKING:
    from tui.core.checks import Issue

_TOKEN = re.compile(r"<\|(\w+)\|>")
# A character of two to four bytes in UTF-8, each byte read as one character.
_GARBLED = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MOST_ROUNDS = 4  # some texts were read in the wrong encoding several times


@row_fix("special-token")
def broken_up(raw: Object, issue: Issue) -> None:
    """Break the name of a control token up by spaces, so that it is only text."""
    named = _TOKEN.search(issue.message)
    if named is not None:
        text = text_at(raw, issue.where)
        put(raw, issue.where, text.replace(named[0], f"<| {named[1]} |>"))


@row_fix("mojibake")
def read_anew(raw: Object, issue: Issue) -> None:
    """Read a garbled text in the encoding it was written in."""
    text = text_at(raw, issue.where)
    better = ungarbled(text)
    if better == text:
        raise CannotFix("the character is lost; write it anew in the message")
    put(raw, issue.where, better)


def ungarbled(text: str) -> str:
    """Return a text whose UTF-8 was read as Windows-1252 as it was meant."""
    for _ in range(_MOST_ROUNDS):
        bytes_as_chars = "".join(map(_as_byte, text))
        marks = list(_GARBLED.finditer(bytes_as_chars))
        better, at = [], 0
        for mark in marks:
            try:
                char = mark[0].encode("latin-1").decode()
            except UnicodeDecodeError:
                continue
            better += [text[at : mark.start()], char]
            at = mark.end()
        if not at:
            break
        text = "".join([*better, text[at:]])
    return text


def _as_byte(char: str) -> str:
    """Return the byte a character stands for in Windows-1252, as a character; else itself."""
    if ord(char) < 0x100:
        return char
    try:
        return chr(char.encode("cp1252")[0])
    except UnicodeEncodeError:
        return char


@row_fix("answer-whitespace")
def stripped(raw: Object, issue: Issue) -> None:
    """Take the spaces around an answer off."""
    put(raw, issue.where, text_at(raw, issue.where).strip())
