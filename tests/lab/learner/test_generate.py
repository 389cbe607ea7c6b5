"""Sampling: seeds, stops, lengths, log-probabilities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tui.lab.learner import generate, prompt_tokens, tokenizer
from tui.lab.learner.model.layers import Layout
from tui.lab.learner.model.sizes import CONTEXT_WINDOW
from tui.lab.learner.model.transformer import Pass
from tui.lab.learner.sampling.decoder import Decoder

PROMPT = prompt_tokens([{"role": "user", "content": "What is bread?"}])


def text(pieces) -> str:
    return "".join(piece.text for piece in pieces)


def test_the_same_seed_gives_the_same_text(base) -> None:
    def said(seed: int | None) -> str:
        return text(generate(base, PROMPT, max_tokens=40, temperature=1.5, seed=seed))

    assert said(5) == said(5)
    assert len({said(seed) for seed in range(4)}) > 1
    assert said(-3) == said(-3)


def test_greedy_needs_no_seed_and_ends_its_turn(base) -> None:
    pieces = list(generate(base, PROMPT, max_tokens=None, temperature=0))
    assert pieces == list(generate(base, PROMPT, max_tokens=None, temperature=0, seed=9))
    assert [piece.finish_reason for piece in pieces[:-1]] == [None] * (len(pieces) - 1)
    assert pieces[-1].finish_reason == "stop"
    assert pieces[-1].token == ""
    assert text(pieces) == "".join(piece.token for piece in pieces)


def test_a_tiny_nucleus_is_greedy(base) -> None:
    greedy = text(generate(base, PROMPT, max_tokens=30, temperature=0))
    assert text(generate(base, PROMPT, max_tokens=30, temperature=2, top_p=1e-6, seed=1)) == greedy


def test_length_is_kept(base) -> None:
    pieces = list(generate(base, PROMPT, max_tokens=3, temperature=0))
    assert len(pieces) == 3
    assert pieces[-1].finish_reason == "length"
    room = 5
    full = [tokenizer.USER] + [200] * (CONTEXT_WINDOW - room - 1)
    pieces = list(generate(base, full, max_tokens=None, temperature=3, seed=2))
    assert len(pieces) <= room
    assert pieces[-1].finish_reason is not None


def test_an_impossible_prompt_is_refused(base) -> None:
    for prompt in ([], [2] * CONTEXT_WINDOW):
        with pytest.raises(ValueError, match="a prompt has"):
            generate(base, prompt, max_tokens=1)


@pytest.mark.parametrize("cut", [1, 4, 9])
def test_nothing_of_a_stop_text_is_shown(base, cut: int) -> None:
    whole = text(generate(base, PROMPT, max_tokens=60, temperature=0))
    stop = whole[cut : cut + 5]
    pieces = list(generate(base, PROMPT, max_tokens=60, temperature=0, stop=["never", stop]))
    assert text(pieces) == whole[: whole.index(stop)]
    assert pieces[-1].finish_reason == "stop"


def test_logprobs_are_of_the_untempered_distribution(base) -> None:
    hot = next(
        generate(base, PROMPT, max_tokens=1, temperature=3, seed=4, top_logprobs=20, stop=["x"])
    )
    cold = next(generate(base, PROMPT, max_tokens=1, temperature=0, top_logprobs=20))
    assert hot.top == cold.top
    assert cold.top[0] == (cold.token, cold.logprob)
    shares = [math.exp(logprob) for _, logprob in cold.top]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1 + 1e-9


def test_token_by_token_equals_all_at_once(base) -> None:
    ids = prompt_tokens(
        [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]
    )
    run = Pass(base.parameters, np.array(ids), Layout(0, 1, len(ids)), np.array([len(ids) - 1]))
    stepwise = Decoder(base.parameters)
    for token in ids:
        logits = stepwise.feed([token])
    whole = Decoder(base.parameters).feed(ids)
    assert logits[5:] == pytest.approx(whole[5:], abs=1e-3)
    best = int(whole.argmax())
    odds = float(run.logprobs(np.array([best]))[0])
    assert odds == pytest.approx(float(whole[best] - np.log(np.exp(whole[5:]).sum())), abs=0.05)
