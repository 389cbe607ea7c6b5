"""The optional parameters of a chat completion: temperature, length, seed, format, tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.core.provider.parsing import as_float, as_int, as_map, as_text
from tui.core.text.text import one_line

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
MOST_ALTERNATIVES = 20
MOST_STOPS = 16
_SEED = 2**63


@dataclass(frozen=True, slots=True)
class ChatParameters:
    """Parameters of one request; None, or nothing in a tuple, leaves a choice to the provider.

    `logprobs` is how many alternatives to each token are asked for, 0 for the token's own only.
    `response_format` and `tools` are JSON objects as the protocol has them.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    reasoning_effort: str | None = None
    response_format: Mapping[str, Any] | None = field(default=None, hash=False)
    logprobs: int | None = None
    tools: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)

    def problem(self) -> str | None:
        """Return what makes them unusable, or None."""
        return next((words for wrong, words in self._rules() if wrong), None)

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        t, p, n, k = self.temperature, self.top_p, self.max_tokens, self.logprobs
        return (
            (
                t is not None and not 0 <= t <= 2,
                "the temperature must be from 0 (the most likely answer) to 2 (the wildest)",
            ),
            (p is not None and not 0 <= p <= 1, "top-p must be from 0 to 1 (all tokens)"),
            (n is not None and n < 1, "at least one token must be allowed"),
            (len(self.stop) > MOST_STOPS, f"at most {MOST_STOPS} stop texts"),
            (not all(self.stop), "a stop text is empty"),
            (
                self.seed is not None and not -_SEED <= self.seed < _SEED,
                "the seed must be within 64 bits",
            ),
            (
                k is not None and not 0 <= k <= MOST_ALTERNATIVES,
                f"the alternatives to a token must be from 0 to {MOST_ALTERNATIVES}",
            ),
            (any(tool_problem(tool) for tool in self.tools), self._tools_problem() or ""),
        )

    def _tools_problem(self) -> str | None:
        found = (tool_problem(tool) for tool in self.tools)
        return next((problem for problem in found if problem), None)

    def as_json(self) -> dict[str, Any]:
        """Return those that are set, under their own names, as JSON values."""
        found: dict[str, Any] = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
            "stop": list(self.stop) or None,
            "seed": self.seed,
            "reasoning_effort": self.reasoning_effort,
            "response_format": None if self.response_format is None else dict(self.response_format),
            "logprobs": self.logprobs,
            "tools": [dict(tool) for tool in self.tools] or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def from_json(cls, value: object) -> ChatParameters:
        """Read what `as_json` wrote; what is missing or of another type is not set."""
        raw = as_map(value)
        stop, tools, form = raw.get("stop"), raw.get("tools"), raw.get("response_format")
        return cls(
            temperature=as_float(raw.get("temperature")),
            top_p=as_float(raw.get("top_p")),
            max_tokens=as_int(raw.get("max_tokens")),
            stop=tuple(s for s in stop if isinstance(s, str)) if isinstance(stop, list) else (),
            seed=seed if isinstance(seed := raw.get("seed"), int) else None,
            reasoning_effort=as_text(raw.get("reasoning_effort")),
            response_format=form if isinstance(form, Mapping) else None,
            logprobs=as_int(raw.get("logprobs")),
            tools=(
                tuple(tool for tool in tools if isinstance(tool, Mapping))
                if isinstance(tools, list)
                else ()
            ),
        )

    @property
    def words(self) -> str:
        """Return those that are set in one safe line, such as "temperature 0 · max tokens 200"."""
        named: list[tuple[str, object]] = [
            ("temperature", None if self.temperature is None else f"{self.temperature:g}"),
            ("top-p", None if self.top_p is None else f"{self.top_p:g}"),
            ("max tokens", self.max_tokens),
            ("seed", self.seed),
            ("effort", self.reasoning_effort),
            ("stop", len(self.stop) or None),
            ("format", None if self.response_format is None else format_words(self)),
            ("logprobs", self.logprobs),
            ("tools", len(self.tools) or None),
        ]
        # An effort and a format are whatever somebody typed, or an earlier run was asked with.
        found = [f"{name} {one_line(str(value), 60)}" for name, value in named if value is not None]
        return " · ".join(found) or "default parameters"


def default_temperature(kind: str) -> float | None:
    """Return the temperature that models of this kind of provider are asked with at first.

    The lab's small models are asked for their most likely answer, which shows what they have
    learned. Elsewhere the provider's own default holds: some models refuse any other.
    """
    return 0.0 if kind == "lab" else None


def format_words(parameters: ChatParameters) -> str:
    """Return the response format in a word or two: "JSON", "schema NAME", or its type."""
    form = as_map(parameters.response_format)
    kind = as_text(form.get("type")) or "text"
    if kind == "json_schema":
        return f"schema {as_text(as_map(form.get('json_schema')).get('name')) or ''}".strip()
    return {"json_object": "JSON"}.get(kind, kind)


def tool_problem(tool: Mapping[str, Any]) -> str | None:
    """Return why this cannot be a tool of a request, or None."""
    if tool.get("type") != "function":
        return 'a tool needs "type": "function"'
    function = as_map(tool.get("function"))
    if not as_text(function.get("name")):
        return 'the function of a tool needs a "name"'
    schema = function.get("parameters")
    if schema is not None and not isinstance(schema, Mapping):
        return 'the "parameters" of a function are not a JSON object'
    return None
