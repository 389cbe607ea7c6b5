"""Hyperparameters, and what `auto` means for models this small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Method = Literal["supervised", "dpo"]

# Up to this many examples, this many epochs: enough to know a few hundred answers by heart,
# and few where there is much to read.
_EPOCHS: Final[Mapping[Method, tuple[tuple[int, int], ...]]] = {
    "supervised": ((15, 40), (30, 30), (100, 22), (400, 15), (1000, 8), (5000, 4), (20_000, 2)),
    "dpo": ((50, 5), (200, 4), (1000, 3), (5000, 2)),
}
_BATCHES: Final = ((40, 2), (500, 4), (2000, 8), (10_000, 16))
_PEAK: Final = {"supervised": 2.2e-3, "dpo": 6e-5}
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
    """Return `requested` with everything missing or "auto" chosen for this many examples."""
    asked = {name: value for name, value in requested.items() if value not in (None, "auto")}
    batch_size = int(asked.get("batch_size") or _upto(_BATCHES, examples, 32))
    epochs = int(asked.get("n_epochs") or _upto(_EPOCHS[method], examples, 1))
    beta = float(asked.get("beta", _DEFAULT_BETA)) if method == "dpo" else None
    multiplier = float(asked.get("learning_rate_multiplier", 1.0))
    return Hyperparameters(epochs, batch_size, multiplier, beta)


def _upto(table: tuple[tuple[int, int], ...], examples: int, beyond: int) -> int:
    return next((value for most, value in table if examples <= most), beyond)


def peak_rate(method: Method, hyper: Hyperparameters) -> float:
    """Return the highest learning rate of a run."""
    return _PEAK[method] * hyper.learning_rate_multiplier
