"""What a fine-tuning job is asked for with, checked before anything is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Literal

from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Method = Literal["supervised", "dpo"]
Auto = Literal["auto"]
NONCE = "finetui_nonce"
_SUFFIX = re.compile(r"[A-Za-z0-9._-]{1,64}")
MAX_METADATA = 15  # of 16 pairs; one is ours


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job to create. Files are ids; hyperparameters are a value, "auto", or None (not sent)."""

    training_file: str
    model: str
    validation_file: str | None = None
    suffix: str | None = None
    seed: int | None = None
    method: Method = "supervised"
    n_epochs: int | Auto | None = None
    batch_size: int | Auto | None = None
    lr_multiplier: float | Auto | None = None
    beta: float | Auto | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def problems(self) -> tuple[str, ...]:
        """Return what the protocol would refuse, each in one sentence; empty when it is fine."""
        found = [
            _range("epochs", self.n_epochs, 1, 50),
            _range("batch size", self.batch_size, 1, 256),
            _above("learning-rate multiplier", self.lr_multiplier, 0),
            _above("beta", self.beta, 0, 2),
            _range("seed", self.seed, 0, 2_147_483_647),
            None if self.training_file else "A training file is needed.",
            None if self.model else "A base model is needed.",
            None
            if self.suffix is None or _SUFFIX.fullmatch(self.suffix)
            else "The suffix may have 1 to 64 letters, digits, dots and dashes.",
            None
            if self.beta is None or self.method == "dpo"
            else "Beta belongs to the dpo method only.",
            None
            if len(self.metadata) <= MAX_METADATA
            else f"At most {MAX_METADATA} pairs of metadata.",
        ]
        return tuple(problem for problem in found if problem)

    def body(self, nonce: str) -> dict[str, Any]:
        """Return the request as it is sent. Raises InputError when `problems` finds any."""
        if problems := self.problems():
            raise InputError("Cannot create the job", " ".join(problems), "Correct it.")
        body: dict[str, Any] = {"model": self.model, "training_file": self.training_file}
        optional = {
            "validation_file": self.validation_file,
            "suffix": self.suffix,
            "seed": self.seed,
        }
        body |= {name: value for name, value in optional.items() if value is not None}
        body["metadata"] = {**self.metadata, NONCE: nonce}
        parameters = self.hyperparameters()
        # Plain supervised jobs are also understood by servers that know no `method`.
        if parameters or self.method != "supervised":
            inner = {"hyperparameters": parameters} if parameters else {}
            body["method"] = {"type": self.method, self.method: inner}
        return body

    def hyperparameters(self) -> dict[str, object]:
        """Return what was chosen, under the protocol's names."""
        chosen = {
            "n_epochs": self.n_epochs,
            "batch_size": self.batch_size,
            "learning_rate_multiplier": self.lr_multiplier,
            "beta": self.beta,
        }
        return {name: value for name, value in chosen.items() if value is not None}


def _range(name: str, value: float | Auto | None, low: int, high: int) -> str | None:
    if value is None or value == "auto" or low <= value <= high:
        return None
    return f"The {name} must be from {low} to {high:,}."


def _above(name: str, value: float | Auto | None, low: int, high: int | None = None) -> str | None:
    if value is None or value == "auto":
        return None
    if low < value < inf and (high is None or value <= high):
        return None
    return f"The {name} must be above {low}" + (f", at most {high}." if high else ".")
