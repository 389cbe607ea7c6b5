"""Count the tokens of an example as the provider does: messages, tools, names.

`context` is counted as OpenAI's cookbook does: 3 a message, the tokens of every string value
of the message (role, content, name, tool_call_id, refusal …), 1 more for a name, and 3 an
example for the start of the reply. Where the cookbook's notebook stops short:

- Content parts count the texts in them. Images of low detail cost a fixed number that differs
  by model, so they are told apart as `low_images`; other images and sound cannot be counted
  here and are reported as `uncounted`.
- A tool call counts its function's name and arguments, the text that a model has to write.
  Its id and type are bookkeeping of the API and count nothing.
- A preference example counts its prompt and its preferred output: one training sequence.
- A prompt/completion line has no messages: its two texts and no overhead.
- Definitions in `tools` are not part of the messages: they are counted apart, as `tools`, by
  the cookbook's rules for them.

`trained` is what the loss is computed on: content and tool calls of assistant messages whose
weight is not 0, without overhead; in preference examples those of the preferred output only.
A name of a special token in a text is ordinary text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tui.core.dataset.example import Example, Message

PER_MESSAGE = 3
PER_NAME = 1
PER_EXAMPLE = 3
# The rejected answer is no part of the sequence that is counted.
LEFT_OUT = "non_preferred_output"
# What a function costs besides its texts: 7 with the GPT-4o family's vocabulary, 10 before it.
PER_FUNCTION = {"o200k_base": 7, "cl100k_base": 10}
_PER_PROPERTIES = 3
_PER_PROPERTY = 3
_ENUM = -3
_PER_ENUM_ITEM = 3
_TOOLS_END = 12


class Encoder(Protocol):
    """Counts the tokens of a text."""

    def count(self, text: str) -> int:
        """Return the number of tokens in `text`."""
        ...


@dataclass(frozen=True, slots=True)
class MessageCount:
    """The tokens of one message: in the context, with its overhead, and trained."""

    role: str
    context: int
    trained: int


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The tokens of one example.

    Besides, and in none of the other numbers: `tools` are the tokens of the tool definitions,
    `low_images` counts the images of low detail, `uncounted` the other images and sounds.
    """

    context: int
    trained: int
    messages: tuple[MessageCount, ...] = ()
    uncounted: int = 0
    low_images: int = 0
    tools: int = 0


def count_example(example: Example, encoder: Encoder, per_function: int = 7) -> TokenCount:
    """Count one example; see the module for the rules, `PER_FUNCTION` for `per_function`."""
    if example.kind == "unknown":
        return TokenCount(0, 0)
    overhead = 0 if example.kind == "completion" else PER_EXAMPLE
    counted = []
    low = uncounted = 0
    for message in example.messages:
        if message.place.section == LEFT_OUT:
            continue
        counted.append(_count_message(message, encoder))
        images, others = media(message.raw)
        low, uncounted = low + images, uncounted + others
    fixed, texts = tool_parts(example.raw, per_function)
    return TokenCount(
        overhead + sum(m.context for m in counted),
        sum(m.trained for m in counted),
        tuple(counted),
        uncounted,
        low,
        fixed + sum(map(encoder.count, texts)),
    )


def _count_message(message: Message, encoder: Encoder) -> MessageCount:
    if message.place.section in {"prompt", "completion"}:
        total = encoder.count(message.text)
        return MessageCount(message.role, total, total if message.trained else 0)
    raw = message.raw if isinstance(message.raw, dict) else {}
    answer = sum(map(encoder.count, answer_texts(raw)))
    others = sum(map(encoder.count, other_texts(raw)))
    name = PER_NAME if isinstance(raw.get("name"), str) else 0
    return MessageCount(
        message.role,
        PER_MESSAGE + answer + others + name,
        answer if message.trained else 0,
    )


def answer_texts(raw: Mapping[str, Any]) -> Iterator[str]:
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


def other_texts(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield the other string values of a message: role, name, tool_call_id and so on."""
    for key, value in raw.items():
        if key != "content" and isinstance(value, str):
            yield value


def media(raw: object) -> tuple[int, int]:
    """Count the images of low detail in a message, and its other images, sounds and files."""
    low = others = 0
    content = raw.get("content") if isinstance(raw, dict) else None
    for part in _objects(content):
        kind, image = part.get("type"), part.get("image_url")
        if kind == "image_url" and isinstance(image, dict) and image.get("detail") == "low":
            low += 1
        elif kind in {"image_url", "input_audio", "file"}:
            others += 1
    return low, others


def tool_parts(raw: Mapping[str, Any], per_function: int) -> tuple[int, list[str]]:
    """Return what the tool definitions of an example cost besides their texts, and the texts.

    A function is written "name:description", each of its parameters "name:type:description",
    without a full stop at the end. Reads `tools`, and `functions`, the key before it.
    """
    functions = [tool.get("function", tool) for tool in _objects(raw.get("tools"))]
    functions += _objects(raw.get("functions"))
    if not functions:
        return 0, []
    fixed, texts = _TOOLS_END, list[str]()
    for function in _objects(functions):
        fixed += per_function
        texts.append(f"{_word(function, 'name')}:{_sentence(function)}")
        parameters = function.get("parameters")
        properties = parameters.get("properties") if isinstance(parameters, dict) else None
        if isinstance(properties, dict) and properties:
            fixed += _PER_PROPERTIES + _property_parts(properties, texts)
    return fixed, texts


def _property_parts(properties: Mapping[str, Any], texts: list[str]) -> int:
    fixed = 0
    for name, described in properties.items():
        value = described if isinstance(described, dict) else {}
        fixed += _PER_PROPERTY
        items = value.get("enum")
        if isinstance(items, list):
            fixed += _ENUM + _PER_ENUM_ITEM * len(items)
            texts += [item if isinstance(item, str) else json.dumps(item) for item in items]
        texts.append(f"{name}:{_word(value, 'type')}:{_sentence(value)}")
    return fixed


def _word(described: Mapping[str, Any], key: str) -> str:
    value = described.get(key)
    return value if isinstance(value, str) else ""


def _sentence(described: Mapping[str, Any]) -> str:
    return _word(described, "description").removesuffix(".")


def _part_texts(parts: list[object]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            for key in ("text", "refusal"):
                if isinstance(text := part.get(key), str):
                    yield text


def _objects(values: object) -> Iterable[Mapping[str, Any]]:
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []
