"""The jobs drawn over the curve of the one selected: up to four, each by a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.jobs.job_curve import LETTERS, Overlay
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.jobs.jobs import Job
    from tui.core.jobs.metrics import Metrics
    from tui.screens.jobs.jobs_context import JobsContext
    from tui.services.jobs.polling.poller import JobDetail


class Overlays:
    """Watches the marked jobs and keeps what their steps measured."""

    def __init__(self, context: JobsContext) -> None:
        self._context = context
        self._letters: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._metrics: dict[str, tuple[Metrics, ...]] = {}
        self._leave: dict[str, Callable[[], None]] = {}
        self._of_last_time: list[str] = []  # the jobs marked then, until they are listed

    def remembered(self) -> list[str] | None:
        """Return the ids of the jobs marked, by letter; None while they are not listed yet."""
        if self._of_last_time:
            return None
        return sorted(self._letters, key=self._letters.__getitem__)

    def come_back(self, marked: object) -> None:
        """Mark the jobs of the last time, once they are listed."""
        if isinstance(marked, list):
            self._of_last_time = [one for one in marked if isinstance(one, str)]

    def listed(self) -> None:
        """Mark what was marked the last time, of the jobs that are listed now."""
        jobs = {job.id: job for job in self._context.jobs}
        if jobs and self._of_last_time:
            marked, self._of_last_time = self._of_last_time, []
            for job in (jobs[one] for one in marked if one in jobs):
                self._add(job)

    @handles("jobs.mark")
    def mark(self) -> None:
        """Draw this job over the curves of the others, or not any more."""
        job = self._context.job
        if job is None:
            return
        if job.id in self._letters:
            self._drop(job.id)
        elif not self._add(job):
            cause = "four jobs are drawn over the others already"
            raise InputError("Not marked", cause, "Unmark one with space first.")
        self._context.paint()

    def letter(self, job_id: str) -> str:
        """Return the letter of a marked job, an empty text for others."""
        return self._letters.get(job_id, "")

    def shown(self, selected: str | None) -> tuple[Overlay, ...]:
        """Return what to draw over the selected job, by letter."""
        found = (
            Overlay(letter, self._names[job_id], self._metrics.get(job_id, ()))
            for job_id, letter in self._letters.items()
            if job_id != selected
        )
        return tuple(sorted(found, key=lambda overlay: overlay.letter))

    def suspend(self) -> None:
        """Watch nothing while nobody sees it; the marks stay."""
        for leave in self._leave.values():
            leave()
        self._leave.clear()

    def resume(self) -> None:
        """Watch the marked jobs again."""
        for job_id in self._letters.keys() - self._leave.keys():
            self._leave[job_id] = self._context.poller.watch(job_id, self._take)

    def clear(self) -> None:
        """Mark none."""
        self.suspend()
        self._of_last_time = []
        for table in (self._letters, self._names, self._metrics):
            table.clear()

    def _add(self, job: Job) -> bool:
        """Mark a job; False when all letters are taken."""
        free = [letter for letter in LETTERS if letter not in self._letters.values()]
        if not free:
            return False
        self._letters[job.id] = free[0]
        self._names[job.id] = job.suffix or job.id[-6:]
        self._leave[job.id] = self._context.poller.watch(job.id, self._take)
        return True

    def _drop(self, job_id: str) -> None:
        if (leave := self._leave.pop(job_id, None)) is not None:
            leave()
        for table in (self._letters, self._names, self._metrics):
            table.pop(job_id, None)

    def _take(self, detail: JobDetail) -> None:
        if detail.job is not None and detail.metrics != self._metrics.get(detail.job.id):
            self._metrics[detail.job.id] = detail.metrics
            self._context.paint()
