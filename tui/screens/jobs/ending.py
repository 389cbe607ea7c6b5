"""When a job ends: it is told, outside too, and its model asked for until it is there."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from typing import TYPE_CHECKING, Literal

from textual import work

from tui.core.text.text import one_line
from tui.screens.base import ModeScreen
from tui.services.errors import InputError
from tui.services.jobs.notifications import TITLE_BACK, notification, notification_kind, title
from tui.services.models.readiness import wait_until_ready

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job

TOGETHER_S = 0.5
_WAITING = "the provider is still getting it ready."
_NOT_THERE = "the provider does not know it yet; c tries all the same."


class JobEnding(ModeScreen):
    """The part of the Jobs screen that tells of jobs that have ended."""

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.started: set[str] = set()  # jobs made in this session that have not ended
        self.ready: dict[str, str] = {}  # what is known of a model that is not there yet, by job
        self._at_work: set[str] = set()  # jobs seen at work in this session
        self._title_aside = False
        self._ended: list[Job] = []  # those not told of yet
        self._ready_now: list[str] = []  # models that have become ready and are not told of yet

    def tell_ended(self, jobs: tuple[Job, ...]) -> None:
        """Tell of jobs that have ended since they were seen at work, or were made here."""
        for job in jobs:
            if not job.terminal:
                if job.active:
                    self._at_work.add(job.id)
            elif job.id in self._at_work or job.id in self.started:
                mine = job.id in self.started
                self.started.discard(job.id)
                self._at_work.discard(job.id)
                if job.succeeded:
                    self._succeeded(job, mine=mine)
                if not self._ended:  # those that end together are told of together
                    self.set_timer(TOGETHER_S, self._tell_all)
                self._ended.append(job)

    def _succeeded(self, job: Job, *, mine: bool) -> None:
        if mine:
            self.host.reached("succeeded")
        if job.fine_tuned_model:
            self._get_ready(job.id, job.fine_tuned_model)

    def _tell_all(self) -> None:
        ended, self._ended = self._ended, []
        if len(ended) == 1:
            self._tell(ended[0])
            return
        counts = Counter(job.status for job in ended)
        told = ", ".join(f"{count} {one_line(status)}" for status, count in counts.items())
        text = f"{len(ended)} jobs have ended: {told}"
        severity: Literal["information", "warning"] = (
            "information" if set(counts) == {"succeeded"} else "warning"
        )
        self.notify(text, severity=severity, timeout=10, markup=False)
        self.app.bell()
        glyph = "✓" if set(counts) == {"succeeded"} else "✗"
        self._tell_terminal(f"{glyph} {len(ended)} jobs ended", told)

    def _tell(self, job: Job) -> None:
        name = one_line(job.fine_tuned_model or job.suffix or job.id, 60)
        if job.succeeded:
            self.notify(f"Job is done: {name}", markup=False)
        elif not self.is_current:  # here the row and the pane say it, and go on saying it
            text = f"Job {name} ended: {job.status}. Jobs (3) says why."
            self.notify(text, severity="warning", timeout=10, markup=False)
        glyph = "✓" if job.succeeded else "✗"
        self.app.bell()
        self._tell_terminal(f"{glyph} {job.suffix or job.id} {job.status}", name)

    # -- the model made --------------------------------------------------------------

    @work(group="ready", exit_on_error=False, description="wait for a model")
    async def _get_ready(self, job_id: str, model: str) -> None:
        models, waited = self.workspace.models, False

        def wait() -> None:
            nonlocal waited
            waited = True
            self.ready[job_id] = _WAITING
            self.refresh_job()

        there = await wait_until_ready(models, model, wait)
        if there:
            self.ready.pop(job_id, None)
        else:
            self.ready[job_id] = _NOT_THERE
        self.refresh_job()
        if there and waited:
            if not self._ready_now:
                self.set_timer(TOGETHER_S, self._tell_ready)
            self._ready_now.append(model)

    def _tell_ready(self) -> None:
        models, self._ready_now = self._ready_now, []
        name = one_line(models[0], 60) if len(models) == 1 else f"{len(models)} models"
        self.notify(f"Ready to chat: {name}", markup=False)

    def refresh_job(self) -> None:
        """Say anew where the selected job stands."""
        raise NotImplementedError

    # -- the terminal itself ---------------------------------------------------------

    @work(group="tell", exit_on_error=False, description="tell the terminal")
    async def _tell_terminal(self, what: str, name: str) -> None:
        locations = self.workspace.locations
        kind = await asyncio.to_thread(notification_kind, locations, os.environ)
        aside = "" if self._title_aside else title(f"{what} · finetui")
        self._title_aside = True
        self._write_out(f"{aside}{notification(kind, 'finetui', f'{what}: {name}')}")

    def seen(self) -> None:
        """Put the terminal's title back: somebody looks."""
        if self._title_aside:
            self._title_aside = False
            self._write_out(TITLE_BACK)

    def _write_out(self, sequence: str) -> None:
        driver = self.app._driver  # noqa: SLF001 - Textual's own bell goes through it too
        if driver is not None and sequence and not self.app.is_headless:
            driver.write(sequence)


def unwritten(path: object, error: OSError) -> InputError:
    """Return the error for a file that could not be written."""
    return InputError("Not written", f"{path}: {error.strerror or error}", "Choose another place.")
