"""The answer of a model and its reference: the text and the tool calls."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import Message, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOWHERE = Place("messages", 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of an answer and its tool calls as pairs of (name, arguments as JSON text)."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was said and nothing called."""
        return not self.text.strip() and not self.calls

    @property
    def shown(self) -> str:
        """The text, with each call on a line of its own behind it."""
        lines = [f"→ {name}({arguments})" for name, arguments in self.calls]
        return "\n".join([self.text, *lines] if self.text else lines)


def answer_of(message: Mapping[str, Any]) -> Answer:
    """Return what an assistant message says and calls; a refusal is what it says."""
    read = Message(_NOWHERE, "assistant", message)
    text = read.text or read.refusal or ""
    return Answer(text, tuple((call.name, call.arguments) for call in read.tool_calls))


def canonical(value: object) -> str:
    """Return JSON with its keys in order, by which equal values are equal texts.

    Numbers are equal by their value, as in JSON Schema: 1 and 1.0 are one number, and true
    is none. Raises RecursionError for what is nested too deeply.
    """
    return json.dumps(_levelled(value), sort_keys=True, ensure_ascii=False)


def _levelled(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _levelled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_levelled(inner) for inner in value]
    return value
