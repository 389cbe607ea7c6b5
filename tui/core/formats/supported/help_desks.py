"""Conversations as help desks export them where the first message stands beside its answers.

{"source": {"body": "<p>…"}, "conversation_parts": {"conversation_parts": [{"body": "<p>…"}]}}
                                                                                    Intercom
{"description_text": "…", "conversations": [{"incoming": false, "body_text": "…"}]}  Freshdesk

Here it is known who asks and who answers: each becomes rows of one message by either of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.supported.thread_exports import INTERNAL, NOTICES, plain_text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ANSWERERS = {"admin", "bot", "team", "teammate", "operator"}
_ASKS, _ANSWERS = "requester", "agent"


def is_help_desk(value: object) -> bool:
    """Whether a value is such a conversation."""
    return isinstance(value, dict) and (_parts(value) is not None or _replies(value) is not None)


def help_desk_export(value: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]] | None:
    """Return the messages of a conversation as rows, and what stands beside them; None if none."""
    if (parts := _parts(value)) is not None:
        messages = [_of_intercom(one) for one in (value["source"], *parts)]
        used = {"source", "conversation_parts"}
    elif (replies := _replies(value)) is not None:
        first = next(key for key in _FIRST if value.get(key))
        messages = [(_ASKS, first, _text(value, first), False, {}), *map(_of_freshdesk, replies)]
        used = {"conversations", first}
    else:
        return None
    name = str(value.get("id", "")) or messages[0][2]
    rows: list[Any] = []
    beside = {k: v for k, v in value.items() if k not in used and v not in (None, "", [], {})}
    for speaker, words, text, internal, message in messages:
        if internal or not text.strip():
            beside.setdefault(INTERNAL if internal else NOTICES, []).append(message)
            continue
        row = {"conversation": name, "speaker": speaker, "content": text}
        rows.append(row | {k: v for k, v in message.items() if k != words and k not in row})
    return (rows, beside) if rows else None


_Said = tuple[str, str, str, bool, "Mapping[str, Any]"]  # who, its key, the text, internal, all
_FIRST = ("description_text", "description")


def _parts(value: Mapping[str, Any]) -> Sequence[Any] | None:
    """Return the answers of a conversation of Intercom's."""
    held = value.get("conversation_parts")
    parts = held.get("conversation_parts") if isinstance(held, dict) else held
    source = value.get("source")
    if not isinstance(source, dict) or "body" not in source or not isinstance(parts, list):
        return None
    return parts if all(isinstance(one, dict) for one in parts) else None


def _of_intercom(message: Mapping[str, Any]) -> _Said:
    author = message.get("author")
    kind = author.get("type") if isinstance(author, dict) else ""
    internal = message.get("part_type") == "note"
    speaker = _ANSWERS if kind in _ANSWERERS else _ASKS
    return speaker, "body", _text(message, "body"), internal, message


def _replies(value: Mapping[str, Any]) -> Sequence[Any] | None:
    """Return the answers of a ticket of Freshdesk's."""
    replies = value.get("conversations")
    if not isinstance(replies, list) or not any(value.get(key) for key in _FIRST):
        return None
    each = all(isinstance(one, dict) and isinstance(one.get("incoming"), bool) for one in replies)
    return replies if each and replies else None


def _of_freshdesk(message: Mapping[str, Any]) -> _Said:
    words = "body_text" if message.get("body_text") else "body"
    speaker = _ASKS if message["incoming"] else _ANSWERS
    return speaker, words, _text(message, words), bool(message.get("private")), message


def _text(message: Mapping[str, Any], key: str) -> str:
    """Return what is said; what is not called a text is HTML."""
    text = message.get(key)
    if not isinstance(text, str):
        return ""
    return text if key.endswith("_text") else plain_text_of(text)
