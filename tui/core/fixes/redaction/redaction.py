"""Placeholders in the place of secrets and personal data, in a line of any shape.

Only what was found is replaced: the rest of the line stays byte for byte, and JSON stays JSON.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.checks.fast.rare_bytes import rare_bytes
from tui.core.checks.private_data.line_texts import LineTexts
from tui.core.checks.private_data.secrets import PATTERNS, spans, where_of
from tui.core.fixes.registry import LINE_FIXES, CannotFix

if TYPE_CHECKING:
    from collections.abc import Container

    from tui.core.checks import Issue
    from tui.core.checks.private_data.secrets import Span

PLACEHOLDERS = {
    "secret-api-key": "[API_KEY]",
    "secret-aws-key": "[AWS_KEY]",
    "secret-github-token": "[GITHUB_TOKEN]",
    "secret-slack-token": "[SLACK_TOKEN]",
    "secret-google-key": "[GOOGLE_KEY]",
    "secret-private-key": "[PRIVATE_KEY]",
    "secret-jwt": "[JWT]",
    "secret-connection": "[CREDENTIALS]",
    "secret-password": "[PASSWORD]",
    "secret-login": "[PASSWORD]",
    "secret-named": "[SECRET]",
    "secret-header": "[SECRET]",
    "secret-webhook": "[SECRET]",
    "secret-service-token": "[TOKEN]",
    "personal-card": "[CARD]",
    "personal-iban": "[IBAN]",
    "personal-email": "[EMAIL]",
    "personal-email-escaped": "[EMAIL]",
    "personal-phone": "[PHONE]",
    "personal-address": "[IP_ADDRESS]",
    "personal-id": "[ID]",
}
_CHARACTER = re.compile(r"Character (\d+):")
_KEY_BEFORE = re.compile(r'"\s*:\s*\Z')
# What is replaced may bring the next thing to light, once or twice.
_MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class RedactedLine:
    """A line with placeholders, how many by rule, and whether JSON in it was too deep to read."""

    data: bytes
    counts: Counter[str]
    too_deep: bool = False


def redact(data: bytes, rules: Container[str]) -> RedactedLine:
    """Replace all that `rules` find in a line, or in lines that belong together. Never raises.

    UTF-16 is not read: decode it before.
    """
    counts: Counter[str] = Counter()
    too_deep = False
    for _ in range(_MOST_ROUNDS):
        rest = rare_bytes(data)
        wanted = [p for p in PATTERNS.values() if p.rule in rules and p.may_find(data, rest)]
        if not wanted:
            break
        texts = LineTexts(data)
        found = [span for pattern in wanted for span in spans(texts, pattern)]
        along = {place for span in found for place in span.along}
        too_deep = texts.too_deep
        if not found or texts.zeros:
            break
        merged = _merged(found)
        counts.update(span.rule for start, end, span in merged if (start, end) not in along)
        data = _replaced(texts, merged)
    return RedactedLine(data, counts, too_deep)


def redacted(line: bytes, issue: Issue) -> bytes:
    """Put a placeholder in the place of one thing that was found."""
    texts, at = LineTexts(line), _CHARACTER.match(issue.message)
    for span in spans(texts, PATTERNS[issue.rule]):
        if at and int(at[1]) == span.character + 1 and where_of(texts, span) == issue.where:
            if texts.zeros:
                raise CannotFix("the line is UTF-16; repair the file first")
            return _replaced(texts, _merged([span]))
    raise CannotFix("what was found is not there any more")


LINE_FIXES.update(dict.fromkeys(PLACEHOLDERS, redacted))


def _replaced(texts: LineTexts, found: list[tuple[int, int, Span]]) -> bytes:
    line, at = texts.line, 0
    parts: list[str] = []
    names: dict[tuple[str, str], str] = {}
    for start, end, span in found:
        placeholder = PLACEHOLDERS[span.rule]
        if span.text.kind == "key":
            placeholder = _own_name(placeholder, line[start:end], line, names)
        if span.text.kind == "number":
            start, end = span.text.in_line(0), span.text.in_line(len(span.text.text))  # noqa: PLW2901
            quote = _quote(span.text.depth)
            placeholder = f"{quote}{placeholder}{quote}"
        elif span.text.kind == "raw" and _is_value(line, start, end):
            placeholder = f'"{placeholder}"'
        parts += (line[at:start], placeholder)
        at = end
    return "".join([*parts, line[at:]]).encode("utf-8", "surrogateescape")


def _merged(found: list[Span]) -> list[tuple[int, int, Span]]:
    """Join what overlaps under the name of what begins first."""
    merged: list[tuple[int, int, Span]] = []
    rest = [one._replace(start=a, end=b) for one in found for a, b in one.along]
    for span in sorted([*found, *rest], key=lambda one: (one.start, -one.end)):
        if merged and span.start < merged[-1][1]:
            start, end, first = merged[-1]
            # password@host is not an address: the host stays.
            if (first.rule, span.rule) != ("secret-connection", "personal-email"):
                merged[-1] = (start, max(end, span.end), first)
        else:
            merged.append((span.start, span.end, span))
    return merged


def _own_name(placeholder: str, secret: str, line: str, names: dict[tuple[str, str], str]) -> str:
    """Return a placeholder of its own for a key: of two equal ones in an object one is lost."""
    if (placeholder, secret) not in names:
        number, name = 1, placeholder
        while name in line or name in names.values():
            number += 1
            name = f"{placeholder[:-1]}_{number}]"
        names[placeholder, secret] = name
    return names[placeholder, secret]


def _quote(depth: int) -> str:
    """Return the quote of a string as it is written within this many strings."""
    quote = '"'
    for _ in range(depth):
        quote = json.dumps(quote)[1:-1]
    return quote


def _is_value(line: str, start: int, end: int) -> bool:
    """Whether a number in text that is nearly JSON is a value there, and no text."""
    return (
        line[start:end].isdigit()
        and _KEY_BEFORE.search(line[max(start - 9, 0) : start]) is not None
    )
