"""WhatsApp's exports of a chat: a text with a line for each message, its time and its speaker.

12/31/23, 10:15 PM - Ann: Hello            as Android writes it
[31.12.23, 22:15:03] Ann: Hello            as iOS does

Each message becomes a row, each day a conversation: who answers is for the user to say. Days are
told by their words alone: whether day or month stands first the export does not say.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKED_AT = 50  # messages
_OWN = "\u200e"  # begins what WhatsApp itself says in the place of a message
_LINE = re.compile(
    r"^\u200e?\[?(?P<day>\d{1,4}[./-]\d{1,2}[./-]\d{2,4}),?\s+"
    r"(?P<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\.?)?)(?:\]\s?|\s+[-\u2013]\s)"
    r"(?P<rest>.*)$",
    re.IGNORECASE,
)
_SAID = re.compile(r"^(?P<name>[^:\n]{1,80}?):\s?(?P<words>.*)$")
_PLACEHOLDER = re.compile(r"^<[^<>]{3,60}>$")  # <Media omitted>, in any language


def is_whatsapp(text: str) -> bool:
    """Whether a text begins as an export does, and has messages of people."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not _LINE.match(first.removeprefix("\ufeff")):
        return False
    return any("speaker" in row for _, row in islice(whatsapp_rows(text), _LOOKED_AT))


def whatsapp_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the messages as rows, each with its line (1-based).

    What WhatsApp says itself, such as that somebody has joined, has no speaker.
    """
    start, row, words = 0, dict[str, Any](), list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        found = _LINE.match(line.rstrip("\r"))
        if found is None:
            words.append(line.rstrip("\r"))
            continue
        if row:
            yield start, _whole(row, words)
        start, row, words = number, {"conversation": found["day"], "when": found["time"]}, []
        said = _SAID.match(found["rest"])
        if said is not None and not said["name"].startswith(_OWN):
            row["speaker"] = said["name"].strip(f"{_OWN}\u202a\u202c ")
        words.append(said["words"] if "speaker" in row and said else found["rest"])
    if row:
        yield start, _whole(row, words)


def _whole(row: dict[str, Any], words: list[str]) -> dict[str, Any]:
    text = "\n".join(words).strip()
    if "speaker" in row and (text.startswith(_OWN) or _PLACEHOLDER.match(text) or not text):
        return {**{k: v for k, v in row.items() if k != "speaker"}, "content": text}
    return {**row, "content": text}
