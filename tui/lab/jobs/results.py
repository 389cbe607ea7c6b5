"""The result file of a job: a CSV of its steps, in base64 as OpenAI serves it."""

from __future__ import annotations

import base64
import csv
import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COLUMNS: Final = {
    "step": "step",
    "train_loss": "train_loss",
    "train_accuracy": "train_mean_token_accuracy",
    "valid_loss": "valid_loss",
    "valid_mean_token_accuracy": "valid_mean_token_accuracy",
}


def result_csv(metrics: Iterable[Mapping[str, Any]]) -> str:
    """One row a step; cells without a value are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for step in metrics:
        writer.writerow([_cell(step.get(name)) for name in _COLUMNS.values()])
    return text.getvalue()


def result_content(metrics: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the bytes of the result file."""
    return base64.b64encode(result_csv(metrics).encode())


def _cell(value: object) -> object:
    return f"{value:.5f}" if isinstance(value, float) else value
