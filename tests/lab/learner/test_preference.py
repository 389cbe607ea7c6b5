"""Preference training: the true DPO loss, and what it does to the answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.lab.learner.conftest import read
from tui.lab.learner import Hyperparameters, TrainingRun, template
from tui.lab.learner.model.transformer import Parameters
from tui.lab.learner.training.preference import Preference
from tui.lab.learner.training.supervised import SupervisedObjective

PAIRS = read("preferences.jsonl")


def log_probability(parameters: Parameters, pair: dict, which: str) -> float:
    given = [{**message, "weight": 0} for message in pair["input"]["messages"]]
    score = SupervisedObjective([{"messages": given + pair[which]}]).evaluate(parameters, [0])
    return -score.loss


def margin(parameters: Parameters, pair: dict) -> float:
    return log_probability(parameters, pair, "preferred_output") - log_probability(
        parameters, pair, "non_preferred_output"
    )


def test_the_loss_is_the_published_one(base) -> None:
    beta = 0.25
    objective = Preference(PAIRS[:5], base.parameters, beta)
    assert objective.evaluate(base.parameters, range(5)).mean_loss == pytest.approx(math.log(2))
    moved = base.parameters.copy()
    moved.flat += np.random.default_rng(2).normal(0, 0.01, moved.flat.size).astype(np.float32)
    gains = [margin(moved, pair) - margin(base.parameters, pair) for pair in PAIRS[:5]]
    score = objective.evaluate(moved, range(5))
    expected = np.mean([math.log1p(math.exp(-beta * gain)) for gain in gains])
    assert score.mean_loss == pytest.approx(expected, rel=1e-3)
    assert score.hits == sum(gain > 0 for gain in gains)


def test_the_gradient_is_the_losss(base) -> None:
    objective = Preference(PAIRS[:3], base.parameters, 0.5)
    start = base.parameters.copy()
    start.flat += np.random.default_rng(2).normal(0, 0.01, start.flat.size).astype(np.float32)
    gradient = Parameters(start.sizes)
    objective.train(start, range(3), gradient)
    direction = gradient.flat / np.linalg.norm(gradient.flat)
    ends = []
    for step in (1e-3, -1e-3):
        moved = start.copy()
        moved.flat += np.float32(step) * direction
        ends.append(objective.evaluate(moved, range(3)).mean_loss)
    slope = (ends[0] - ends[1]) / 2e-3
    assert slope == pytest.approx(float(np.linalg.norm(gradient.flat)), rel=2e-2)


def test_after_training_the_preferred_answers_win(base) -> None:
    run = TrainingRun(base, "dpo", PAIRS, None, Hyperparameters(3, 4, 5.0, 0.1), seed=1)
    metrics = [run.run_step() for _ in range(run.total_steps)]
    assert metrics[0].train_loss == pytest.approx(math.log(2), abs=1e-3)
    assert metrics[0].train_mean_token_accuracy == 0.0
    assert metrics[-1].train_loss < 0.4
    assert metrics[-1].train_mean_token_accuracy == 1.0
    gains = [
        margin(run.model.parameters, pair) - margin(base.parameters, pair) for pair in PAIRS[:8]
    ]
    assert min(gains) > 1


def test_the_older_field_names_are_read_too(base) -> None:
    old = [
        {
            "input": pair["input"],
            "preferred_completion": pair["preferred_output"],
            "non_preferred_completion": pair["non_preferred_output"],
        }
        for pair in PAIRS[:3]
    ]
    one, two = (Preference(pairs, base.parameters, 0.1) for pairs in (PAIRS[:3], old))
    assert one.fingerprint() == two.fingerprint()


def test_the_question_is_never_trained() -> None:
    assert not any(template.encode(PAIRS[0]["input"]["messages"]).trained)
