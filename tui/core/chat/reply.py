"""A model's answer with its usage, timing and log probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_float, as_map, as_text
from tui.core.provider.records import Usage, parse_usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


RATE_FROM_S = 0.25  # what came within less was sent in one go, or is too short to measure


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token of an answer and its log probability.

    `alternatives` are (token, log probability) as the provider gave them, the likeliest first;
    the token itself may stand among them.
    """

    token: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of an answer. `complete` is False when the stream broke before its end.

    `broken` is why it broke, in the server's words where it said so, and `request_id` under
    which the server knows it. Latencies are in seconds from the moment of asking;
    `first_token_s` is None without text, reasoning or call. `reasoning` is what the model
    thought before it answered: it is shown, never part of the text and never sent back.
    It took `reasoning_s` seconds, None where that is not known. `note` says what was changed of
    the request because the provider did not take it.
    """

    text: str
    finish_reason: str | None
    usage: Usage | None
    latency_s: float
    first_token_s: float | None
    complete: bool
    broken: str = ""
    request_id: str | None = None
    reasoning: str = ""
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    note: str = ""
    reasoning_s: float | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Answer tokens a second after the first one.

        None where they were not counted, and where all came within `RATE_FROM_S`.
        """
        if self.usage is None or self.first_token_s is None or self.usage.completion_tokens < 2:
            return None
        took = self.latency_s - self.first_token_s
        return (self.usage.completion_tokens - 1) / took if took >= RATE_FROM_S else None

    def message(self) -> dict[str, Any]:
        """Return the assistant's message to send on, and to train on."""
        return assistant_message(self.text, self.tool_calls)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, without what is empty."""
        usage = self.usage
        found: dict[str, Any] = {
            "text": self.text,
            "finish_reason": self.finish_reason,
            "usage": None
            if usage is None
            else {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "total_tokens": usage.total_tokens,
            },
            "latency_s": self.latency_s,
            "first_token_s": self.first_token_s,
            "complete": self.complete,
            "broken": self.broken,
        }
        more = {
            "request_id": self.request_id,
            "reasoning": self.reasoning,
            "tool_calls": [dict(call) for call in self.tool_calls],
            "logprobs": logprobs_json(self.logprobs),
            "note": self.note,
            "reasoning_s": self.reasoning_s,
        }
        return found | {name: value for name, value in more.items() if value}

    @classmethod
    def from_json(cls, value: object) -> Reply:
        """Read what `as_json` wrote; what is missing is empty."""
        raw = as_map(value)
        calls, logprobs = raw.get("tool_calls"), raw.get("logprobs")
        return cls(
            text=as_text(raw.get("text")) or "",
            finish_reason=as_text(raw.get("finish_reason")),
            usage=parse_usage(raw.get("usage")),
            latency_s=as_float(raw.get("latency_s")) or 0.0,
            first_token_s=as_float(raw.get("first_token_s")),
            complete=raw.get("complete") is True,
            broken=as_text(raw.get("broken")) or "",
            request_id=as_text(raw.get("request_id")),
            reasoning=as_text(raw.get("reasoning")) or "",
            tool_calls=tuple(as_map(c) for c in calls) if isinstance(calls, list) else (),
            logprobs=kept_logprobs(logprobs),
            note=as_text(raw.get("note")) or "",
            reasoning_s=as_float(raw.get("reasoning_s")),
        )


def assistant_message(text: str, tool_calls: tuple[Mapping[str, Any], ...] = ()) -> dict[str, Any]:
    """Return an answer as a message; one that only calls tools has no content."""
    message: dict[str, Any] = {"role": "assistant"}
    if text or not tool_calls:
        message["content"] = text
    if tool_calls:
        message["tool_calls"] = [dict(call) for call in tool_calls]
    return message


def parse_logprobs(value: object) -> tuple[TokenLogprob, ...]:
    """Read the `logprobs` of a choice; what cannot be read is left out."""
    content = as_map(value).get("content")
    found = (_token(as_map(item)) for item in content) if isinstance(content, list) else ()
    return tuple(token for token in found if token is not None)


def _token(raw: Mapping[str, Any]) -> TokenLogprob | None:
    token, logprob = as_text(raw.get("token")), as_float(raw.get("logprob"))
    if token is None or logprob is None:
        return None
    others = raw.get("top_logprobs")
    pairs = (
        (as_text(as_map(one).get("token")), as_float(as_map(one).get("logprob")))
        for one in (others if isinstance(others, list) else ())
    )
    return TokenLogprob(
        token, logprob, tuple((t, p) for t, p in pairs if t is not None and p is not None)
    )


def logprobs_json(logprobs: Iterable[TokenLogprob]) -> list[list[Any]]:
    """Return log probabilities as they are kept, each [token, value, [[token, value], …]]."""
    return [[one.token, one.logprob, [list(pair) for pair in one.alternatives]] for one in logprobs]


def kept_logprobs(value: object) -> tuple[TokenLogprob, ...]:
    """Read what `logprobs_json` wrote; what is something else is left out."""
    found = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, list) and len(item) == 3:
            token, logprob, others = item
            pairs = others if isinstance(others, list) else []
            read = [(str(one[0]), as_float(one[1])) for one in pairs if _is_pair(one)]
            alternatives = tuple((t, p) for t, p in read if p is not None)
            found.append(TokenLogprob(str(token), as_float(logprob) or 0.0, alternatives))
    return tuple(found)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2
