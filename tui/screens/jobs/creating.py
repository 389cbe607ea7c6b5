"""From a filled-in form to a job: questions, upload, creation; never two jobs for one press."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Input, Static

from tui.core.provider.transfers import transfer_words
from tui.core.text.text import one_line, plural, visible
from tui.dispatch import handles
from tui.screens.dialogs.confirm import Confirm, GoOn
from tui.screens.host import host_of
from tui.screens.jobs.asking import Asking
from tui.services.errors import Refused
from tui.services.jobs.creation import JobCreation, refuse_changed, training_closed
from tui.services.jobs.spending import AboveBudget
from tui.widgets.error_panel import ErrorPanel

if TYPE_CHECKING:
    from textual.widget import Widget
    from textual.worker import Worker

    from tui.core.jobs.jobs import Job
    from tui.core.jobs.match import Match
    from tui.core.provider.transfers import Progress
    from tui.services.errors import ServiceError
    from tui.services.jobs.creation import Consent
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight import Preflight, Source
    from tui.services.workspace import Workspace

WORK = "create-job"
_FINDING = "waiting for the models of {}; the job is created when they are there. esc stops"


class Creating(Asking):
    """The part of the form that acts. Subclasses give `draft`, `say` and `show_error`."""

    def __init__(self, title: str, workspace: Workspace) -> None:
        super().__init__(title, workspace)
        self._stage = ""  # what is being done: "", "asking", "uploading" or "creating"
        self._worker: Worker[None] | None = None
        self._was_lost = False
        self.left: Widget | None = None  # where the focus was before it was taken
        self.finding_model = False  # a model to begin with is being looked for
        self._create_when_found = False  # ctrl+s was pressed meanwhile
        self._sure = ""  # how sure it is that a job whose answer was lost was found
        self._creation = JobCreation(
            workspace,
            on_upload=self._uploading,
            on_lost=self._lost,
            on_found=self._found_again,
            before_asking=self._about_to_ask,
        )
        # Clear while a question about stopping is open: nothing is created behind it.
        self._settled = asyncio.Event()
        self._settled.set()

    @property
    def draft(self) -> Draft:
        """What stands in the form."""
        raise NotImplementedError

    def say(self, field: str, problem: str) -> None:
        """Show what is wrong with a field."""
        raise NotImplementedError

    def go_to(self, field: str) -> None:
        """Put the focus on a field."""
        raise NotImplementedError

    def show_error(self, error: BaseException) -> None:
        """Show an error and leave everything as it is typed."""
        raise NotImplementedError

    # -- keys ------------------------------------------------------------------------

    @handles("job_form.create")
    def start(self) -> None:
        """Create the job, unless that is going on already or something typed is wrong."""
        if self._stage:
            return
        problems = self.draft.problems(self.workspace.profile.terms)
        if set(problems) == {"model"} and self.finding_model:
            self._create_when_found = True
            self._tell(_FINDING.format(self.workspace.profile.name))
            return
        for field, problem in problems.items():
            self.say(field, problem)
        if problems:
            self.go_to(next(iter(problems)))
            return
        self.hide_error()
        self._at("asking", "looking at the files…")
        self._worker = self._create(self.draft)

    @handles("dialog.cancel")
    def cancel(self) -> None:
        """Close the error, else the form; while it uploads, ask first."""
        if self.hide_error():
            return
        if self._create_when_found:
            self._create_when_found = False
            self._tell("")
        elif not self._stage:
            self.dismiss(None)
        elif self._stage == "creating":
            self._tell("The job is being asked for: wait for the answer, it takes seconds.")
        else:
            self._ask_to_stop()

    def model_found(self) -> None:
        """Do what was asked for while the model was looked for."""
        self.finding_model = False
        if self._create_when_found:
            self._create_when_found = False
            self._tell("")
            self.start()

    def hide_error(self) -> bool:
        """Close the error, if one is shown; tells whether there was."""
        panel = self.query_one(ErrorPanel)
        panel.can_focus = False
        return panel.hide()

    @work(group="stop", exclusive=True, exit_on_error=False, description="ask about stopping")
    async def _ask_to_stop(self) -> None:
        self._settled.clear()
        try:
            question = "Stop? Nothing has been created; what is typed stays in the form."
            stop = await self.app.push_screen_wait(Confirm("Stop", question, "stop", "go on"))
        finally:
            self._settled.set()
        if stop and self._worker is not None and self._stage in {"asking", "uploading"}:
            self._worker.cancel()

    # -- doing it --------------------------------------------------------------------

    @work(group="create", exit_on_error=False, description="create the job")
    async def _create(self, draft: Draft) -> None:
        job: Job | None = None
        try:
            agreed = await self.may_go_on(draft)
            if agreed is not None:
                job = await self._upload_and_create(draft, *agreed)
        except Refused as error:
            if training_closed(error):
                self._offer_deletion()
            raise
        finally:
            self._at("", "")
        if job is not None:
            if self._was_lost:
                how = f" ({self._sure})" if self._sure else ""
                text = f"The answer was lost on the way; the job exists, once: {job.id}{how}"
                self.notify(one_line(text, 200), timeout=10, markup=False)
            self.dismiss(job)

    async def _upload_and_create(self, draft: Draft, agreed: Preflight, consent: Consent) -> Job:
        # As it stands on disk after the questions: they may have been open for long.
        found = await self.preflight.look(draft)
        refuse_changed(agreed, found)
        names = " and ".join(source.name for source in found.sources if source.sent)
        self._at("uploading", f"uploading {names}…" if names else "")
        self._was_lost, self._sure = False, ""
        try:
            return await self._creation.create(draft, found, consent)
        except AboveBudget as error:
            error.next_step = "ctrl+s asks again, with what is left now."
            raise

    async def _about_to_ask(self) -> None:
        await self._settled.wait()
        self._at("creating", f"asking {self.workspace.profile.name} for the job…")

    def _uploading(self, source: Source, progress: Progress) -> None:
        name = one_line(source.name, 40)
        self._tell(f"{transfer_words(name, progress, time.time())}; esc stops")

    def _lost(self, error: ServiceError) -> None:
        self._was_lost = True
        cause = one_line(visible(error.cause), 120)
        self._tell(f"asked, no certain answer ({cause}); looking for the job…")

    def _found_again(self, match: Match) -> None:
        self._sure = match.words

    # -- what is of no use after a refusal -------------------------------------------

    def _offer_deletion(self) -> None:
        """Offer to delete what was uploaded for a job that cannot be."""
        sent = tuple(self._creation.sent)
        if not sent:
            return
        files = plural(len(sent), "file")
        question = (
            f"{self.workspace.profile.name} starts no training for this organisation any more. "
            f"The {files} just uploaded there ({', '.join(sent)}) cannot be trained on. "
            "The data on this machine stays as it is.\n\nDelete it there?"
        )
        dialog = GoOn("Delete the upload?", question, "deletes it at the provider", "keeps it")

        def answered(delete: bool | None) -> None:
            if delete:
                self._delete_sent(sent)

        self.app.push_screen(dialog, answered)

    @work(group="delete", exclusive=True, exit_on_error=False, description="delete the upload")
    async def _delete_sent(self, ids: tuple[str, ...]) -> None:
        for file_id in ids:
            await self.workspace.files.delete(file_id)
        self.notify(f"Deleted at the provider: {one_line(', '.join(ids), 100)}", markup=False)

    # -- showing it ------------------------------------------------------------------

    def _at(self, stage: str, text: str) -> None:
        if stage and not self._stage:  # the fields are disabled: the focus leaves them
            self.left = self.focused
        elif not stage:
            self.call_after_refresh(self.focus_again)
        self._stage = stage
        self.set_class(bool(stage), "-busy")
        self.query_one("#fields").disabled = bool(stage)
        self._tell(text)

    def focus_again(self) -> None:
        """Go back to the field one was in, unless an error is shown first."""
        left = self.left
        if left is None or not left.is_attached or self._failing:
            return
        if isinstance(left, Input):  # what is typed there goes on where it was
            left.select_on_focus = False
        self.set_focus(left)
        if isinstance(left, Input):
            left.call_later(setattr, left, "select_on_focus", True)

    @property
    def _failing(self) -> bool:
        return self.query_one(ErrorPanel).failure is not None

    def _tell(self, text: str) -> None:
        self.query_one("#progress", Static).update(f"◐ {text}" if text else "")
        host_of(self).working(WORK, text)
