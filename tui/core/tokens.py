"""What counts as a token.

`context` is counted as OpenAI's cookbook does: 3 a message, the tokens of every string value
of the message (role, content, name, tool_call_id, refusal …), 1 more for a name, and 3 an
example for the start of the reply. Where the cookbook's notebook stops short:

- Content parts count the texts in them. Images and sound cannot be counted here; they are
  reported as `uncounted`.
- A tool call counts its function's name and arguments, the text that a model has to write.
  Its id and type are bookkeeping of the API and count nothing.
- A preference example counts its prompt and its preferred output: one training sequence.
- A prompt/completion line has no messages: its two texts and no overhead.
- Definitions in `tools` are not part of the messages and are left out.

`trained` is what the loss is computed on: content and tool calls of assistant messages whose
weight is not 0, without overhead; in preference examples those of the preferred output only.
A name of a special token in a text is ordinary text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.core.example import Example, Message, Place

PER_MESSAGE = 3
PER_NAME = 1
PER_EXAMPLE = 3
# The rejected answer is no part of the sequence that is counted.
_LEFT_OUT = "non_preferred_output"


class Encoder(Protocol):
    """Counts the tokens of a text."""

    def count(self, text: str) -> int:
        """Return the number of tokens in `text`."""
        ...


@dataclass(frozen=True, slots=True)
class MessageCount:
    """The tokens of one message: in the context, with its overhead, and trained."""

    place: Place
    role: str
    context: int
    trained: int


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The tokens of one example. `uncounted` is how many images or sounds it has besides."""

    context: int
    trained: int
    messages: tuple[MessageCount, ...] = ()
    uncounted: int = 0


def count_example(example: Example, encoder: Encoder) -> TokenCount:
    """Count one example; see the module for the rules."""
    if example.kind == "unknown":
        return TokenCount(0, 0)
    overhead = 0 if example.kind == "completion" else PER_EXAMPLE
    counted = []
    uncounted = 0
    for message in example.messages:
        if message.place.section == _LEFT_OUT:
            continue
        counted.append(_count_message(message, encoder))
        uncounted += sum(1 for _ in _unreadable_parts(message.raw))
    return TokenCount(
        overhead + sum(m.context for m in counted),
        sum(m.trained for m in counted),
        tuple(counted),
        uncounted,
    )


def _count_message(message: Message, encoder: Encoder) -> MessageCount:
    if message.place.section in {"prompt", "completion"}:
        total = encoder.count(message.text)
        return MessageCount(message.place, message.role, total, total if message.trained else 0)
    raw = message.raw if isinstance(message.raw, dict) else {}
    answer = sum(encoder.count(text) for text in _answer_texts(raw))
    others = sum(
        encoder.count(value)
        for key, value in raw.items()
        if key != "content" and isinstance(value, str)
    )
    name = PER_NAME if isinstance(raw.get("name"), str) else 0
    return MessageCount(
        message.place,
        message.role,
        PER_MESSAGE + answer + others + name,
        answer if message.trained else 0,
    )


def _answer_texts(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of content and tool calls: what an assistant message teaches."""
    content = raw.get("content")
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        yield from _part_texts(content)
    calls = raw.get("tool_calls")
    functions = [c.get("function") for c in _objects(calls)]
    functions.append(raw.get("function_call"))
    for function in _objects(functions):
        for key in ("name", "arguments"):
            if isinstance(text := function.get(key), str):
                yield text


def _part_texts(parts: list[object]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            for key in ("text", "refusal"):
                if isinstance(text := part.get(key), str):
                    yield text


def _unreadable_parts(raw: object) -> Iterator[object]:
    content = raw.get("content") if isinstance(raw, dict) else None
    for part in _objects(content):
        if part.get("type") in {"image_url", "input_audio", "file"}:
            yield part


def _objects(values: object) -> list[Mapping[str, Any]]:
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []
