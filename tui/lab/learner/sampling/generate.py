"""Sampling an answer from a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tui.lab.learner import tokenizer
from tui.lab.learner.model.sizes import CONTEXT_WINDOW
from tui.lab.learner.sampling.decoder import Decoder
from tui.lab.learner.sampling.streaming import TextStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tui.lab.learner.model.layers import Floats
    from tui.lab.learner.model.weights import Model

    Doubles = NDArray[np.float64]

_COLDEST: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Piece:
    """One generated token.

    `text` is what may be shown now, often "" while a character or a stop sequence is
    unfinished. `token` is the token itself, "" for the end of the turn. `logprob` and `top`
    are of the distribution at temperature 1. Only the last piece has a `finish_reason`.
    """

    text: str
    token: str
    logprob: float
    top: tuple[tuple[str, float], ...]
    finish_reason: Literal["stop", "length"] | None


def generate(
    model: Model,
    prompt: list[int],
    *,
    max_tokens: int | None,
    temperature: float = 1.0,
    top_p: float = 1.0,
    stop: Sequence[str] = (),
    seed: int | None = None,
    top_logprobs: int = 0,
) -> Iterator[Piece]:
    """Yield the tokens that follow `prompt`, up to the end of the turn or of the context.

    Temperature 0 takes the likeliest token each time. The same seed gives the same text.
    Raises ValueError for an empty prompt or one that fills the context.
    """
    if not 0 < len(prompt) < CONTEXT_WINDOW:
        raise ValueError(f"a prompt has 1 to {CONTEXT_WINDOW - 1} tokens, not {len(prompt)}")
    rng = np.random.default_rng(None if seed is None else seed % 2**63)
    room = CONTEXT_WINDOW - len(prompt)
    budget = room if max_tokens is None else max(1, min(max_tokens, room))
    return _tokens(model, prompt, budget, _Sampler(temperature, top_p, rng), stop, top_logprobs)


def _tokens(
    model: Model,
    prompt: list[int],
    budget: int,
    sampler: _Sampler,
    stop: Sequence[str],
    top_logprobs: int,
) -> Iterator[Piece]:
    words = tokenizer.shared()
    decoder = Decoder(model.parameters)
    stream = TextStream(stop)
    fed = prompt
    for left in range(budget - 1, -1, -1):
        logits = decoder.feed(fed)
        logprobs = _log_softmax(logits)
        token = sampler.choose(logprobs)
        shown = stream.push(words.token_bytes(token))
        reason: Literal["stop", "length"] | None = None
        if token == tokenizer.END or stream.stopped:
            reason = "stop"
        elif left == 0:
            reason = "length"
        if reason:
            shown += stream.finish()
        top = _likeliest(logprobs, top_logprobs, words)
        yield Piece(shown, words.token_text(token), float(logprobs[token]), top, reason)
        if reason:
            return
        fed = [token]


class _Sampler:
    """Chooses a token from log-probabilities."""

    def __init__(self, temperature: float, top_p: float, rng: np.random.Generator) -> None:
        self._temperature = temperature
        self._top_p = top_p
        self._rng = rng

    def choose(self, logprobs: Doubles) -> int:
        """Return a token id."""
        if self._temperature < _COLDEST:
            return int(logprobs.argmax())
        heat = np.exp((logprobs - logprobs.max()) / self._temperature)
        order = np.argsort(-heat, kind="stable")
        cumulated = np.cumsum(heat[order])
        # The smallest set of likeliest tokens that reaches top_p, and never none.
        kept = int(np.searchsorted(cumulated, self._top_p * cumulated[-1])) + 1
        kept = min(kept, len(order))
        drawn = self._rng.random() * cumulated[kept - 1]
        return int(order[min(int(np.searchsorted(cumulated, drawn, side="right")), kept - 1)])


def _log_softmax(logits: Floats) -> Doubles:
    wide = logits.astype(np.float64)
    wide -= wide.max()
    wide -= np.log(np.exp(wide).sum())
    return wide


def _likeliest(
    logprobs: Doubles, count: int, words: tokenizer.Tokenizer
) -> tuple[tuple[str, float], ...]:
    if count <= 0:
        return ()
    order = np.argsort(-logprobs, kind="stable")[:count]
    return tuple((words.token_text(int(token)), float(logprobs[token])) for token in order)
