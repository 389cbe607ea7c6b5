"""The hand-written backward pass against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from tui.lab.learner import transformer
from tui.lab.learner.layers import softmax
from tui.lab.learner.sizes import Sizes
from tui.lab.learner.transformer import Parameters, Pass

SIZES = Sizes(vocabulary=23, width=16, layers=2, heads=4, hidden=24)


def loss(parameters: Parameters, ids, rows, targets, weights) -> float:
    run = Pass(parameters, ids, rows)
    return float(-(run.logprobs(targets).astype(np.float64) * weights).sum())


@pytest.mark.parametrize("name", [name for name, _ in transformer.shapes(SIZES)])
def test_backward_agrees_with_finite_differences(name: str) -> None:
    rng = np.random.default_rng(5)
    parameters = transformer.initial(SIZES, rng)
    ids = rng.integers(0, SIZES.vocabulary, (3, 9))
    ids[:, 0] = 2
    rows = np.array([3, 4, 10, 11, 17, 20, 26])
    targets = rng.integers(0, SIZES.vocabulary, len(rows))
    weights = rng.uniform(-1, 1, len(rows)).astype(np.float32)
    gradient = Parameters(SIZES)
    Pass(parameters, ids, rows).backward(targets, weights, gradient)
    direction = rng.standard_normal(parameters[name].shape).astype(np.float32)
    step = 2e-3 / float(np.sqrt((direction**2).sum()))
    kept = parameters[name].copy()
    parameters[name][...] = kept + step * direction
    above = loss(parameters, ids, rows, targets, weights)
    parameters[name][...] = kept - step * direction
    below = loss(parameters, ids, rows, targets, weights)
    measured = (above - below) / (2 * step)
    claimed = float((gradient[name] * direction).sum())
    assert claimed == pytest.approx(measured, rel=2e-2, abs=2e-2)


def test_softmax_is_a_distribution() -> None:
    share = softmax(np.array([[1e4, 0.0, -np.inf], [1.0, 1.0, 1.0]], np.float32))
    assert share.sum(-1) == pytest.approx([1, 1])
