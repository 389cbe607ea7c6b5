"""Rules on the writing itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.checks.fast import shortcut
from tui.core.checks.fast.byte_prefilter import CONFIRMED, HINTS, LineBatch, marked
from tui.core.checks.gates import untidy
from tui.core.checks.registry import Finding, row_rule
from tui.core.checks.row import Row, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

# UTF-8 read as Windows-1252, in the forms that are next to never meant.
_MOJIBAKE = re.compile(
    "Ã[\x80-\xbf©¨¤¶¼±³§¡ª«»]|â€[\x80-\xbf™œ“”˜¦]|â\x80[\x80-\xbf]|Â[\xa0-\xbf]|\ufffd"
)


# Every garbled text holds one of these, and hardly any other does: Ã, Â or â€ with the next
# letter, perhaps as an escape, or the mark of what could not be read. By their first byte, with
# which alone a pattern is searched for at once.
_TRACES = (
    re.compile(rb"\xc3(?:[\x82\x83]\xc2|\xa2(?:\xe2\x82\xac|\xc2\x80|\\))"),
    re.compile(rb"\xef(?=\xbf\xbd)"),
)
_ESCAPED = (b"\\u00", b"\\ufffd", b"\\uFFFD")
# What is left of the first without ASCII.
_GARBLED = re.compile(rb"\xc3(?:[\x82\x83]\xc2|\xa2)")


@shortcut
def _may_be_garbled(row: Row) -> bool:
    line = row.line
    if b"\\u" in row.rare_bytes and _has_escape(line):
        return True
    return not line.isascii() and any(trace.search(line) for trace in _TRACES)


def _has_escape(line: bytes) -> bool:
    return any(trace in line for trace in _ESCAPED)


def _perhaps_garbled(batch: LineBatch) -> Iterable[int]:
    yield from (at for at in batch.escaped if _has_escape(batch.lines[at]))
    garbled, unreadable = _TRACES
    if _GARBLED.search(batch.beyond_ascii):
        yield from batch.lines_at(batch.places(garbled))
    if b"\xef\xbf\xbd" in batch.beyond_ascii:
        yield from batch.lines_at(batch.places(unreadable))


HINTS[_may_be_garbled] = _perhaps_garbled


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


_may_have_fences = marked(b"```", b"~~~")


@row_rule(
    "code-fence",
    "warning",
    "Code block not closed",
    "The model learns to leave code blocks open.",
    gate=_may_have_fences,
)
def code_fence(row: Row) -> Iterable[Finding]:
    """Find answers with an odd number of code fences."""
    return [
        turn.find("A code block is not closed. Add the closing fence.", ".content")
        for turn in row.turns
        if turn.role == "assistant" and _fences(turn.text()) % 2
    ]


def _leave_open(messages: Iterable[dict[str, Any]]) -> bool:
    for message in messages:
        if message["role"] == "assistant" and _fences(message["content"]) % 2:
            return True
    return False


CONFIRMED[_may_have_fences] = _leave_open  # most blocks are closed, or stand in a question


def _fences(text: str) -> int:
    """Count the lines that begin with a fence, after three spaces at most."""
    count = 0
    for fence in ("```", "~~~"):
        if found := text.count(fence):
            if text.count("\n" + fence) + text.startswith(fence) == found:  # none stands further in
                count += found
                continue
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
