"""Cancel, pause and resume jobs at the provider."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.confirm import Confirm
from tui.services.errors import NotOffered, Refused

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.jobs_context import JobsContext


class JobControl:
    """Cancels, pauses and resumes the job under the cursor."""

    def __init__(self, context: JobsContext) -> None:
        self._context = context

    @handles("jobs.cancel")
    def ask_to_cancel(self) -> None:
        """Stop a job for good, after asking."""
        job = self._context.job
        if job is None:
            return
        question = (
            f"Cancel {job.id} ({one_line(job.suffix or job.model, 40)})?\n"
            "It stops for good; the steps trained so far may be billed and make no model."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                work = partial(self._cancel, job)
                self._context.run(work, group="act", description="cancel a job")

        self._context.open(Confirm("Cancel job", question, "cancel the job"), answered)

    async def _cancel(self, job: Job) -> None:
        await self._context.service.cancel(job.id)
        self._context.poller.refresh()

    @handles("jobs.pause", group="act")
    async def pause_or_resume(self) -> None:
        """Pause a running job, or let a paused one go on."""
        job = self._context.job
        if job is None:
            return
        jobs = self._context.service
        try:
            await (jobs.resume(job.id) if job.status == "paused" else jobs.pause(job.id))
        except Refused as error:
            if isinstance(error, NotOffered) or (error.status == 404 and not error.code):
                name = self._context.workspace.profile.name
                raise NotOffered(
                    "Pausing is not offered here",
                    error.cause,
                    (
                        f"{name} has no such feature; {key_hint('jobs.cancel', 'cancels')} the job "
                        "for good."
                    ),
                    status=error.status,
                ) from error
            raise
        self._context.poller.refresh()


def ended_words(status: str) -> str:
    """Return what a job that has ended has done, after "has"."""
    return {"cancelled": "been cancelled"}.get(status, status)
