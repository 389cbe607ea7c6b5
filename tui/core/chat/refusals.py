"""Parameters that a model does not take: read from its error message, and left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import INSTRUCTING_ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# What can be left out of a request and leaves the question as it is. Tools and a response
# format are not among them: without them it would be another question.
_OPTIONAL = (
    "stream_options", "temperature", "top_p", "seed", "top_logprobs", "logprobs",
    "reasoning_effort", "stop",
)  # fmt: skip
_LENGTHS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_AS_DEVELOPER, _AS_SYSTEM, _INTO_QUESTION = "developer role", "system role", "in the question"
_OPPOSITE = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
    _AS_DEVELOPER: _AS_SYSTEM,
    _AS_SYSTEM: _AS_DEVELOPER,
}

# A value that is out of range is for the user to correct: the parameter itself is taken.
_OUT_OF_RANGE = re.compile(
    r"\b(?:greater|less|larger|smaller|too (?:large|long|small|high|low|big)|between|range"
    r"|at (?:most|least)|exceeds?|maximum|minimum|must be)\b",
    re.IGNORECASE,
)
_NOT_TAKEN = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|not (?:permitted|allowed|available)"
    r"|only the default|extra",
    re.IGNORECASE,
)
# Each alone may well be taken.
_TOGETHER = re.compile(r"\bboth\b|\bonly one of\b|mutually exclusive|\btogether\b", re.IGNORECASE)
_SYSTEM_REFUSED = re.compile(
    r"\bsystem\b.{0,40}\b(?:role|messages?|prompts?|instructions?)\b"
    r"|\broles?\b.{0,60}\bsystem\b",
    re.IGNORECASE | re.DOTALL,
)
_DEVELOPER_WANTED = re.compile(
    r"\b(?:use|try|as|to)\b[^.]{0,25}\bdeveloper\b|\bdeveloper\b[^.]{0,25}\binstead\b",
    re.IGNORECASE,
)
_DEVELOPER_REFUSED = re.compile(
    r"\bdeveloper\b.{0,40}\b(?:role|messages?)\b|\broles?\b.{0,60}\bdeveloper\b",
    re.IGNORECASE | re.DOTALL,
)


def next_adjustments(
    sent: Mapping[str, Any],
    words: str,
    param: str | None,
    *,
    used: frozenset[str],
    tried: Collection[str],
) -> tuple[frozenset[str], str] | None:
    """Return what to ask with after a refusal, and which of it is new; None to leave it at that.

    `sent` is the request as it was refused, adjusted by `used`; `tried` was new in earlier tries
    of this request. Only what the refusal names is changed, and only what was sent.
    """
    new = _adjustment(sent, words, param)
    if new == _AS_SYSTEM and _AS_DEVELOPER in tried:
        new = _INTO_QUESTION
    opposite = _OPPOSITE.get(new or "", "")
    if new is None or new in tried or opposite in tried:
        return None
    return used - {opposite} | {new}, new


def _adjustment(body: Mapping[str, Any], words: str, param: str | None) -> str | None:
    if (role := _role_adjustment(body, f"{param or ''}: {words}")) is not None:
        return role
    if _TOGETHER.search(words) or (_OUT_OF_RANGE.search(words) and not _NOT_TAKEN.search(words)):
        return None
    for name in (*_OPTIONAL, *_LENGTHS):
        if name in body and _names(name, body, words, param):
            return _LENGTHS.get(name, f"without {name}")
    return None


def _names(name: str, body: Mapping[str, Any], words: str, param: str | None) -> bool:
    first = re.split(r"[.\[]", param or "")[0]
    if first in body:
        return first == name
    # "stop" is a word of its own; the others are names whichever way they are written.
    quoted = rf"[\"'`\[]{name}[\"'`\].]"
    plain = rf"(?<![\w]){name}(?!\w)"
    return re.search(quoted if name == "stop" else plain, words) is not None


def _role_adjustment(body: Mapping[str, Any], words: str) -> str | None:
    roles = {message.get("role") for message in body["messages"]}
    if "system" in roles and _SYSTEM_REFUSED.search(words):
        return _AS_DEVELOPER if _DEVELOPER_WANTED.search(words) else _INTO_QUESTION
    if "developer" in roles and _DEVELOPER_REFUSED.search(words):
        return _AS_SYSTEM
    return None


def adjusted(body: Mapping[str, Any], adjustments: Collection[str]) -> dict[str, Any]:
    """Return the request with what is not taken left out or written another way."""
    found = dict(body)
    for name in _OPTIONAL:
        if f"without {name}" in adjustments:
            found.pop(name, None)
    if "logprobs" not in found:
        found.pop("top_logprobs", None)
    for old, new in _LENGTHS.items():
        if new in adjustments and old in found:
            found[new] = found.pop(old)
            break
    found["messages"] = _with_roles(found["messages"], adjustments)
    return found


def _with_roles(
    messages: list[dict[str, Any]], adjustments: Collection[str]
) -> list[dict[str, Any]]:
    if _INTO_QUESTION in adjustments:
        return _merged(messages)
    renamed = {}
    if _AS_DEVELOPER in adjustments:
        renamed = {"system": "developer"}
    elif _AS_SYSTEM in adjustments:
        renamed = {"developer": "system"}
    return [
        message | {"role": renamed.get(message.get("role", ""), message.get("role"))}
        if message.get("role") in renamed
        else message
        for message in messages
    ]


def _merged(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return messages with all instructions at the head of the first question."""
    said = [m.get("content") for m in messages if m.get("role") in INSTRUCTING_ROLES]
    texts = [text for text in said if isinstance(text, str) and text]
    rest = [message for message in messages if message.get("role") not in INSTRUCTING_ROLES]
    if not texts:
        return rest
    instructions = "\n\n".join(texts)
    at = next((i for i, message in enumerate(rest) if message.get("role") == "user"), None)
    if at is None:
        return [{"role": "user", "content": instructions}, *rest]
    question = rest[at]
    content = question.get("content")
    if isinstance(content, list):
        both: object = [{"type": "text", "text": instructions}, *content]
    else:
        both = f"{instructions}\n\n{content}"
    return [*rest[:at], question | {"content": both}, *rest[at + 1 :]]


def adjustment_words(adjustments: Collection[str], body: Mapping[str, Any]) -> str:
    """Say what was changed of a request; empty where nothing that it has."""
    parts = []
    for one in sorted(adjustments):
        if one.startswith("without ") and one.removeprefix("without ") in body:
            parts.append(one)
        elif one in _LENGTHS and _LENGTHS[one] in body:
            parts.append(f"with {one} for {_LENGTHS[one]}")
    roles = {message.get("role") for message in body["messages"]}
    if "system" in roles and _AS_DEVELOPER in adjustments and _INTO_QUESTION not in adjustments:
        parts.append("with the system prompt as a developer message")
    if roles & {*INSTRUCTING_ROLES} and _INTO_QUESTION in adjustments:
        parts.append("with the system prompt in the first question")
    elif "developer" in roles and _AS_SYSTEM in adjustments:
        parts.append("with the developer message as system prompt")
    return f"asked {', '.join(parts)} (the model refuses it otherwise)" if parts else ""


def not_taken(adjustments: Collection[str]) -> frozenset[str]:
    """Return the names of the parameters that a model does not take."""
    return frozenset(one.removeprefix("without ") for one in adjustments if "without " in one)
