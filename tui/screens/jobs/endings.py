"""Announce jobs that have ended, in the terminal's title too, and wait for their models."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import one_line
from tui.services.jobs.notifications import TITLE_BACK, notification, notification_kind, title
from tui.services.models.readiness import wait_until_ready

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.jobs_context import JobsContext
    from tui.services.jobs.polling.poller import PollerState

TOGETHER_S = 0.5
_WAITING = "the provider is still getting it ready."


def _not_there() -> str:
    return f"the provider does not know it yet; {key_hint('jobs.chat', 'tries')} all the same."


class JobEndings:
    """Tells of jobs that have ended since they were seen at work, or were made here."""

    def __init__(self, context: JobsContext) -> None:
        self.at_work: set[str] = set()  # jobs seen at work in this session
        self._context = context
        self._title_aside = False
        self._ended: list[Job] = []  # those not told of yet
        self._ready: list[str] = []  # models that have become ready and are not told of yet

    def take(self, state: PollerState) -> None:
        """Tell of the jobs that have ended."""
        started = self._context.started
        for job in state.jobs:
            if job.active:
                self.at_work.add(job.id)
            elif job.terminal and (job.id in self.at_work or job.id in started):
                if job.succeeded:
                    self._succeeded(job, mine=job.id in started)
                started.discard(job.id)
                self.at_work.discard(job.id)
                if not self._ended:  # those that end together are told of together
                    self._context.later(TOGETHER_S, self._tell_all)
                self._ended.append(job)

    def forget(self) -> None:
        """Forget which jobs were at work: those of another profile come."""
        self.at_work.clear()

    def _succeeded(self, job: Job, *, mine: bool) -> None:
        if mine:
            self._context.host.complete("succeeded")
        needed = self._context.workspace.api.deployments.next_step
        if job.fine_tuned_model and not needed(job.fine_tuned_model):
            self._context.run(
                partial(self._wait_for, job.id, job.fine_tuned_model),
                group="ready", description="wait for a model", exclusive=False,
            )  # fmt: skip

    def _tell_all(self) -> None:
        ended, self._ended = self._ended, []
        if len(ended) == 1:
            self._tell(ended[0])
            return
        counts = Counter(job.status for job in ended)
        told = ", ".join(f"{count} {one_line(status)}" for status, count in counts.items())
        text, good = f"{len(ended)} jobs have ended: {told}", set(counts) == {"succeeded"}
        (self._context.tell if good else self._context.warn)(text, seconds=10)
        self._tell_terminal(f"{'✓' if good else '✗'} {len(ended)} jobs ended", told)

    def _tell(self, job: Job) -> None:
        name = one_line(job.fine_tuned_model or job.suffix or job.id, 60)
        if job.succeeded:
            self._context.tell(f"Job is done: {name}")
        elif not self._context.looked_at:  # here the row and the pane say it, and go on saying it
            text = f"Job {name} ended: {job.status}. Jobs (3) says why."
            self._context.warn(text, seconds=10)
        glyph = "✓" if job.succeeded else "✗"
        self._tell_terminal(f"{glyph} {job.suffix or job.id} {job.status}", name)

    # -- the model made ----------------------------------------------------------------

    async def _wait_for(self, job_id: str, model: str) -> None:
        context, waited = self._context, False

        def wait() -> None:
            nonlocal waited
            waited = True
            context.ready[job_id] = _WAITING
            context.paint()

        there = await wait_until_ready(context.workspace.models, model, wait)
        if there:
            context.ready.pop(job_id, None)
        else:
            context.ready[job_id] = _not_there()
        context.paint()
        if there and waited:
            if not self._ready:
                context.later(TOGETHER_S, self._tell_ready)
            self._ready.append(model)

    def _tell_ready(self) -> None:
        models, self._ready = self._ready, []
        name = one_line(models[0], 60) if len(models) == 1 else f"{len(models)} models"
        self._context.tell(f"Ready to chat: {name}")

    # -- the terminal itself -----------------------------------------------------------

    def _tell_terminal(self, what: str, name: str) -> None:
        self._context.ring()
        work = partial(self._write_title, what, name)
        self._context.run(work, group="tell", description="tell the terminal", exclusive=False)

    async def _write_title(self, what: str, name: str) -> None:
        locations = self._context.workspace.locations
        kind = await asyncio.to_thread(notification_kind, locations, os.environ)
        aside = "" if self._title_aside else title(f"{what} · finetui")
        self._title_aside = True
        self._context.write_out(f"{aside}{notification(kind, 'finetui', f'{what}: {name}')}")

    def seen(self) -> None:
        """Put the terminal's title back: somebody looks."""
        if self._title_aside:
            self._title_aside = False
            self._context.write_out(TITLE_BACK)
