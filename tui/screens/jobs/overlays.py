"""The jobs drawn over the curve of the one selected: up to four, each by a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.jobs.job_curve import LETTERS, Overlay

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.jobs.jobs import Job
    from tui.core.jobs.metrics import Metrics
    from tui.services.jobs.poller import JobBoard, JobDetail


class Overlays:
    """Keeps the marked jobs watched and what their steps measured; `changed` is told of news."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._letters: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._metrics: dict[str, tuple[Metrics, ...]] = {}
        self._leave: dict[str, Callable[[], None]] = {}

    def letter(self, job_id: str) -> str:
        """Return the letter of a marked job, an empty text for others."""
        return self._letters.get(job_id, "")

    def toggle(self, job: Job, board: JobBoard) -> bool:
        """Mark a job, or mark it no more; False when all letters are taken."""
        if job.id in self._letters:
            self._drop(job.id)
            self._changed()
            return True
        free = [letter for letter in LETTERS if letter not in self._letters.values()]
        if not free:
            return False
        self._letters[job.id] = free[0]
        self._names[job.id] = job.suffix or job.id[-6:]
        self._leave[job.id] = board.watch(job.id, self._take)
        self._changed()
        return True

    def shown(self, selected: str | None) -> tuple[Overlay, ...]:
        """Return what to draw over the selected job, by letter."""
        found = (
            Overlay(letter, self._names[job_id], self._metrics.get(job_id, ()))
            for job_id, letter in self._letters.items()
            if job_id != selected
        )
        return tuple(sorted(found, key=lambda overlay: overlay.letter))

    def pause(self) -> None:
        """Watch nothing while nobody sees it; the marks stay."""
        for leave in self._leave.values():
            leave()
        self._leave.clear()

    def resume(self, board: JobBoard) -> None:
        """Watch the marked jobs again."""
        for job_id in self._letters.keys() - self._leave.keys():
            self._leave[job_id] = board.watch(job_id, self._take)

    def clear(self) -> None:
        """Mark none."""
        self.pause()
        for table in (self._letters, self._names, self._metrics):
            table.clear()

    def _drop(self, job_id: str) -> None:
        if (leave := self._leave.pop(job_id, None)) is not None:
            leave()
        for table in (self._letters, self._names, self._metrics):
            table.pop(job_id, None)

    def _take(self, detail: JobDetail) -> None:
        if detail.job is not None and detail.metrics != self._metrics.get(detail.job.id):
            self._metrics[detail.job.id] = detail.metrics
            self._changed()
