"""Find, among the jobs a provider lists, the one whose creation was never answered.

Its mark in the metadata is proof. Providers that do not give metadata back leave only what the
job is made of: the same training file, model and suffix, made at the time it was asked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from tui.core.jobs.jobs import Job

CLOCKS_APART_S = 60  # how far a provider's clock may be behind
MADE_WITHIN_S = 900  # how long after it was asked for a job may be made


@dataclass(frozen=True, slots=True)
class Match:
    """The job found; `sure` when its mark says so. `others` are ids of jobs just as likely.

    `job` is None when no job, or more than one, may be it.
    """

    job: Job | None = None
    sure: bool = False
    others: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """How sure it is that this is the job, in words; "" when there is none."""
        if self.job is None:
            return ""
        if self.sure:
            return "found by its mark"
        suffix = ", suffix" if self.job.suffix else ""
        at = time.strftime("%H:%M", time.localtime(self.job.created_at or 0))
        return f"very likely this one: same file, model{suffix}, made {at}"


def match(
    jobs: Sequence[Job],
    mark_of: Callable[[Job], str | None],
    nonce: str,
    request: Mapping[str, Any],
    asked_at: float,
    known: Collection[str] = (),
) -> Match:
    """Return which of `jobs` was asked for with `request` at a Unix time.

    `mark_of` reads the mark that a job carries, which is `nonce`, that of this request, or as
    much of its beginning as there was room for. Jobs whose ids are `known` came of other requests.
    """
    marks = [mark_of(job) for job in jobs]
    for job, mark in zip(jobs, marks, strict=True):
        if mark and nonce.startswith(mark):
            return Match(job, sure=True)
    if any(mark is not None for mark in marks):
        return Match()  # marks are given back here, and none is this one
    likely = [
        job
        for job in jobs
        if job.id not in known and not job.metadata and is_like(job, request, asked_at)
    ]
    if len(likely) == 1:
        return Match(likely[0])
    return Match(others=tuple(job.id for job in likely))


def is_like(job: Job, request: Mapping[str, Any], asked_at: float) -> bool:
    """Whether a job is made of what was asked for, about when that was asked."""
    made = job.created_at
    if made is None or not -CLOCKS_APART_S <= made - asked_at <= MADE_WITHIN_S:
        return False
    if not request.get("training_file") or job.training_file != request["training_file"]:
        return False
    if not _same_model(job.model, str(request.get("model", ""))):
        return False
    # What a provider does not repeat speaks neither for nor against.
    return all(
        not told or told == request.get(name)
        for name, told in (
            ("suffix", job.suffix),
            ("validation_file", job.validation_file),
            ("seed", job.seed if "seed" in request else None),
        )
    )


def _same_model(told: str, asked: str) -> bool:
    """Whether a model is the one asked for: some providers answer with its dated name."""
    return bool(asked) and (told == asked or told.startswith(f"{asked}-"))
