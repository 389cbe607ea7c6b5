"""From a filled-in form to a job: questions, upload, creation; never two jobs for one press."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Static

from tui.core.jobs import Job
from tui.core.text import one_line, plural, visible
from tui.core.transfers import transfer_words
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.confirm import Confirm, TypedConfirm
from tui.screens.host import host_of
from tui.screens.jobs.preflight import absolute, plan
from tui.widgets.error_panel import ErrorPanel

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.core.transfers import Progress
    from tui.screens.jobs.draft import Draft
    from tui.screens.jobs.preflight import Plan, Source
    from tui.services.errors import ServiceError
    from tui.services.workspace import Workspace

WORK = "create-job"


class Creating(Dialog[Job]):
    """The part of the form that acts. Subclasses give `draft`, `say` and `show_error`."""

    def __init__(self, title: str, workspace: Workspace) -> None:
        super().__init__(title)
        self.workspace = workspace
        self._stage = ""  # what is being done: "", "asking", "uploading" or "creating"
        self._worker: Worker[None] | None = None
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

    def show_error(self, error: BaseException) -> None:
        """Show an error and leave everything as it is typed."""
        raise NotImplementedError

    # -- keys ------------------------------------------------------------------------

    def action_create(self) -> None:
        """Create the job, unless that is going on already or something typed is wrong."""
        if self._stage:
            return
        problems = self.draft.problems()
        for field, problem in problems.items():
            self.say(field, problem)
        if problems:
            self.query_one(f"#{next(iter(problems))}").focus()
            return
        self.hide_error()
        self._at("asking", "looking at the files…")
        self._worker = self._create(self.draft)

    def action_cancel(self) -> None:
        """Close the error, else the form; while it uploads, ask first."""
        if self.hide_error():
            return
        if not self._stage:
            self.dismiss(None)
        elif self._stage == "creating":
            self._tell("The job is being asked for: wait for the answer, it takes seconds.")
        else:
            self._ask_to_stop()

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
            if await self._may_go_on(draft):
                job = await self._upload_and_create(draft)
        finally:
            self._at("", "")
        if job is not None:
            self.dismiss(job)

    async def _may_go_on(self, draft: Draft) -> bool:
        """Ask all there is to ask. Raises ServiceError for a file that cannot be used."""
        if not await self._saved(draft):
            return False
        found = await plan(self.workspace, draft)
        return (
            await self._sound(found)
            and await self._private(found)
            and await self._paid(found, draft)
        )

    async def _saved(self, draft: Draft) -> bool:
        """Save unsaved changes of a file that is to be sent; False leaves it all as it is."""
        document = self.workspace.datasets.current
        if document is None or not self._unsaved(draft):
            return True
        question = (
            f"{document.path.name} has unsaved changes; what is sent is the file on disk.\n"
            "Save it first?"
        )
        answer = await self._ask(Confirm("Unsaved changes", question, "save and go on", "cancel"))
        if answer:
            await document.save()
        return bool(answer)

    def _unsaved(self, draft: Draft) -> bool:
        """Whether a file that is to be sent is open with unsaved changes."""
        document = self.workspace.datasets.current
        if document is None or not document.modified:
            return False
        return document.path in {absolute(text) for text in (draft.training, draft.validation)}

    async def _sound(self, found: Plan) -> bool:
        """Ask about errors in the files; going back is what enter does."""
        for source in found.sources:
            if not source.errors or source.path is None:
                continue
            first = source.errors[0]
            where = f", line {first.line}" if first.line else ""
            question = (
                f"{source.path.name} has {plural(len(source.errors), 'error')}. The first{where}: "
                f"{one_line(first.message, 300)}\n\nThe provider will most likely refuse it. "
                "Go back and repair it in Datasets?"
            )
            dialog = Confirm(
                "Errors in the data", question, "go back", "create the job all the same"
            )
            if await self._ask(dialog) is not False:
                return False
        return True

    async def _private(self, found: Plan) -> bool:
        """Ask before secrets leave the machine; going back is what enter does."""
        from tui.core.fixes.gate import secret_words

        profile = self.workspace.profile
        for source in found.sources:
            if not source.secrets or source.path is None or profile.kind == "lab":
                continue
            question = (
                f"{source.path.name} holds {secret_words(source.secrets)}. It would be sent to "
                f"{profile.name}, and what is trained can be asked out of the model again.\n\n"
                "Go back and put placeholders in their place (p, then F, in Datasets)?"
            )
            dialog = Confirm("Secrets in the data", question, "go back", "send it all the same")
            if await self._ask(dialog) is not False:
                return False
        return True

    async def _paid(self, found: Plan, draft: Draft) -> bool:
        """Where it bills, have the amount typed before anything is sent."""
        profile = self.workspace.profile
        if not profile.bills:
            return True
        where = f"{profile.name} ({self.workspace.provider.base_url})"
        amount = found.price.amount if found.price else ""
        statement = f"{found.words(draft, where)}\n\nThis bills your account."
        return bool(
            await self._ask(TypedConfirm("This costs money", statement, amount or "create"))
        )

    async def _ask(self, dialog: Confirm | TypedConfirm) -> bool | None:
        return await self.app.push_screen_wait(dialog)

    async def _upload_and_create(self, draft: Draft) -> Job:
        found = await plan(self.workspace, draft)  # as it stands on disk after the questions
        self._at("uploading", "")
        training = await self._file_id(found.training)
        validation = await self._file_id(found.validation) if found.validation else None
        await self._settled.wait()
        self._at("creating", f"asking {self.workspace.profile.name} for the job…")
        return await self.workspace.jobs.create(draft.request(training, validation), self._lost)

    async def _file_id(self, source: Source) -> str:
        if source.path is None:
            return source.file_id
        name = one_line(source.path.name, 40)
        self._tell(f"uploading {name}…")

        def show(progress: Progress) -> None:
            self._tell(f"{transfer_words(name, progress, time.time())}; esc stops")

        info, _ = await self.workspace.files.ensure(source.path, show)
        return info.id

    def _lost(self, error: ServiceError) -> None:
        cause = one_line(visible(error.cause), 120)
        self._tell(f"asked, no certain answer ({cause}); looking for the job…")

    # -- showing it ------------------------------------------------------------------

    def _at(self, stage: str, text: str) -> None:
        self._stage = stage
        self.set_class(bool(stage), "-busy")
        self.query_one("#fields").disabled = bool(stage)
        self._tell(text)

    def _tell(self, text: str) -> None:
        self.query_one("#progress", Static).update(f"◐ {text}" if text else "")
        host_of(self).working(WORK, text)
