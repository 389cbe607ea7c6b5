"""Fixes inside texts: control tokens, garbled characters, spaces, secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.core.checks.secrets import PATTERNS
from tui.core.fixes.model import CannotFix, Object, row_fix
from tui.core.fixes.paths import put, text_at

if TYPE_CHECKING:
    from tui.core.checks import Issue

_TOKEN = re.compile(r"<\|(\w+)\|>")
_CHARACTER = re.compile(r"Character (\d+):")
# A character of two to four bytes in UTF-8, each byte read as one character.
_GARBLED = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MOST_ROUNDS = 4  # some texts were read in the wrong encoding several times
_LOCAL_PART = re.compile(r"[A-Za-z0-9._%+'-]{1,64}\Z")
_KEY_BODY = re.compile(r"[^-]*-----END (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")
PLACEHOLDERS = {
    "secret-api-key": "[API_KEY]",
    "secret-aws-key": "[AWS_KEY]",
    "secret-github-token": "[GITHUB_TOKEN]",
    "secret-slack-token": "[SLACK_TOKEN]",
    "secret-google-key": "[GOOGLE_KEY]",
    "secret-private-key": "[PRIVATE_KEY]",
    "secret-jwt": "[JWT]",
    "secret-connection": "[CREDENTIALS]",
    "personal-card": "[CARD]",
    "personal-iban": "[IBAN]",
    "personal-email": "[EMAIL]",
    "personal-phone": "[PHONE]",
    "personal-address": "[IP_ADDRESS]",
    "personal-id": "[ID]",
}


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
        raise CannotFix("the character is lost; press enter, then e, and write it anew")
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


@row_fix(*PLACEHOLDERS)
def redacted(raw: Object, issue: Issue) -> None:
    """Put a placeholder in the place of a secret."""
    text = text_at(raw, issue.where)
    at = _CHARACTER.match(issue.message)
    found = PATTERNS[issue.rule].match(text, int(at[1]) - 1) if at else None
    if found is None:
        raise CannotFix("what was found is not there any more")
    start, end = _extent(issue.rule, text, found)
    put(raw, issue.where, f"{text[:start]}{PLACEHOLDERS[issue.rule]}{text[end:]}")


def _extent(rule: str, text: str, found: re.Match[str]) -> tuple[int, int]:
    """Return what has to go, which may be more, or less, than what gave it away."""
    start, end = found.span()
    if rule == "personal-email" and (local := _LOCAL_PART.search(text[max(start - 64, 0) : start])):
        start -= len(local[0])
    elif rule == "secret-private-key" and (body := _KEY_BODY.match(text, end)):
        end = body.end()
    elif rule == "secret-connection":
        start = text.index("://", start) + 3
        end = text.index("@", start)
    return start, end
