"""Open the form of a new job: for the open dataset, an uploaded file, or like an earlier job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_of
from tui.dispatch import handles
from tui.screens.jobs.form.first_draft import Draft, draft_again, draft_for, keep_form, kept_form
from tui.screens.not_offered import no_tuning, otherwise
from tui.services.errors import InputError, NotOffered, ReadOnly

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.jobs_context import JobsContext


class JobMaking:
    """Opens the form of a new job; `select` puts the cursor on the job made."""

    def __init__(self, context: JobsContext, select: Callable[[str], None]) -> None:
        self._context = context
        self._select = select
        self._kept: dict[str, Draft] = {}  # forms left without creating, by profile

    @handles("jobs.new")
    def new(self) -> None:
        """Fill in a form and create a job from it.

        Nothing is waited for before the form stands: keys typed ahead are meant for it, and
        left on this screen they would be commands.
        """
        if not self._may_create():
            return
        draft = draft_for(self._context.workspace.datasets.current)
        kept = self._kept_form()
        if kept is not None and (not draft.training or kept.training == draft.training):
            draft = kept
        self._open_form(draft)

    def new_from(self, what: str | Draft, left: Callable[[], None]) -> None:
        """Open a form that trains on an uploaded file, or one as another mode has filled it in.

        `left` is called once the form is left without a job.
        """
        if not self._may_create():
            return
        if isinstance(what, Draft):
            self._open_form(what, left)
            return
        kept = self._kept_form()
        same = kept is not None and kept.training == what
        self._open_form(kept if kept is not None and same else Draft(training=what), left)

    @handles("jobs.again")
    def again(self) -> None:
        """Open the form as it was for the job under the cursor, with its seed and settings."""
        job = self._context.job
        if job is not None and self._may_create():
            self._open_form(draft_again(job, self._context.workspace.profile.terms))

    def _kept_form(self) -> Draft | None:
        """Return the form left without creating: in this session, or as the last one ended."""
        workspace = self._context.workspace
        name = workspace.profile.name
        return self._kept.get(name) or kept_form(workspace.typed, name)

    def _may_create(self) -> bool:
        profile = self._context.workspace.profile
        if isinstance(self._context.state.failure, NotOffered):
            self._context.show_error(
                InputError("Cannot create a job", no_tuning(profile.name), otherwise())
            )
            return False
        if profile.read_only:
            self._context.show_error(
                ReadOnly(
                    "Cannot create a job",
                    f"profile {profile.name} is marked read-only",
                    f"Press {key_of('app.profile')} to choose another profile.",
                )
            )
        return not profile.read_only

    def _open_form(self, draft: Draft, left: Callable[[], None] = lambda: None) -> None:
        from tui.screens.jobs.form import NewJob

        context = self._context
        form = NewJob(context.workspace, draft)
        profile = context.workspace.profile.name
        context.host.complete("create_form")

        def closed(job: Job | None) -> None:
            self._kept.pop(profile, None)
            if job is None:
                self._kept[profile] = form.draft
                left()
                return
            keep_form(context.workspace.typed, context.workspace.profile.name, None)
            context.started.add(job.id)
            context.host.complete("created")
            context.clear_error()
            self._select(job.id)
            context.poller.refresh()

        context.open(form, closed)
