"""What can be done with jobs: make, make again, cancel, pause, look closer, chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from tui.core.text.text import one_line
from tui.screens.dialogs.confirm import Confirm
from tui.screens.jobs.detail import JobPane, shows_both
from tui.screens.jobs.draft import Draft, draft_for, draft_from_job, keep_form, kept_form
from tui.screens.jobs.job_curve import JobCurve
from tui.screens.jobs.writing import JobWriting
from tui.services.errors import InputError, NotOffered, ReadOnly, Refused

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job


class JobActions(JobWriting):
    """The commands of the Jobs screen."""

    selected: str | None

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._kept: Draft | None = None  # a form left without creating
        self._failed: tuple[str, str] | None = None  # the board's failure already shown

    def select(self, job_id: str) -> None:
        """Put the cursor on a job."""
        raise NotImplementedError

    # -- making ----------------------------------------------------------------------

    def action_new(self) -> None:
        """Fill in a form and create a job from it.

        Nothing is waited for before the form stands: keys typed ahead are meant for it, and
        left on this screen they would be commands.
        """
        if not self._may_create():
            return
        draft = draft_for(self.workspace.datasets.current)
        kept = self._kept_form()
        if kept is not None and (not draft.training or kept.training == draft.training):
            draft = kept
        self._open_form(draft)

    def _kept_form(self) -> Draft | None:
        """Return the form left without creating: in this session, or as the last one ended."""
        return self._kept or kept_form(self.workspace)

    def new_from(self, file_id: str) -> None:
        """Fill in a form that trains on an uploaded file."""
        if not self._may_create():
            return
        kept = self._kept_form()
        same = kept is not None and kept.training == file_id
        self._open_form(kept if kept is not None and same else Draft(training=file_id))

    def action_again(self) -> None:
        """Open the form as it was for the job under the cursor, with its seed and settings."""
        job = self.job
        if job is not None and self._may_create():
            self._open_form(draft_from_job(job, self.workspace.profile.terms))

    def _may_create(self) -> bool:
        profile = self.workspace.profile
        if profile.read_only:
            self.show_error(
                ReadOnly(
                    "Cannot create a job",
                    f"profile {profile.name} is marked read-only",
                    "Press F2 to choose another profile.",
                )
            )
        return not profile.read_only

    def _open_form(self, draft: Draft) -> None:
        from tui.screens.jobs.form import NewJob

        form = NewJob(self.workspace, draft)
        self.host.reached("create_form")

        def closed(job: Job | None) -> None:
            self._kept = form.draft if job is None else None
            if job is None:
                return
            keep_form(self.workspace, None)
            self.started.add(job.id)
            self.host.reached("created")
            self.clear_error()
            self.select(job.id)
            self.workspace.board.refresh()

        self.app.push_screen(form, closed)

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

    def action_levels(self) -> None:
        """Show fewer events, or all again."""
        pane = self.query_one(JobPane)
        if pane.view in {"checkpoints", "settings"} or not (
            pane.view == "events" or shows_both(self)
        ):
            pane.go_to("events")
        pane.next_filter()

    def action_measure(self) -> None:
        """Draw losses or accuracies."""
        self.query_one(JobCurve).next_measure()

    def action_log(self) -> None:
        """Switch the axis between linear and logarithmic."""
        self.query_one(JobCurve).toggle_log()

    def action_smooth(self) -> None:
        """Smooth the training line more, or not at all."""
        self.query_one(JobCurve).next_smoothing()

    def action_step_back(self) -> None:
        """Move the curve's cursor back."""
        self.query_one(JobCurve).move_cursor(-1)

    def action_step_on(self) -> None:
        """Move the curve's cursor on."""
        self.query_one(JobCurve).move_cursor(1)

    def action_zoom(self) -> None:
        """Draw the half around the cursor."""
        self.query_one(JobCurve).zoom_in()

    def action_zoom_out(self) -> None:
        """Draw all steps again, without a cursor."""
        self.query_one(JobCurve).zoom_out()

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

    def action_cancel(self) -> None:
        """Stop a job for good, after asking."""
        job = self.job
        if job is None:
            return
        if job.terminal:
            cause = f"job {job.id} has {_past(job.status)}"
            self.show_error(InputError("Nothing to cancel", cause, ""))
            return
        question = (
            f"Cancel {job.id} ({one_line(job.suffix or job.model, 40)})?\n"
            "It stops for good; the steps trained so far may be billed and make no model."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._cancel(job)

        self.app.push_screen(Confirm("Cancel job", question, "cancel the job"), answered)

    @work(group="act", exclusive=True, exit_on_error=False, description="cancel a job")
    async def _cancel(self, job: Job) -> None:
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


def _past(status: str) -> str:
    return {"cancelled": "been cancelled"}.get(status, status)
