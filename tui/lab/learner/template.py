"""The chat template: messages to token ids, and which of them carry loss."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tui.lab.learner import tokenizer
from tui.lab.learner.model.sizes import CONTEXT_WINDOW

_ROLES: Final = {
    "system": tokenizer.SYSTEM,
    "developer": tokenizer.SYSTEM,
    "user": tokenizer.USER,
    "assistant": tokenizer.ASSISTANT,
}

Messages = Sequence[Mapping[str, Any]]


class ContextExceededError(ValueError):
    """A prompt of this many tokens that the context window has no room for an answer."""

    def __init__(self, tokens: int) -> None:
        super().__init__(f"the prompt has {tokens} tokens, the context window {CONTEXT_WINDOW}")
        self.tokens = tokens


@dataclass(frozen=True, slots=True)
class EncodedConversation:
    """Token ids of a conversation and, for each, whether the model is trained to say it."""

    ids: tuple[int, ...]
    trained: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def to_bytes(self) -> bytes:
        """Return bytes that no other conversation has."""
        return len(self.ids).to_bytes(4, "big") + repr(self.ids).encode() + bytes(self.trained)

    def cut(self, length: int) -> EncodedConversation:
        """Return the first `length` tokens."""
        return EncodedConversation(self.ids[:length], self.trained[:length])


def encode(messages: Messages, *, every_turn: bool = False) -> EncodedConversation:
    """Return a whole conversation, cut at its end to the context window.

    Only assistant messages whose weight is not 0 are trained, or `every_turn`.
    """
    ids: list[int] = []
    trained: list[bool] = []
    for message in messages:
        part = _encode_message(message)
        ids += part
        # The role token is given, what follows up to the end of the turn is said.
        said = every_turn or _is_trained(message)
        trained += [False] + [said] * (len(part) - 1)
        if len(ids) >= CONTEXT_WINDOW:
            break
    return EncodedConversation(tuple(ids), tuple(trained)).cut(CONTEXT_WINDOW)


def prompt_tokens(messages: Messages) -> list[int]:
    """Return a conversation followed by the opening of the assistant's turn.

    Raises ContextExceededError for one that leaves no room for an answer: cut, it would be
    answered as something else than was asked.
    """
    ids = [token for message in messages for token in _encode_message(message)]
    ids.append(tokenizer.ASSISTANT)
    if len(ids) >= CONTEXT_WINDOW:
        raise ContextExceededError(len(ids))
    return ids


def message_text(message: Mapping[str, Any]) -> str:
    """Return what a message says as one text: content, refusal and tool calls."""
    texts = [_content_text(message.get("content"))]
    if isinstance(refusal := message.get("refusal"), str):
        texts.append(refusal)
    calls = message.get("tool_calls")
    if isinstance(calls, Sequence) and not isinstance(calls, str):
        texts += [_call_text(call.get("function", call)) for call in calls if _is_map(call)]
    if _is_map(call := message.get("function_call")):
        texts.append(_call_text(call))
    return "\n".join(text for text in texts if text)


def _encode_message(message: Mapping[str, Any]) -> list[int]:
    role = message.get("role")
    text = message_text(message)
    opening = _ROLES.get(role, tokenizer.OTHER) if isinstance(role, str) else tokenizer.OTHER
    if opening == tokenizer.OTHER:
        text = f"{role}: {text}"
    return [opening, *tokenizer.shared().encode(text), tokenizer.END]


def _is_trained(message: Mapping[str, Any]) -> bool:
    return message.get("role") == "assistant" and message.get("weight", 1) != 0


def _is_map(value: object) -> bool:
    return isinstance(value, Mapping)


def _content_text(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        return "\n".join(_part_text(part) for part in content)
    return "" if content is None else json.dumps(content, ensure_ascii=False, default=str)


def _part_text(part: object) -> str:
    if isinstance(part, Mapping):
        text = part.get("text", part.get("refusal"))
        return text if isinstance(text, str) else f"[{part.get('type', 'part')}]"
    return str(part)


def _call_text(call: Any) -> str:
    if not isinstance(call, Mapping):
        return str(call)
    arguments = call.get("arguments")
    said = arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)
    return f"[call {call.get('name')} {said}]"
