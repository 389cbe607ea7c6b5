"""The metrics of a training step, under whichever names a provider reports them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_float, as_int, as_map

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Metrics:
    """What one training step measured; losses are mean nats a token, accuracies 0 to 1."""

    step: int | None = None
    total_steps: int | None = None
    train_loss: float | None = None
    train_accuracy: float | None = None
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_accuracy: float | None = None


def parse_metrics(data: Mapping[str, Any]) -> Metrics:
    """Read step metrics under the names OpenAI and Azure give them."""

    def number(*names: str) -> float | None:
        return next((n for name in names if (n := as_float(data.get(name))) is not None), None)

    return Metrics(
        step=as_int(data.get("step")),
        total_steps=as_int(data.get("total_steps")),
        train_loss=number("train_loss", "training_loss"),
        train_accuracy=number("train_mean_token_accuracy", "train_accuracy"),
        valid_loss=number("valid_loss", "validation_loss"),
        valid_accuracy=number("valid_mean_token_accuracy", "validation_mean_token_accuracy"),
        full_valid_loss=number("full_valid_loss"),
        full_valid_accuracy=number("full_valid_mean_token_accuracy"),
    )


_STEP = re.compile(r"^Step (\d+)(?:/(\d+))?:")
_LOSS = re.compile(r"(full validation|training|validation) loss=([-+0-9.eE]+)")
_LOSS_NAMES = {
    "training": "train_loss",
    "validation": "valid_loss",
    "full validation": "full_valid_loss",
}


def event_metrics(raw: Mapping[str, Any], message: str) -> Metrics | None:
    """Return what an event measured, from its data or else its text; None if nothing."""
    metrics = parse_metrics(as_map(raw.get("data")))
    if metrics.step is not None:
        return metrics
    # Some servers log "Step 3/30: training loss=0.51" and leave `data` empty.
    if (head := _STEP.match(message)) is None:
        return None
    found: dict[str, object] = {_LOSS_NAMES[name]: value for name, value in _LOSS.findall(message)}
    return parse_metrics(found | {"step": head[1], "total_steps": head[2]})
