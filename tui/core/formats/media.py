"""Pictures, videos and sound that lie beside a conversation, in files of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.formats.results import Notes, RefusedRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_MEDIA = re.compile(
    r"(?:image|img|picture|photo|video|audio)s?(?:_?(?:path|file|url|name|id|b64|base64|bytes)s?)?(?:_?\d+)?",
    re.IGNORECASE,
)
_MARKS = ("<image>", "<video>", "<audio>", "<|image|>", "<|video|>", "<|audio|>")


def refuse_media(row: Mapping[str, Any], used: Collection[str] = ()) -> None:
    """Raise Refused for a row whose pictures or sound would be left behind.

    Keys in `used` are named by the user as something else.
    """
    for key, value in row.items():
        if not isinstance(key, str) or key in used or value in (None, "", [], {}, False):
            continue
        if _MEDIA.fullmatch(key):
            raise RefusedRow(
                f"{key} holds what lies in files of its own, outside the conversation; "
                f"--without {key} keeps the text alone"
            )


def remark_marks(messages: Iterable[object], notes: Notes) -> None:
    """Remark on texts that speak of a picture that is not there."""
    for message in messages:
        text = message.get("content") if isinstance(message, dict) else None
        if isinstance(text, str):
            for mark in _MARKS:
                if mark in text:
                    notes.say(f"it speaks of {mark}, and has none")
