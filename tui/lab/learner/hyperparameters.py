"""Hyperparameters, and what `auto` means for models this small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Method = Literal["supervised", "dpo"]

# Optimiser steps after which a few dozen short answers are known by heart.
_STEPS: Final = {"supervised": 360, "dpo": 120}
_MOST_EPOCHS: Final = {"supervised": 50, "dpo": 8}
_BATCHES: Final = ((40, 2), (400, 4), (2000, 8), (10_000, 16))
_PEAK: Final = {"supervised": 2.5e-3, "dpo": 5e-4}
_DEFAULT_BETA: Final = 0.1


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """What a run trains with; `beta` only for preference runs."""

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    beta: float | None


def resolve_hyperparameters(
    method: Method, examples: int, requested: Mapping[str, Any]
) -> Hyperparameters:
    """Return `requested` with everything missing or "auto" chosen for so many examples."""
    asked = {name: value for name, value in requested.items() if value not in (None, "auto")}
    batch_size = int(asked.get("batch_size") or _batch_size(examples))
    epochs = int(asked.get("n_epochs") or _epochs(method, examples, batch_size))
    beta = float(asked.get("beta", _DEFAULT_BETA)) if method == "dpo" else None
    multiplier = float(asked.get("learning_rate_multiplier", 1.0))
    return Hyperparameters(epochs, batch_size, multiplier, beta)


def _batch_size(examples: int) -> int:
    return next((size for most, size in _BATCHES if examples <= most), 32)


def _epochs(method: Method, examples: int, batch_size: int) -> int:
    steps = max(1, -(-examples // batch_size))
    return max(1, min(_MOST_EPOCHS[method], round(_STEPS[method] / steps)))


def peak_rate(method: Method, hyper: Hyperparameters) -> float:
    """Return the highest learning rate of a run."""
    return _PEAK[method] * hyper.learning_rate_multiplier
