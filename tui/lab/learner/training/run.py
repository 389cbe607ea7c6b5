"""A training run, one optimiser step at a time; it can be saved and resumed at any step."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tui.lab.learner.model import checkpoint
from tui.lab.learner.model.transformer import Parameters
from tui.lab.learner.model.weights import Model
from tui.lab.learner.training import batches, optimizer
from tui.lab.learner.training.hyperparameters import Hyperparameters, Method, peak_rate
from tui.lab.learner.training.preference import Preference
from tui.lab.learner.training.supervised import SupervisedObjective

if TYPE_CHECKING:
    from pathlib import Path

    from tui.lab.learner.model.layers import Ints
    from tui.lab.learner.training.objective import Objective, Score

Examples = Sequence[Mapping[str, Any]]

_KIND: Final = "finetui training state"
_SMALL_VALIDATION: Final = 16


@dataclass(frozen=True, slots=True)
class StepMetrics:
    """What one step showed; losses in nats, accuracies as shares, None where not measured."""

    step: int
    total_steps: int
    epoch: int
    epoch_end: bool
    train_loss: float
    train_mean_token_accuracy: float
    valid_loss: float | None
    valid_mean_token_accuracy: float | None
    full_valid_loss: float | None
    full_valid_mean_token_accuracy: float | None


class TrainingRun:
    """Trains a copy of `base`; the same arguments give the same numbers on the same machine."""

    def __init__(
        self,
        base: Model,
        method: Method,
        train: Examples,
        valid: Examples | None,
        hyper: Hyperparameters,
        seed: int,
    ) -> None:
        """Prepare a run that stands before its first step. Raises ValueError without examples."""
        if not train:
            raise ValueError("there is nothing to train on")
        self.step = 0
        self.trained_tokens = 0
        self.model = Model(base.base_id, base.parameters.copy())
        self._train = _objective(method, train, base, hyper)
        self._valid = _objective(method, valid, base, hyper) if valid else None
        self._method = method
        self._hyper = hyper
        self._seed = seed % 2**63
        self._peak = peak_rate(method, hyper)
        self._adam = optimizer.Adam(self.model.parameters.flat.size)
        self._gradient = Parameters(base.parameters.sizes)
        self._planned: tuple[int, list[Ints]] = (-1, [])
        self.steps_per_epoch = -(-len(train) // hyper.batch_size)
        self.total_steps = hyper.n_epochs * self.steps_per_epoch

    def run_step(self) -> StepMetrics:
        """Take one optimiser step and return what it showed. Raises IndexError after the last."""
        if self.step >= self.total_steps:
            raise IndexError("the run is complete")
        epoch, within = divmod(self.step, self.steps_per_epoch)
        score = self._train_on(self._plan(epoch)[within])
        self.step += 1
        self.trained_tokens += score.tokens
        ends = within + 1 == self.steps_per_epoch
        full = self._validate_all() if ends else None
        small = self._validate_some(full) if ends or self._is_sample_step() else None
        return StepMetrics(
            step=self.step,
            total_steps=self.total_steps,
            epoch=epoch + 1,
            epoch_end=ends,
            train_loss=score.mean_loss,
            train_mean_token_accuracy=score.accuracy,
            valid_loss=small.mean_loss if small else None,
            valid_mean_token_accuracy=small.accuracy if small else None,
            full_valid_loss=full.mean_loss if full else None,
            full_valid_mean_token_accuracy=full.accuracy if full else None,
        )

    def save_state(self, path: Path) -> None:
        """Write all that `resume` needs, atomically. Raises OSError."""
        arrays = {
            "weights": self.model.parameters.flat,
            "mean": self._adam.mean,
            "square": self._adam.square,
        }
        state = {"step": self.step, "trained_tokens": self.trained_tokens}
        checkpoint.write(path, {"kind": _KIND, **state, "run": self._identity()}, arrays)

    @classmethod
    def resume(
        cls,
        path: Path,
        base: Model,
        method: Method,
        train: Examples,
        valid: Examples | None,
        hyper: Hyperparameters,
        seed: int,
    ) -> TrainingRun:
        """Return the run saved at `path`, to go on as if it had never stopped.

        Raises FileNotFoundError, or ValueError for a file that is damaged or of another run.
        """
        run = cls(base, method, train, valid, hyper, seed)
        description, arrays = checkpoint.read(path, _KIND)
        if description.get("run") != run._identity():
            raise ValueError(f"{path.name} belongs to another run")
        run._restore(path, description, arrays)
        return run

    def _restore(self, path: Path, description: dict[str, Any], arrays: dict[str, Any]) -> None:
        for name, into in (
            ("weights", self.model.parameters.flat),
            ("mean", self._adam.mean),
            ("square", self._adam.square),
        ):
            vector = checkpoint.floats(arrays, name, path)
            if vector.shape != into.shape:
                raise ValueError(f"{path.name} is damaged: {name} has the wrong length")
            into[...] = vector
        try:
            self.step, self.trained_tokens = description["step"], description["trained_tokens"]
        except KeyError as error:
            raise ValueError(f"{path.name} is damaged: it lacks {error}") from error

    def _identity(self) -> dict[str, Any]:
        """Return what must agree for a saved state to be continued."""
        return {
            **self.model.describe(),
            "method": self._method,
            "hyperparameters": asdict(self._hyper),
            "seed": self._seed,
            "examples": self._fingerprint,
        }

    @functools.cached_property
    def _fingerprint(self) -> str:
        return self._train.fingerprint()

    def _train_on(self, chosen: Ints) -> Score:
        self._gradient.flat.fill(0)
        score = self._train.train(self.model.parameters, chosen.tolist(), self._gradient)
        optimizer.clip(self._gradient.flat)
        number = self.step + 1
        rate = optimizer.learning_rate(number, self.total_steps, self._peak)
        self._adam.update(self.model.parameters.flat, self._gradient.flat, number, rate)
        return score

    def _plan(self, epoch: int) -> list[Ints]:
        # From seed and epoch alone, so that a resumed run needs no generator's state.
        if self._planned[0] != epoch:
            rng = np.random.default_rng([self._seed, epoch])
            batch_size = self._hyper.batch_size
            self._planned = epoch, batches.plan_epoch(self._train.lengths, batch_size, rng)
        return self._planned[1]

    def _is_sample_step(self) -> bool:
        return self.step % max(1, self.total_steps // 20) == 0

    def _validate_all(self) -> Score | None:
        if self._valid is None:
            return None
        return self._valid.evaluate(self.model.parameters, range(len(self._valid.lengths)))

    def _validate_some(self, full: Score | None) -> Score | None:
        """Score a few validation examples, others each time; all of them if they are few."""
        if self._valid is None:
            return None
        count = len(self._valid.lengths)
        if count <= _SMALL_VALIDATION:
            return full or self._validate_all()
        rng = np.random.default_rng([self._seed, self.step, count])
        chosen = rng.choice(count, _SMALL_VALIDATION, replace=False)
        return self._valid.evaluate(self.model.parameters, chosen.tolist())


def _objective(
    method: Method, examples: Examples, base: Model, hyper: Hyperparameters
) -> Objective:
    if method == "dpo":
        return Preference(examples, base.parameters, 0.1 if hyper.beta is None else hyper.beta)
    return SupervisedObjective(examples)
