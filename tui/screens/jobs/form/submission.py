"""Submit the form: questions, upload, creation; never two jobs for one press."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.money.terms import rounded
from tui.core.provider.transfers import transfer_words
from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural, visible
from tui.dispatch import handles
from tui.screens.dialogs.confirm import Confirm, GoOn, TypedAmount, TypedConfirm
from tui.screens.dialogs.unsaved import saved_first
from tui.screens.jobs.form.first_draft import unsaved
from tui.services.errors import Refused
from tui.services.jobs.creation import Consent, CreationEvents, training_closed
from tui.services.jobs.spending import AboveBudget

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.core.provider.estimates import PriceEstimate
    from tui.core.provider.transfers import Progress
    from tui.screens.jobs.form.job_form import JobForm
    from tui.services.errors import ServiceError
    from tui.services.jobs.creation import CreatedJob, JobCreation, JobQuestion, Review
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight import Source


def _finding() -> str:
    return f"the job is created once {{}} has told its models; {key_hint('app.escape', 'stops')}"


_CREATING = "The job is being asked for: wait for the answer, it takes seconds."


class JobSubmission(CreationEvents):
    """Creates the job of a form, once, after asking all there is to ask."""

    def __init__(self, form: JobForm, creation: JobCreation) -> None:
        self.finding_model = False  # a model to begin with is being looked for
        self._form = form
        self._creation = creation
        self._stage = ""  # what is being done: "", "asking", "uploading" or "creating"
        self._worker: Worker[None] | None = None
        self._create_when_found = False  # it was asked for while a model was looked for
        # Clear while a question about stopping is open: nothing is created behind it.
        self._settled = asyncio.Event()
        self._settled.set()

    # -- beginning and stopping --------------------------------------------------------

    @handles("job_form.create")
    def start(self) -> None:
        """Create the job, unless that is going on already or something typed is wrong."""
        if self._stage:
            return
        form, draft = self._form, self._form.draft
        profile = form.workspace.profile
        problems = draft.problems(profile.terms)
        if set(problems) == {"model"} and self.finding_model:
            self._create_when_found = True
            self._progress(_finding().format(profile.name))
            return
        for field, problem in problems.items():
            form.say(field, problem)
        if problems:
            form.go_to(next(iter(problems)))
            return
        form.hide_error()
        self._enter_stage("asking", "looking at the files…")
        work = partial(self._create, draft)
        self._worker = form.context.run(
            work, group="create", description="create the job", exclusive=False
        )

    def model_found(self) -> None:
        """Do what was asked for while the model was looked for."""
        self.finding_model = False
        if self._create_when_found:
            self._create_when_found = False
            self._progress("")
            self.start()

    def cancel(self) -> None:
        """Take back what was asked for; with nothing going on, close the form."""
        if self._create_when_found:
            self._create_when_found = False
            self._progress("")
        elif not self._stage:
            self._form.close(None)
        elif self._stage == "creating":
            self._progress(_CREATING)
        else:
            self._form.context.run(
                self._ask_to_stop, group="stop", description="ask about stopping"
            )

    async def _ask_to_stop(self) -> None:
        self._settled.clear()
        try:
            question = "Stop? Nothing has been created; what is typed stays in the form."
            stop = await self._form.context.ask(Confirm("Stop", question, "stop", "go on"))
        finally:
            self._settled.set()
        if stop and self._worker is not None and self._stage in {"asking", "uploading"}:
            self._worker.cancel()

    # -- doing it ----------------------------------------------------------------------

    async def _create(self, draft: Draft) -> None:
        created: CreatedJob | None = None
        try:
            created = await self._ask_and_create(draft)
        except Refused as error:
            if training_closed(error):
                self._offer_deletion()
            raise
        finally:
            self._enter_stage("", "")
        if created is None:
            return
        if words := created.lost_words:
            self._form.context.tell(one_line(words[:1].upper() + words[1:], 200), seconds=10)
        self._form.close(created.job)

    async def _ask_and_create(self, draft: Draft) -> CreatedJob | None:
        """Return what was created, None where the answer to a question was no."""
        if not await self._saved(draft):
            return None
        agreed = await self._creation.review(draft)
        agreed.refuse_blocked()
        consent = await self._consent(agreed)
        if consent is None:
            return None
        # As it stands on disk after the questions: they may have been open for long.
        review = await self._creation.review(draft)
        review.refuse_blocked()
        review.refuse_changed(agreed.found)
        names = " and ".join(source.name for source in review.found.sources if source.sent)
        self._enter_stage("uploading", f"uploading {names}…" if names else "")
        try:
            return await self._creation.create(review, consent, self)
        except AboveBudget as error:
            error.next_step = f"{key_hint('job_form.create', 'asks')} again, with what is left now."
            raise

    async def _saved(self, draft: Draft) -> bool:
        """Save unsaved changes of a file that is to be sent; False leaves it all as it is."""
        document = self._form.workspace.datasets.current
        if document is None or not unsaved(draft, document):
            return True
        return await saved_first(self._form.context.app, document)

    async def _consent(self, review: Review) -> Consent | None:
        """Ask all that the review asks; return what may be spent, None for a no."""
        plain = [one for one in review.questions if one.takes == "yes"]
        if plain:
            lines = "\n".join(f"! {one.topic}: {one.text}." for one in plain)
            question = f"{lines}\n\nGo back, or create the job all the same?"
            title, yes = "Before the job is created", "creates it all the same"
            if not await self._form.context.ask(GoOn(title, question, yes, "goes back")):
                return None
        consent: Consent | None = Consent()
        for one in review.questions:
            if one.takes != "yes":
                consent = await self._money(review, one)
        return consent

    async def _money(self, review: Review, question: JobQuestion) -> Consent | None:
        """Have an amount typed before anything is sent."""
        found = review.found
        title = "This goes above the budget" if found.above_budget else "This costs money"
        if question.takes == "amount":
            dialog = TypedAmount(title, question.text, found.currency)
            amount = await self._form.context.ask(dialog)
            return None if amount is None else Consent(above=True, amount=amount)
        word, *also = review.amounts or ("create",)
        agreed = await self._form.context.ask(TypedConfirm(title, question.text, word, also))
        return Consent(above=found.above_budget) if agreed else None

    # -- what the creation tells -------------------------------------------------------

    def uploading(self, source: Source, progress: Progress) -> None:
        """Say how much of a file is sent."""
        name = path_line(source.name, 40)
        self._progress(
            f"{transfer_words(name, progress, time.time())}; {key_hint('app.escape', 'stops')}"
        )

    def waiting(self, text: str) -> None:
        """Say what is waited for."""
        self._progress(f"{one_line(text, 120)}; {key_hint('app.escape', 'stops')}")

    def estimated(self, estimate: PriceEstimate) -> None:
        """Say what the provider asks."""
        self._progress(one_line(estimate.words, 120))

    async def agree(self, estimate: PriceEstimate) -> bool:
        """Have the provider's price typed."""
        text = (
            f"{estimate.words}. That could not be known before the files were there."
            "\n\nThis bills your account."
        )
        word = f"{rounded(estimate.amount or Decimal(0)):.2f}"
        dialog = TypedConfirm("This costs money", text, word, (f"{word} {estimate.currency}",))
        agreed = await self._form.context.ask(dialog)
        return agreed is True

    async def before_asking(self) -> None:
        """Wait until no question about stopping is open."""
        await self._settled.wait()
        self._enter_stage("creating", f"asking {self._form.workspace.profile.name} for the job…")

    def lost(self, error: ServiceError) -> None:
        """Say that the job is looked for."""
        cause = one_line(visible(error.cause), 120)
        self._progress(f"asked, no certain answer ({cause}); looking for the job…")

    def _enter_stage(self, stage: str, text: str) -> None:
        self._stage = stage
        self._progress(text)

    def _progress(self, text: str) -> None:
        self._form.show_progress(text, busy=bool(self._stage))

    # -- what is of no use after a refusal ---------------------------------------------

    def _offer_deletion(self) -> None:
        """Offer to delete what was uploaded for a job that cannot be."""
        sent = tuple(self._creation.sent)
        if not sent:
            return
        files = plural(len(sent), "file")
        question = (
            f"{self._form.workspace.profile.name} starts no training for this organisation any "
            f"more. The {files} just uploaded there ({', '.join(sent)}) cannot be trained on. "
            "The data on this machine stays as it is.\n\nDelete it there?"
        )

        def answered(delete: bool | None) -> None:
            if delete:
                work = partial(self._delete, sent)
                self._form.context.run(work, group="delete", description="delete the upload")

        dialog = GoOn("Delete the upload?", question, "deletes it at the provider", "keeps it")
        self._form.context.open(dialog, answered)

    async def _delete(self, ids: tuple[str, ...]) -> None:
        for file_id in ids:
            await self._form.workspace.files.delete(file_id)
        self._form.context.tell(f"Deleted at the provider: {one_line(', '.join(ids), 100)}")
