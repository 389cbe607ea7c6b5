"""IRC logs: a line for each message, with its time and the name of who says it in brackets.

[12:01] <ann> Hello
2024-05-01 12:01:07 <@bob> Hi

Each message becomes a row, each day a conversation; one whose lines have no day is one
conversation. What the server and the people do (* ann nods) has no speaker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKED_AT = 50  # lines
_LINE = re.compile(
    r"^\[?(?:(?P<day>\d{4}-\d\d-\d\d)[T ])?(?P<when>\d\d:\d\d(?::\d\d)?)\]?\s+"
    r"(?:<[ @+%&~]?(?P<name>[^<>\s]+)>\s?(?P<words>.*)|(?P<notice>(?:\*|-!-|-->|<--|--).*))$"
)


def is_irc(text: str) -> bool:
    """Whether a text begins as a log does, and most of its lines are messages."""
    lines = [line for line in text.splitlines()[:_LOOKED_AT] if line.strip()]
    found = [match for line in lines if (match := _LINE.match(line.rstrip()))]
    said = sum(match["name"] is not None for match in found)
    return bool(said) and len(found) * 2 > len(lines) and _LINE.match(lines[0].rstrip()) is not None


def irc_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the messages as rows, each with its line (1-based)."""
    day = "one log"
    for number, line in enumerate(text.split("\n"), 1):
        found = _LINE.match(line.rstrip())
        if found is None:
            if line.strip():
                yield number, {"content": line.strip()}
            continue
        day = found["day"] or day
        row = {"conversation": day, "when": found["when"]}
        if found["name"] is None:
            yield number, {**row, "content": found["notice"]}
        else:
            yield number, {**row, "speaker": found["name"], "content": found["words"].strip()}
