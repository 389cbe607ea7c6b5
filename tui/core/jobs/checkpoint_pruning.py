"""Which checkpoints of a job are the best, and which of the others may be deleted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tui.core.jobs.checkpoints import held_out
from tui.core.jobs.curves import loss_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tui.core.jobs.jobs import Checkpoint, Job


class Measure(StrEnum):
    """By what checkpoints are ranked; the value is what a command calls it."""

    VALID_LOSS = "valid_loss"
    VALID_ACCURACY = "valid_accuracy"
    TRAIN_LOSS = "train_loss"
    STEP = "step"  # the newest first

    @property
    def words(self) -> str:
        """Return it as people say it."""
        return {"step": "step, the newest first"}.get(self, self.replace("_", " "))

    def of(self, checkpoint: Checkpoint) -> float | None:
        """Return what it measured, None where that is not told."""
        metrics = checkpoint.metrics
        return {
            Measure.VALID_LOSS: held_out(checkpoint),
            Measure.VALID_ACCURACY: metrics.full_valid_accuracy
            if metrics.valid_accuracy is None
            else metrics.valid_accuracy,
            Measure.TRAIN_LOSS: metrics.train_loss,
            Measure.STEP: None if checkpoint.step is None else float(checkpoint.step),
        }[self]

    def rank(self, value: float) -> float:
        """Return what to sort by, the best first."""
        return value if self in {Measure.VALID_LOSS, Measure.TRAIN_LOSS} else -value

    def value_words(self, value: float | None) -> str:
        """Return what was measured, for a column."""
        if value is None:
            return "–"
        return f"{int(value):,}" if self is Measure.STEP else loss_words(value)


@dataclass(frozen=True, slots=True)
class JudgedCheckpoint:
    """A checkpoint, and why it stays; `stays` is empty for one that may go."""

    checkpoint: Checkpoint
    job_id: str
    value: float | None
    stays: str = ""

    @property
    def id(self) -> str:
        """What it is deleted by: the model it is."""
        return self.checkpoint.model or ""

    def line(self, measure: Measure) -> str:
        """Return it in a line."""
        told = measure.value_words(self.value)
        step = "–" if self.checkpoint.step is None else f"{self.checkpoint.step:,}"
        value = "" if measure is Measure.STEP else f"  {measure.words} {told}"
        return f"step {step}{value}"

    def to_json(self) -> dict[str, Any]:
        """Return what is known of it as JSON values."""
        point = self.checkpoint
        return {
            "id": self.id or None,
            "checkpoint": point.id,
            "job": self.job_id,
            "step": point.step,
            "created": point.created_at,
            "value": self.value,
            "stays": self.stays or None,
        }


@dataclass(frozen=True, slots=True)
class InUse:
    """What speaks against deleting checkpoints, by the names of the models they are."""

    deployed: Mapping[str, str]  # what serves it
    trained_on: Mapping[str, str]  # the job that goes on from it and has not ended
    gone: Collection[str]  # deleted from here already


def best_measure(checkpoints: Sequence[Checkpoint]) -> Measure | None:
    """Return by what they can be ranked without being asked: only what was held out tells."""
    for measure in (Measure.VALID_LOSS, Measure.VALID_ACCURACY):
        if any(measure.of(one) is not None for one in checkpoints):
            return measure
    return None


def judge(
    job: Job, checkpoints: Sequence[Checkpoint], keep: int, measure: Measure, used: InUse
) -> list[JudgedCheckpoint]:
    """Return all checkpoints of a job, the best first, with why each stays, if it does.

    The best `keep` stay, and what nobody can tell to be worse. The job's own model is not among
    those that are counted.
    """
    own = {job.fine_tuned_model} - {None}
    there = [one for one in checkpoints if one.model not in used.gone]
    values = [(one, measure.of(one)) for one in there]
    ranked = sorted(
        values, key=lambda pair: (pair[1] is None, measure.rank(pair[1] or 0.0), pair[0].id)
    )
    judged, best = [], 0
    for one, value in ranked:
        stays = _why_kept(one, value, own, used, measure, ended=job.terminal)
        if not stays and best < keep:
            best += 1
            stays = "the best" if keep == 1 else f"number {best} of the best {keep}"
        judged.append(JudgedCheckpoint(one, job.id, value, stays))
    return judged


def _why_kept(
    one: Checkpoint,
    value: float | None,
    own: Collection[str | None],
    used: InUse,
    measure: Measure,
    *,
    ended: bool,
) -> str:
    """Return why a checkpoint stays whatever it has measured, empty for no reason."""
    name = one.model or ""
    reasons = (
        (not name, "it is not a model of its own: there is nothing to delete"),
        (not ended, "the job has not ended"),
        (name in own, "it is the job's model"),
        (value is None, f"its {measure.words.partition(',')[0]} is not told"),
        (name in used.deployed, f"it is deployed as {used.deployed.get(name, '')}"),
        (name in used.trained_on, f"job {used.trained_on.get(name, '')} trains on it"),
    )
    return next((why for holds, why in reasons if holds), "")
