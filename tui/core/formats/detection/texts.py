"""Tell what a text is that holds no JSON: Markdown, YAML, a chat log."""

from __future__ import annotations

import re

from tui.core.formats.detection.samples import ROWS

_XML = re.compile(r"^\s*<[!?a-zA-Z]")
# As messengers export chats: [12.03.24, 10:00] Ann: Hello, or 12/03/24, 10:00 - Ann: Hello
_LOG = re.compile(r"^\[[^\]]{4,30}\] |^\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? .{3,14} - ")
_EVENTS = re.compile(r"^(?:data|event|id|retry): ?|^: ")
_YAML = re.compile(r"^\s*(?:- )?[^\W\d][\w.-]*:(?: |$)|^\s*- \{")
_SETTING = re.compile(r"^\s*(?:\[[\w. -]+\]$|(?:export )?[A-Za-z_][\w.-]*\s*=|[#;] )")
_SQL = re.compile(r"^\s*(?:INSERT|CREATE|SELECT|UPDATE|DROP|ALTER|SET|VALUES|--)\b|^\s*\(.*\)[,;]$")
_DIFF = re.compile(r"^(?:[+-]\{|[+-]{3} |@@ |diff )")
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6} |```|~~~|\*\*|[-*+] |> |\|)")
_HEADING = re.compile(r"^#{1,6} \S|^```")
_KINDS = (
    ("a chat log", _LOG),
    ("a stream of events", _EVENTS),
    ("YAML", _YAML),
    ("settings", _SETTING),
    ("a diff", _DIFF),
    ("SQL", _SQL),
)


def text_kind(text: str) -> str:
    """Return what a text looks like, within a sentence; "text" where it is nothing known."""
    lines = [line for line in text.splitlines() if line.strip()][:ROWS]
    if lines and _XML.match(lines[0]):
        return "XML or HTML"
    if all(any(line.startswith(name) for line in lines) for name in ("From", "Subject: ")):
        return "e-mail"
    for what, pattern in _KINDS:
        if sum(pattern.match(line) is not None for line in lines) * 2 > len(lines):
            return what
    marked = sum(_MARKDOWN.match(line) is not None for line in lines)
    if any(_HEADING.match(line) for line in lines) or marked * 2 > len(lines):
        return "Markdown"
    return "text"
