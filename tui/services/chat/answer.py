"""An answer while it streams: its text, reasoning, tool calls, log probabilities and end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.chat.reply import Reply, TokenLogprob, parse_logprobs
from tui.core.chat.think_tags import ThinkSplitter, split_unopened
from tui.core.chat.tool_calls import ToolCalls
from tui.core.provider.parsing import as_map, as_text
from tui.core.provider.records import Usage, parse_usage
from tui.core.text.masking import KEYS, StreamMask, mask
from tui.services.errors import Refused, ServiceError
from tui.services.provider.sse import DONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer, as soon as it came; of its reasoning, where the model shows it."""

    text: str
    reasoning: str = ""


@dataclass(slots=True)
class Answer:
    """What has come of an answer so far. `started` is by the monotonic clock."""

    started: float
    finish_reason: str | None = None
    usage: Usage | None = None
    first_token: float | None = None
    ended: bool = False
    broken: ServiceError | None = None
    thought_at: float | None = None  # when reasoning began, and when text did after it
    answered_at: float | None = None
    calls: ToolCalls = field(default_factory=ToolCalls)
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _logprobs: list[TokenLogprob] = field(default_factory=list)
    _thinking: ThinkSplitter = field(default_factory=ThinkSplitter)
    _text_mask: StreamMask = field(default_factory=lambda: StreamMask(KEYS))
    _reasoning_mask: StreamMask = field(default_factory=lambda: StreamMask(KEYS))

    @property
    def anything(self) -> bool:
        """Whether something of it has come."""
        return self.first_token is not None

    def take(self, chunk: Mapping[str, Any]) -> Delta | None:
        """Add a chunk, of a stream or whole, and return what it brought to show."""
        if chunk is DONE:  # some servers tell the end so, without a reason
            self.ended = self.ended or self.anything
        usage = chunk.get("usage") or as_map(chunk.get("x_groq")).get("usage")
        self.usage = parse_usage(usage) or self.usage
        choices = chunk.get("choices")
        choice = as_map(choices[0]) if isinstance(choices, list) and choices else {}
        if reason := as_text(choice.get("finish_reason")):
            self.finish_reason, self.ended = reason, True
        self._logprobs += parse_logprobs(choice.get("logprobs"))
        return self._take_message(as_map(choice.get("delta")) or as_map(choice.get("message")))

    def _take_message(self, message: Mapping[str, Any]) -> Delta | None:
        called = self.calls.take(message)
        content, thought = _content(message.get("content"))
        content = content or as_text(message.get("refusal")) or ""
        thought = (
            as_text(message.get("reasoning_content"))
            or as_text(message.get("reasoning"))
            or thought
        )
        if (content or thought or called) and self.first_token is None:
            self.first_token = time.monotonic()
        text, inner = self._thinking.feed(content)
        return self._add(self._text_mask.feed(text), self._reasoning_mask.feed(thought + inner))

    def _add(self, text: str, reasoning: str) -> Delta | None:
        if reasoning and self.thought_at is None:
            self.thought_at = time.monotonic()
        if text.strip() and self.answered_at is None:
            self.answered_at = time.monotonic()
        self._text.append(text)
        self._reasoning.append(reasoning)
        return Delta(text, reasoning) if text or reasoning else None

    def rest(self) -> Delta | None:
        """Return the end, which looked like the beginning of a key or of a tag."""
        text, inner = self._thinking.end()
        text = self._text_mask.feed(text) + self._text_mask.end()
        return self._add(text, self._reasoning_mask.feed(inner) + self._reasoning_mask.end())

    def breaks(self, error: ServiceError) -> None:
        """Take note of what broke the stream off; after its end that is of no account."""
        if isinstance(error, Refused):
            self.finish_reason, self.ended = error.code or "error", False
        if not self.ended:
            self.broken = error

    def reply(self, note: str = "") -> Reply:
        """Return the whole of it; `note` says what was changed of the request."""
        broken, first = self.broken, self.first_token
        text, reasoning = "".join(self._text), "".join(self._reasoning)
        if not reasoning:
            text, reasoning = split_unopened(text)
        calls = self.calls.result()
        return Reply(
            text=mask(text),  # fragments of a key that came in pieces too
            finish_reason=self.finish_reason,
            usage=self.usage,
            latency_s=time.monotonic() - self.started,
            first_token_s=None if first is None else first - self.started,
            complete=self.ended,
            broken="" if broken is None else broken.cause,
            request_id=None if broken is None else broken.request_id,
            reasoning=mask(reasoning.strip()),
            tool_calls=tuple(KEYS.mask_json(list(calls))) if calls else (),
            logprobs=_of_text(self._logprobs, text) if mask(text) == text else (),
            note=note,
            reasoning_s=self._reasoning_s(),
        )

    def _reasoning_s(self) -> float | None:
        """Return how long it thought before the text began, or until now."""
        if self.thought_at is None:
            return None
        return max((self.answered_at or time.monotonic()) - self.thought_at, 0.0)


def _content(value: object) -> tuple[str, str]:
    """Return (text, reasoning) of a content: a text, or a list of parts as some servers send."""
    if not isinstance(value, list):
        return as_text(value) or "", ""
    text, thought = [], []
    for part in map(as_map, value):
        if part.get("type") == "thinking":
            inner = part.get("thinking")
            thought.append(inner if isinstance(inner, str) else _content(inner)[0])
        else:
            text.append(as_text(part.get("text")) or "")
    return "".join(text), "".join(thought)


def _of_text(logprobs: Sequence[TokenLogprob], text: str) -> tuple[TokenLogprob, ...]:
    """Return the tokens of the text only: those of reasoning written into it come first."""
    left = len(text)
    at = len(logprobs)
    while at and left > 0:
        at -= 1
        left -= len(logprobs[at].token)
    return tuple(logprobs[at:]) if left >= 0 else tuple(logprobs)
