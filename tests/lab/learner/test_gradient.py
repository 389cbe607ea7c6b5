"""The hand-written backward pass against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from tui.lab.learner.model import transformer
from tui.lab.learner.model.layers import Layout, softmax
from tui.lab.learner.model.sizes import Sizes
from tui.lab.learner.model.transformer import Parameters, Pass

SIZES = Sizes(vocabulary=23, width=16, layers=2, heads=4, hidden=24)


PLAIN = Layout(0, 3, 9)
SHARED = Layout(6, 3, 7)


def loss(parameters: Parameters, ids, layout, rows, targets, weights) -> float:
    run = Pass(parameters, ids, layout, rows)
    return float(-(run.logprobs(targets).astype(np.float64) * weights).sum())


@pytest.mark.parametrize("layout", [PLAIN, SHARED], ids=["plain", "shared"])
@pytest.mark.parametrize("name", [name for name, _ in transformer.shapes(SIZES)])
def test_backward_agrees_with_finite_differences(name: str, layout: Layout) -> None:
    rng = np.random.default_rng(5)
    parameters = transformer.initial(SIZES, rng)
    ids = rng.integers(0, SIZES.vocabulary, 27)
    ids[[0, 9, 18]] = 2
    rows = np.array([6, 8, 10, 11, 17, 20, 26])
    targets = rng.integers(0, SIZES.vocabulary, len(rows))
    weights = rng.uniform(-1, 1, len(rows)).astype(np.float32)
    gradient = Parameters(SIZES)
    Pass(parameters, ids, layout, rows).backward(targets, weights, gradient)
    direction = rng.standard_normal(parameters[name].shape).astype(np.float32)
    step = 2e-3 / float(np.sqrt((direction**2).sum()))
    kept = parameters[name].copy()
    parameters[name][...] = kept + step * direction
    above = loss(parameters, ids, layout, rows, targets, weights)
    parameters[name][...] = kept - step * direction
    below = loss(parameters, ids, layout, rows, targets, weights)
    measured = (above - below) / (2 * step)
    claimed = float((gradient[name] * direction).sum())
    assert claimed == pytest.approx(measured, rel=2e-2, abs=2e-2)


def test_softmax_is_a_distribution() -> None:
    share = softmax(np.array([[1e4, 0.0, -np.inf], [1.0, 1.0, 1.0]], np.float32))
    assert share.sum(-1) == pytest.approx([1, 1])


def test_a_shared_prefix_changes_nothing_but_the_work() -> None:
    rng = np.random.default_rng(8)
    parameters = transformer.initial(SIZES, rng)
    start = np.array([1, 9, 8, 0, 2, 7])
    rests = rng.integers(5, SIZES.vocabulary, (3, 7))
    rests[:, 2] = 3
    apart = np.concatenate([np.concatenate([start, rest]) for rest in rests])
    together = np.concatenate([start, rests.reshape(-1)])
    rows = np.array([[9, 10, 12], [22, 23, 25], [35, 36, 38]])
    first, second = Parameters(SIZES), Parameters(SIZES)
    targets, weights = rng.integers(0, 23, 9), np.ones(9, np.float32)
    one = Pass(parameters, apart, Layout(0, 3, 13), rows.reshape(-1))
    two = Pass(parameters, together, SHARED, (rows - np.array([[0], [6], [12]])).reshape(-1))
    assert one.logprobs(targets) == pytest.approx(two.logprobs(targets), abs=1e-4)
    one.backward(targets, weights, first)
    two.backward(targets, weights, second)
    assert first.flat == pytest.approx(second.flat, abs=1e-4)
