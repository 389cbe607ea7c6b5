"""Rules on the writing itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.core.checks.model import Finding, row_rule
from tui.core.checks.row import Row, quoted, untidy
from tui.core.checks.sieve import marked

if TYPE_CHECKING:
    from collections.abc import Iterable

# UTF-8 read as Windows-1252, in the forms that are next to never meant.
_MOJIBAKE = re.compile(
    "Ã[\x80-\xbf©¨¤¶¼±³§¡ª«»]|â€[\x80-\xbf™œ“”˜¦]|â\x80[\x80-\xbf]|Â[\xa0-\xbf]|\ufffd"
)


def _may_be_garbled(row: Row) -> bool:
    line = row.line
    if b"\\u" in row.sieve and (b"\\u00" in line or b"\\ufffd" in line):
        return True
    if line.isascii():
        return False
    # One byte is found much faster than two, and most languages use none of these three.
    return (
        (b"\xc3" in line and (b"\xc3\x83" in line or b"\xc3\xa2" in line))
        or (b"\x82" in line and b"\xc3\x82" in line)
        or (b"\xef" in line and b"\xef\xbf\xbd" in line)
    )


@row_rule(
    "mojibake",
    "warning",
    "Garbled characters",
    "“Ã©” for “é” shows that a text was read in the wrong encoding.",
    fixable=True,
    gate=_may_be_garbled,
)
def mojibake(row: Row) -> Iterable[Finding]:
    """Find text that was read in the wrong encoding."""
    return [
        Finding(
            f"{quoted(match[0])} looks garbled by a wrong encoding. Correct the text.", where, place
        )
        for where, place, text in row.texts
        if (match := _MOJIBAKE.search(text))
    ]


@row_rule(
    "code-fence",
    "warning",
    "Code block not closed",
    "The model learns to leave code blocks open.",
    gate=marked(b"```", b"~~~", rare=False),
)
def code_fence(row: Row) -> Iterable[Finding]:
    """Find answers with an odd number of code fences."""
    # Most have an even number, or none but in the question: not worth laying out all turns.
    if row.roles and not any(_fences(text) % 2 for text in row.plain_texts):
        return ()
    return [
        turn.find("A code block is not closed. Add the closing fence.", ".content")
        for turn in row.turns
        if turn.role == "assistant" and _fences(turn.text()) % 2
    ]


def _fences(text: str) -> int:
    """Count the lines that begin with a fence, after three spaces at most."""
    count = 0
    for fence in ("```", "~~~"):
        at = text.find(fence)
        while at >= 0:
            start = text.rfind("\n", 0, at) + 1
            if at - start <= 3 and not text[start:at].strip(" "):
                count += 1
            at = text.find(fence, at + 3)
    return count


@row_rule(
    "answer-whitespace",
    "info",
    "Spaces around an answer",
    "The model learns to begin or end with spaces or line breaks.",
    fixable=True,
    gate=untidy,
)
def answer_whitespace(row: Row) -> Iterable[Finding]:
    """Find answers that start or end with white space."""
    return [
        turn.find("The answer starts or ends with spaces or line breaks. Strip them.", ".content")
        for turn in row.turns
        if turn.role == "assistant"
        and isinstance(turn.content, str)
        and turn.content.strip()
        and (turn.content[0].isspace() or turn.content[-1].isspace())
    ]
