"""Adam with gradient clipping, and the learning-rate schedule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from tui.lab.learner.model.layers import Floats

_MEAN: Final = 0.9
_SQUARE: Final = 0.98
_EPSILON: Final = np.float32(1e-8)
_LARGEST_NORM: Final = 1.0


def learning_rate(step: int, total_steps: int, peak: float) -> float:
    """Return the rate for the 1-based `step`: a short linear rise, then a cosine to 4 % of it."""
    rise = max(1, min(50, round(total_steps * 0.08)))
    if step <= rise:
        return peak * step / rise
    done = (step - rise) / max(1, total_steps - rise)
    return peak * (0.04 + 0.96 * 0.5 * (1 + math.cos(math.pi * done)))


def clip(gradient: Floats) -> float:
    """Shorten `gradient` in place to a length of at most one; return the length it had."""
    length = math.sqrt(float(np.dot(gradient, gradient)))
    if length > _LARGEST_NORM:
        gradient *= np.float32(_LARGEST_NORM / length)
    return length


class Adam:
    """Adam over one flat vector of parameters."""

    def __init__(self, size: int, decay: float = 0.0) -> None:
        """Start for `size` parameters, which shrink by `decay` times the rate each step."""
        self._decay = decay
        self.mean: Floats = np.zeros(size, np.float32)
        self.square: Floats = np.zeros(size, np.float32)
        self._work: Floats = np.empty(size, np.float32)
        self._other: Floats = np.empty(size, np.float32)

    def update(self, parameters: Floats, gradient: Floats, step: int, rate: float) -> None:
        """Move `parameters` in place against `gradient`; `step` counts from 1."""
        work, other = self._work, self._other
        self.mean *= np.float32(_MEAN)
        np.multiply(gradient, np.float32(1 - _MEAN), out=work)
        self.mean += work
        self.square *= np.float32(_SQUARE)
        np.multiply(gradient, gradient, out=work)
        work *= np.float32(1 - _SQUARE)
        self.square += work
        np.sqrt(self.square, out=work)
        work *= np.float32(1 / math.sqrt(1 - _SQUARE**step))
        work += _EPSILON
        np.divide(self.mean, work, out=other)
        other *= np.float32(rate / (1 - _MEAN**step))
        if self._decay:
            parameters *= np.float32(1 - self._decay * rate)
        parameters -= other
