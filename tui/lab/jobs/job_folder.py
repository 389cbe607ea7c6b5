"""The working folder of a job: what the server puts there and what training leaves."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from tui.lab.folder import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class JobFolder:
    """Names inside a job's folder. Only the process holding ``lock`` writes training state."""

    root: Path

    @property
    def spec(self) -> Path:
        """What to train, as JSON."""
        return self.root / "spec.json"

    @property
    def training(self) -> Path:
        """The training file, a second name for the uploaded one."""
        return self.root / "training.jsonl"

    @property
    def validation(self) -> Path:
        """The validation file; absent when there is none."""
        return self.root / "validation.jsonl"

    @property
    def parent(self) -> Path:
        """Weights of the fine-tuned model that is trained further; absent for a base."""
        return self.root / "parent.model"

    @property
    def lock(self) -> Path:
        """Held by the process that trains; its content is that process's id."""
        return self.root / "lock"

    @property
    def state(self) -> Path:
        """Weights, optimiser and step from which training goes on."""
        return self.root / "state"

    @property
    def journal(self) -> Path:
        """What training has reported so far, one JSON object a line."""
        return self.root / "journal.jsonl"

    @property
    def log(self) -> Path:
        """What the processes said on stderr."""
        return self.root / "log"

    @property
    def final(self) -> Path:
        """Weights of the fine-tuned model."""
        return self.root / "final.model"

    def checkpoint(self, step: int) -> Path:
        """Weights after a step."""
        return self.root / f"step-{step}.model"

    def write_spec(self, spec: dict[str, Any]) -> None:
        """Keep what to train. Raises OSError."""
        write_atomically(self.spec, orjson.dumps(spec))

    def read_spec(self) -> dict[str, Any]:
        """Return what to train. Raises OSError, ValueError."""
        spec: dict[str, Any] = orjson.loads(self.spec.read_bytes())
        return spec

    def clear(self) -> None:
        """Remove all that only training needs; weights stay."""
        for path in (self.training, self.validation, self.parent, self.state, self.journal):
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.root, ignore_errors=True)
