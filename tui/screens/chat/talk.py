"""A conversation as plain data: questions, their answers, and what is sent and shown of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui.widgets.conversation import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tui.core.chat.reply import Reply

State = Literal["streaming", "done", "stopped", "cut"]

_REASONS = {
    "": "ended",  # the server gives no reason
    "stop": "ended by itself",
    "length": "stopped at the token limit (finish: length); esc, t allows more",
    "content_filter": "withheld by the provider's content filter",
    "tool_calls": "wants to call a tool, and this chat has none",
}


@dataclass(slots=True)
class Answer:
    """One answer of a model, whole or as far as it came."""

    model: str
    state: State = "streaming"
    pieces: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def text(self) -> str:
        """What has come so far."""
        return "".join(self.pieces)

    def finish(self, reply: Reply) -> None:
        """Take the end of the stream."""
        self.pieces = [reply.text]
        self.state = "done" if reply.complete else "cut"
        parts = [_ending(reply), *_measures(reply)]
        self.note = " · ".join(parts)

    def stop(self) -> None:
        """End at the user's wish; what has come stays."""
        self.state, self.note = "stopped", "stopped: you ended it here"

    def cut(self, cause: str) -> None:
        """End because the stream broke."""
        self.state, self.note = "cut", f"cut off: {cause}"

    def turn(self, *, counts: bool) -> Turn:
        """Return what is shown; an answer that no longer `counts` is dimmed."""
        remark = self.model
        if self.state == "streaming":
            remark += " · answering, esc stops"
        elif not counts:
            remark += " · earlier try, not sent again"
        text = self.text
        if not text and self.state != "streaming":
            text = "(empty answer)"
        return Turn("assistant", text, remark, dim=not counts, note=self.note, markdown=True)


@dataclass(slots=True)
class Exchange:
    """A question and the answers tried for it; the last one counts."""

    question: str
    answers: list[Answer] = field(default_factory=list)

    @property
    def answer(self) -> Answer | None:
        """The answer that counts."""
        return self.answers[-1] if self.answers else None

    def turns(self) -> list[Turn]:
        """Return what is shown."""
        tried = [answer.turn(counts=answer is self.answer) for answer in self.answers]
        return [Turn("user", self.question), *tried]


@dataclass(slots=True)
class Talk:
    """A whole conversation."""

    exchanges: list[Exchange] = field(default_factory=list)

    def turns(self) -> list[Turn]:
        """Return everything as shown, in order."""
        return [turn for exchange in self.exchanges for turn in exchange.turns()]

    def messages(self, system: str) -> tuple[Mapping[str, Any], ...]:
        """Return what to send to have the last question answered.

        Questions without an answer are left out, and of several answers all but the last.
        """
        found: list[Mapping[str, Any]] = []
        if system:
            found.append({"role": "system", "content": system})
        for exchange in self.exchanges[:-1]:
            if exchange.answer and exchange.answer.text:
                found.append({"role": "user", "content": exchange.question})
                found.append({"role": "assistant", "content": exchange.answer.text})
        found.append({"role": "user", "content": self.exchanges[-1].question})
        return tuple(found)


def _ending(reply: Reply) -> str:
    if not reply.complete and reply.broken:
        code = f" ({reply.finish_reason})" if reply.finish_reason else ""
        return f"cut off: {reply.broken}{code}"
    if not reply.complete:
        return "cut off: the stream ended without a finish"
    reason = reply.finish_reason or ""
    return _REASONS.get(reason, f"finish: {reason}")


def _measures(reply: Reply) -> list[str]:
    found = []
    if reply.usage:
        prompt, answer = reply.usage.prompt_tokens, reply.usage.completion_tokens
        found.append(f"{prompt:,} prompt + {answer:,} answer tokens")
    first = reply.first_token_s
    begun = "" if first is None else f" (first token {_seconds(first)})"
    found.append(f"{_seconds(reply.latency_s)}{begun}")
    return found


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
