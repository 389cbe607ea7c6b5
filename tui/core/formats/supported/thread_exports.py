"""Chats and tickets as messengers and help desks export them: messages by people, no roles.

{"guild": …, "channel": …, "messages": [{"author": {"name": "Ann"}, "content": "…"}]}   Discord
{"value": [{"from": {"user": {"displayName": "Ann"}}, "body": {"content": "…"}}]}       Teams
{"id": 1, "requester_id": 5, "comments": [{"author_id": 5, "body": "…"}]}               Zendesk
{"name": …, "messages": [{"from": "Ann", "text": "…"}]}                                 Telegram
{"participants": […], "messages": [{"sender_name": "Ann", "content": "…"}]}             Messenger
{"messages": [{"creator": {"name": "Ann"}, "topic_id": "1", "text": "…"}]}              Google Chat

Each becomes rows of one message: who answers is for the user to say. Exports of chats with a
model, where that is known, are read by `chat_exports.py`; WhatsApp's texts by `whatsapp.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from tui.core.formats.turns import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LISTS = ("messages", "comments", "value")
_SPEAKERS = ("author", "from", "sender", "sender_name", "creator", "author_id")
_NAMES = ("displayName", "name", "username", "nickname", "email", "id")
_WITHIN = ("user", "application")  # as Microsoft wraps who it is from
_WORDS = ("content", "body", "plain_body", "text")
_TIMES = ("timestamp", "created_at", "createdDateTime", "date", "timestamp_ms", "created_date")
_TYPES = {"", "default", "reply", "message", "comment"}  # others are a service's own notices
_WRITTEN_SO = "%A, %B %d, %Y at %I:%M:%S %p UTC"
_IN_WORDS = re.compile(r"[A-Z][a-z]+day, [A-Z][a-z]+ \d.* UTC")
_WHICH = ("id", "chatId", "name", "title")
_BREAKS = {"p", "br", "div", "li", "tr", "blockquote"}
NOTICES, INTERNAL = "notices and empty messages", "internal comments"


def thread_export(value: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]] | None:
    """Return the messages of an export as rows, and what stands beside them; None for all else."""
    key = next((key for key in _LISTS if _are_by_people(value.get(key))), None)
    if key is None:
        return None
    messages: Sequence[dict[str, Any]] = value[key]
    conversation = _conversation(value, messages)
    topics = _topics(messages)
    asking = value.get("requester_id")
    rows: list[Any] = []
    beside = {k: v for k, v in value.items() if k != key and v not in (None, "", [], {})}
    for message in messages:
        if message.get("public") is False:
            beside.setdefault(INTERNAL, []).append(message)
        elif not _is_said(message):
            beside.setdefault(NOTICES, []).append(message)
        else:
            rows.append(_row(message, topics.get(id(message), conversation), asking))
    return (rows, beside) if rows else None


def _topics(messages: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the topics of a space in which topics are answered, by the messages' identity.

    Where hardly any has an answer, as in a chat of two, each message begins one of its own.
    """
    told = [(id(one), one["topic_id"]) for one in messages if isinstance(one.get("topic_id"), str)]
    sizes = Counter(topic for _, topic in told)
    answered = sum(size for size in sizes.values() if size > 1)
    return dict(told) if answered * 2 >= len(messages) else {}


def _are_by_people(value: object) -> bool:
    """Whether a value is a list of messages with names of people where ours have roles."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return False
    if any("role" in one or "value" in one for one in value):
        return False
    said = [one for one in value if _is_said(one)]
    if not said or any("ts" in one for one in said):  # Slack's are read as its threads
        return False
    return any(_speaker(one)[1].strip().casefold() not in ROLE_NAMES for one in said)


def _is_said(message: Mapping[str, Any]) -> bool:
    kind = message.get("messageType", message.get("type", ""))
    usual = not isinstance(kind, str) or kind.casefold() in _TYPES
    return usual and bool(_speaker(message)[1] and _words(message)[1].strip())


def _row(message: Mapping[str, Any], conversation: str, asking: object) -> dict[str, Any]:
    speaker, name = _speaker(message)
    words, text = _words(message)
    time = next((key for key in _TIMES if message.get(key)), "")
    row: dict[str, Any] = {"conversation": conversation, "speaker": name, "content": text}
    if speaker == "author_id" and asking is not None:
        row["speaker"] = "requester" if message[speaker] == asking else "agent"
    if time:
        row["timestamp"] = _moment(message[time])
    kept = {time} | {key for key in (speaker, words) if isinstance(message[key], (str, int))}
    if isinstance(message[words], dict) and message[words]["content"] == text:
        kept.add(words)
    others = {k: v for k, v in message.items() if k not in kept and v != text}
    # A name of our own may be one of the message's: both are kept.
    return row | {(f"{k} (of the message)" if k in row else k): v for k, v in others.items()}


def _moment(value: object) -> object:
    """Return a time as it stands; one in English words, as Google Chat's, as a date in order."""
    words = re.sub(r"\s+", " ", value) if isinstance(value, str) else ""
    if not _IN_WORDS.fullmatch(words):
        return value
    try:
        return datetime.strptime(words, _WRITTEN_SO).replace(tzinfo=UTC).isoformat()
    except ValueError:
        return value


def _speaker(message: Mapping[str, Any]) -> tuple[str, str]:
    """Return the key that says who speaks, and the name; both empty where nothing does."""
    for key in _SPEAKERS:
        if name := _name(message.get(key)):
            return key, name
    return "", ""


def _name(value: object) -> str:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, dict):
        return ""
    inner = next((value[key] for key in _WITHIN if isinstance(value.get(key), dict)), value)
    return next((str(inner[key]) for key in _NAMES if isinstance(inner.get(key), (str, int))), "")


def _words(message: Mapping[str, Any]) -> tuple[str, str]:
    """Return the key that holds what is said, and that as plain text."""
    for key in _WORDS:
        value = message.get(key)
        if isinstance(value, str) and value:
            return key, value
        if isinstance(value, list) and value and key == "text":  # Telegram's, with links
            return key, "".join(map(_piece, value))
        if isinstance(value, dict) and isinstance(value.get("content"), str):
            is_html = str(value.get("contentType")).casefold() == "html"
            return key, plain_text_of(value["content"]) if is_html else value["content"]
    return "", ""


def _piece(value: object) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else str(value)


def _conversation(value: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> str:
    """Return what tells this conversation from those on other lines."""
    channel = value.get("channel")
    for holder in (channel if isinstance(channel, dict) else {}, value, messages[0]):
        if found := next((holder[key] for key in _WHICH if holder.get(key)), None):
            return str(found)
    return _words(messages[0])[1] or "1"


class _Text(HTMLParser):
    """The text of HTML, with line breaks where its blocks begin and end."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.parts += ["\n"] if tag in _BREAKS else []

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, ())


def plain_text_of(text: str) -> str:
    """Return the text of HTML as people see it."""
    parser = _Text()
    parser.feed(text)
    parser.close()
    lines = "".join(parser.parts).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())
