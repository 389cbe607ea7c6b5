"""The progress of a job, estimated from the steps measured."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tui.core.jobs.curves import seconds_left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.jobs.jobs import Event, Job
    from tui.core.jobs.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Progress:
    """The last step of how many, the last losses, and when (Unix seconds) it should be done.

    `valid` is the last loss over the whole validation file, or else over a batch of it.
    """

    step: int | None = None
    total: int | None = None
    loss: float | None = None
    valid: float | None = None
    finish: float | None = None

    @property
    def words(self) -> str:
        """The step of the total, such as "120/360"."""
        if self.step is None:
            return ""
        return f"{self.step}/{self.total}" if self.total else str(self.step)

    @property
    def share(self) -> float | None:
        """The part of the steps that is done, from 0 to 1."""
        if self.step is None or not self.total:
            return None
        return min(self.step / self.total, 1.0)


def progress_of(metrics: Sequence[Metrics], events: Sequence[Event] = ()) -> Progress:
    """Return where a job has got to: its metrics by step, its events oldest first."""
    if not metrics:
        return Progress()
    back = metrics[::-1]
    total = next((m.total_steps for m in back if m.total_steps), None)
    # That over the whole file where there is one, as the reading of the curves has it.
    full = (m.full_valid_loss for m in back)
    valid = chain(full, (m.valid_loss for m in back))
    return Progress(
        metrics[-1].step,
        total,
        next((m.train_loss for m in back if m.train_loss is not None), None),
        next((loss for loss in valid if loss is not None), None),
        _finish(events, total),
    )


def _finish(events: Sequence[Event], total: int | None) -> float | None:
    """Return when the steps are done at the pace they have had so far."""
    reached = [e for e in events if e.created_at is not None and _step(e) is not None]
    if len(reached) < 2:
        return None
    ends = [(float(e.created_at or 0), _step(e) or 0) for e in (reached[0], reached[-1])]
    at = ends[-1][0]
    left = seconds_left(ends, total, at)
    return None if left is None else at + left


def _step(event: Event) -> int | None:
    return None if event.metrics is None else event.metrics.step


def percent_words(job: Job) -> str:
    """Return how much of a job at work is done in the provider's words: "42 %", or nothing."""
    return f"{job.percent:.0f} %" if job.percent is not None and job.active else ""
