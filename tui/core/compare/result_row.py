"""One result of a run: the answer of a model to a prompt at one repeat, and its measures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.core.chat.reply import TokenLogprob, kept_logprobs, logprobs_json
from tui.core.compare.answers import Answer
from tui.core.compare.measures import Measures
from tui.core.money.answers import answer_cost
from tui.core.provider.parsing import as_float, as_int, as_map, as_text
from tui.core.provider.records import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.catalog.models import ModelFacts


class Slot(NamedTuple):
    """What is asked once: the prompt of a line, of one model, for the `repeat`-th time from 1."""

    line: int
    model: str
    repeat: int


@dataclass(frozen=True, slots=True)
class Row:
    """An answer, or with `error` what kept it from coming.

    `again` is whether asking again may well help, `logprobs` are those of the answer's tokens where
    they were asked for and given. `prompt` is the fingerprint of what was asked.
    Latencies are in seconds from the asking; None where they are not known.
    """

    slot: Slot
    prompt: str = ""
    answer: Answer = field(default_factory=Answer)
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    latency_s: float | None = None
    first_token_s: float | None = None
    measures: Measures = field(default_factory=Measures)
    error: str | None = None
    again: bool = False
    logprobs: tuple[TokenLogprob, ...] = ()

    def cost(self, facts: ModelFacts | None) -> Decimal | None:
        """Return what the answer cost by the model's prices; None where something is not known."""
        if facts is not None and facts.price_input == facts.price_output == 0:
            return Decimal(0)  # whatever it counts
        return answer_cost(self.usage, facts).amount

    @property
    def usage(self) -> Usage | None:
        """The tokens as the provider counted them."""
        asked, answered = self.prompt_tokens, self.answer_tokens
        if asked is None or answered is None:
            return None
        return Usage(asked, answered, asked + answered)

    def as_json(self) -> dict[str, Any]:
        """Return the row as a line of results.

        Tool calls and log probabilities stand in it only where there are any.
        """
        calls = [{"name": name, "arguments": said} for name, said in self.answer.calls]
        return {
            "line": self.slot.line,
            "model": self.slot.model,
            "repeat": self.slot.repeat,
            "text": self.answer.text,
            "finish_reason": self.finish_reason,
            "usage": self._usage(),
            "latency_s": _rounded(self.latency_s),
            "first_token_s": _rounded(self.first_token_s),
            "measures": self.measures.as_json(),
            "error": self.error,
            **({"tool_calls": calls} if calls else {}),
            **({"logprobs": logprobs_json(self.logprobs)} if self.logprobs else {}),
        }

    def _usage(self) -> dict[str, int | None] | None:
        if self.prompt_tokens is None and self.answer_tokens is None:
            return None
        return {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.answer_tokens}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, prompt: str = "", again: bool = False) -> Row:
        """Read what `as_json` wrote. Raises ValueError where line, model or repeat are missing."""
        line, repeat = as_int(value.get("line")), as_int(value.get("repeat"))
        model = as_text(value.get("model"))
        if line is None or repeat is None or model is None:
            raise ValueError("it needs a line, a model and a repeat")
        usage = as_map(value.get("usage"))
        calls = value.get("tool_calls")
        found = [as_map(one) for one in calls] if isinstance(calls, list) else []
        made = [(as_text(c.get("name")) or "", as_text(c.get("arguments")) or "") for c in found]
        return cls(
            slot=Slot(line, model, repeat),
            prompt=prompt,
            answer=Answer(as_text(value.get("text")) or "", tuple(made)),
            finish_reason=as_text(value.get("finish_reason")),
            prompt_tokens=as_int(usage.get("prompt_tokens")),
            answer_tokens=as_int(usage.get("completion_tokens")),
            latency_s=as_float(value.get("latency_s")),
            first_token_s=as_float(value.get("first_token_s")),
            measures=Measures.from_json(as_map(value.get("measures"))),
            error=as_text(value.get("error")),
            again=again,
            logprobs=kept_logprobs(value.get("logprobs")),
        )


# What a prompt is known by in another run: its fingerprint, and which of its occurrences it is.
PromptKey = tuple[str, int]


def prompt_keys(asked: Iterable[tuple[str, int]]) -> dict[int, PromptKey]:
    """Return by line what each prompt is known by, of pairs of (fingerprint, line) of one run.

    Another day the prompt may stand at another line, and its line may hold another prompt.
    """
    lines: dict[str, set[int]] = defaultdict(set)
    for prompt, line in asked:
        lines[prompt].add(line)
    return {
        line: (prompt, nth)
        for prompt, found in lines.items()
        for nth, line in enumerate(sorted(found))
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)
