"""What comparing examples needs of one line: digests of its parts, and its text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.dataset.example import Example, parse

if TYPE_CHECKING:
    from tui.core.dataset.example import Message

_INSTRUCTIONS = {"system", "developer"}


@dataclass(frozen=True, slots=True)
class Read:
    """One line, read for comparing. Digests are numbers of 64 bits, 0 where there is none.

    `content` stands for the whole JSON value whatever the order of its keys, `prompt` for what
    is asked, `answer` for what is answered. `text` is what is said, without instructions:
    examples that share a long system message are not alike for it.
    """

    content: int
    prompt: int
    answer: int
    text: str


def read(line: bytes) -> Read:
    """Read one line; one that is no example gets digests of its bytes. Never raises."""
    example = parse(line)
    if not isinstance(example, Example) or not example.messages:
        return Read(_of_bytes(line.strip()), 0, 0, "")
    prompt, answer = _prompt_and_answer(example)
    return Read(_digest(example.raw), prompt, answer, text_of(example))


def text_of(example: Example) -> str:
    """Return what an example says: its messages and calls, instructions left out."""
    said = [m for m in example.messages if m.role not in _INSTRUCTIONS]
    return "\n".join(filter(None, map(message_text, said or example.messages)))


def message_text(message: Message) -> str:
    """Return a message's text with its calls and refusal."""
    calls = (f"{call.name} {call.arguments}" for call in message.tool_calls)
    return "\n".join(filter(None, (message.text, *calls, message.refusal or "")))


def _prompt_and_answer(example: Example) -> tuple[int, int]:
    """Return the digests of prompt and answer.

    The prompt of a preference pair holds both outputs in a fixed order: several pairs for one
    question are normal, the same pair judged both ways is not.
    """
    raw = [m.raw for m in example.messages]
    if example.kind == "preference":
        return _of_pair(example)
    last = example.messages[-1]
    asked = any(m.role == "user" for m in example.messages)
    if last.role != "assistant" or not asked or len(raw) < 2:
        return 0, 0
    return _digest(raw[:-1]), _digest(raw[-1])


def _of_pair(example: Example) -> tuple[int, int]:
    parts: dict[str, list[object]] = {}
    for message in example.messages:
        parts.setdefault(message.place.section, []).append(message.raw)
    better = _digest(parts.get("preferred_output"))
    worse = _digest(parts.get("non_preferred_output"))
    if better == worse or "input" not in parts:
        return 0, 0
    return _digest([_digest(parts["input"]), *sorted((better, worse))]), better


def _digest(value: Any) -> int:
    try:
        return _of_bytes(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    except orjson.JSONEncodeError:  # nested more deeply than orjson writes
        return 0


def _of_bytes(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little") if data else 0
