"""What can be done with jobs: make, cancel, pause, export, chat."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from textual import work

from tui.core.text import one_line
from tui.screens.base import ModeScreen
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.jobs.detail import JobPane
from tui.screens.jobs.draft import Draft, draft_for
from tui.services.errors import InputError, NotOffered, ReadOnly, Refused, ServiceError

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.jobs import Job


class JobActions(ModeScreen):
    """The commands of the Jobs screen."""

    selected: str | None

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.started: set[str] = set()  # jobs made in this session that have not ended
        self._kept: Draft | None = None  # a form left without creating
        self._failed: tuple[str, str] | None = None  # the board's failure already shown

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        raise NotImplementedError

    def select(self, job_id: str) -> None:
        """Put the cursor on a job."""
        raise NotImplementedError

    # -- making ----------------------------------------------------------------------

    def action_new(self) -> None:
        """Fill in a form and create a job from it.

        Nothing is waited for before the form stands: keys typed ahead are meant for it, and
        left on this screen they would be commands.
        """
        from tui.screens.jobs.form import NewJob

        profile = self.workspace.profile
        if profile.read_only:
            self.show_error(
                ReadOnly(
                    "Cannot create a job",
                    f"profile {profile.name} is marked read-only",
                    "Press F2 to choose another profile.",
                )
            )
            return
        draft = draft_for(self.workspace.datasets.current)
        if self._kept is not None and self._kept.training == draft.training:
            draft = self._kept
        form = NewJob(self.workspace, draft)
        self.host.reached("create_form")

        def closed(job: Job | None) -> None:
            self._kept = form.draft if job is None else None
            if job is None:
                return
            self.started.add(job.id)
            self.host.reached("created")
            self.clear_error()
            self.select(job.id)
            self.workspace.board.refresh()

        self.app.push_screen(form, closed)

    def tell_ended(self, jobs: tuple[Job, ...]) -> None:
        """Tell of jobs made in this session that have ended."""
        for job in jobs:
            if job.id not in self.started or not job.terminal:
                continue
            self.started.discard(job.id)
            name = one_line(job.fine_tuned_model or job.suffix or job.id, 60)
            if job.succeeded:
                self.host.reached("succeeded")
                self.notify(f"Job is done: {name}", markup=False)
            elif not self.is_current:  # here the row and the pane say it, and go on saying it
                text = f"Job {name} ended: {job.status}. Jobs (3) says why."
                self.notify(text, severity="warning", timeout=10, markup=False)

    # -- looking ---------------------------------------------------------------------

    def action_refresh(self) -> None:
        """Ask the provider now."""
        self.clear_error()
        self._failed = None
        self.workspace.board.refresh()

    def action_events(self) -> None:
        """Show the next view of the job."""
        pane = self.query_one(JobPane)
        inside = self.focused is not None and pane in self.focused.ancestors
        pane.next_view()
        if inside:
            pane.reader().focus()

    def action_chat(self) -> None:
        """Chat with the model the job has made."""
        job = self.job
        if job is None:
            return
        if job.fine_tuned_model is None:
            next_step = "Wait until it has succeeded." if job.active else "Choose another job."
            self.show_error(InputError("No model yet", f"job {job.id} is {job.status}", next_step))
            return
        self.host.reached("chat")
        self.host.chat_with(job.fine_tuned_model)

    # -- ending and pausing ----------------------------------------------------------

    @work(group="act", exclusive=True, exit_on_error=False, description="cancel a job")
    async def action_cancel(self) -> None:
        """Stop a job for good, after asking."""
        job = self.job
        if job is None:
            return
        if job.terminal:
            raise InputError("Nothing to cancel", f"job {job.id} has {_past(job.status)}", "")
        question = (
            f"Cancel {job.id} ({one_line(job.suffix or job.model, 40)})?\n"
            "It stops for good; the steps trained so far may be billed and make no model."
        )
        if await self.app.push_screen_wait(Confirm("Cancel job", question, "cancel the job")):
            await self.workspace.jobs.cancel(job.id)
            self.workspace.board.refresh()

    @work(group="act", exclusive=True, exit_on_error=False, description="pause or resume a job")
    async def action_pause(self) -> None:
        """Pause a running job, or let a paused one go on."""
        job = self.job
        if job is None:
            return
        if job.terminal:
            raise InputError("Nothing to pause", f"job {job.id} has {_past(job.status)}", "")
        jobs = self.workspace.jobs
        try:
            await (jobs.resume(job.id) if job.status == "paused" else jobs.pause(job.id))
        except Refused as error:
            if isinstance(error, NotOffered) or (error.status == 404 and not error.code):
                name = self.workspace.profile.name
                raise NotOffered(
                    "Pausing is not offered here",
                    error.cause,
                    f"{name} has no such feature; d cancels the job for good.",
                    status=error.status,
                ) from error
            raise
        self.workspace.board.refresh()

    # -- the result ------------------------------------------------------------------

    @work(group="result", exclusive=True, exit_on_error=False, description="export a result")
    async def action_result(self) -> None:
        """Write the result file of a job as CSV."""
        job = self.job
        if job is None:
            return
        if not job.result_files:
            raise InputError(
                "No result yet",
                f"job {job.id} is {job.status} and lists no result file",
                "It comes with a job that has succeeded.",
            )
        name = re.sub(r"[^\w.-]", "-", f"{job.suffix or 'job'}-{job.id[-8:]}.csv")
        dialog = PathDialog("Write the result as CSV", value=name, must_exist=False)
        path = await self.app.push_screen_wait(dialog)
        if path is None:
            return
        if await asyncio.to_thread(path.exists):
            question = Confirm("The file exists", f"Replace {short_path(path)}?", "replace")
            if not await self.app.push_screen_wait(question):
                return
        text = await self.workspace.jobs.result_csv(job.id)
        await asyncio.to_thread(_write, path, text)
        self.notify(f"Wrote {short_path(path)}", markup=False)


def _write(path: Path, text: str) -> None:
    from tui.services.datasets.saving import write_atomically

    try:
        write_atomically(path, [text.encode()])
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> ServiceError:
    return InputError("Not written", f"{path}: {error.strerror or error}", "Choose another place.")


def _past(status: str) -> str:
    return {"cancelled": "been cancelled"}.get(status, status)
