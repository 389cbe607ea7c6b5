"""How long jobs stay in a status, beside how long they usually do."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.jobs.jobs import Event, Job

FEWEST = 2  # stays before anything is called usual
BEFORE_WORK = frozenset({"validating_files", "queued", "pending", "created"})
_STARTED = ("fine-tuning job started", "training started", "job started")
WHOLE = "whole"  # from creation to the end, of jobs that succeeded


@dataclass(frozen=True, slots=True)
class Usual:
    """The median seconds by (status, base model), and by (status, "") whatever the model."""

    medians: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of(self, status: str, model: str) -> float | None:
        """Return the usual seconds in a status for a base model, None while too little is known."""
        found = self.medians.get((status, model))
        return self.medians.get((status, "")) if found is None else found


def usual(stays: Iterable[tuple[str, str, float]], jobs: Iterable[Job] = ()) -> Usual:
    """Return the medians of stays given as (status, base model, seconds), and of whole jobs."""
    found: dict[tuple[str, str], list[float]] = {}

    def add(status: str, model: str, seconds: float) -> None:
        for key in {(status, model), (status, "")}:
            found.setdefault(key, []).append(seconds)

    for status, model, seconds in stays:
        add(status, model, seconds)
    for job in jobs:
        if job.succeeded and job.finished_at is not None and job.created_at is not None:
            add(WHOLE, job.model, max(job.finished_at - job.created_at, 0))
    return Usual({key: median(times) for key, times in found.items() if len(times) >= FEWEST})


def entered(job: Job, events: Iterable[Event] = (), seen: float | None = None) -> float | None:
    """Return when (Unix seconds) a job came into its status, as far as that can be told.

    `seen` is when the change was seen; else a running job's events tell, and what has not begun
    yet waits since it was made.
    """
    if seen is not None:
        return seen
    if job.terminal:
        return job.finished_at
    if job.status in BEFORE_WORK:
        return job.created_at
    if job.status == "running":
        return next(
            (
                event.created_at
                for event in events
                if event.created_at is not None and event.message.lower().startswith(_STARTED)
            ),
            None,
        )
    return None
