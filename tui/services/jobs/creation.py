"""Create one job from a draft: review, consent, upload, and one request.

What the form and the command line do alike. Questions are data here: whoever asks them, by a
dialog or by options, gives the consent. No widget and no option is known.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from tui.core.money.terms import amount_words, budget_words
from tui.services.errors import NeedsConfirmation, Refused, ServiceError
from tui.services.jobs.drafts import read_grader
from tui.services.jobs.preflight import refuse_blocked
from tui.services.jobs.service import new_nonce
from tui.services.store.best_effort import record_best_effort

if TYPE_CHECKING:
    from decimal import Decimal

    from tui.core.jobs.jobs import Job
    from tui.core.jobs.match import Match
    from tui.core.provider.estimates import PriceEstimate
    from tui.core.provider.transfers import Progress
    from tui.services.files.service import FileService
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight import (
        OnChange,
        Preflight,
        PreflightService,
        Source,
        Topic,
    )
    from tui.services.jobs.requests import JobRequest
    from tui.services.jobs.service import JobService
    from tui.services.jobs.spending import Spending
    from tui.services.provider.interface import EstimatesApi
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store

TRAINING_CLOSED = "training_not_available"
# What it takes to go on: a yes of its own, agreeing to the cost that is stated, or saying what a
# job of unknown cost counts as in the budget.
Takes = Literal["yes", "cost", "amount"]


@dataclass(frozen=True, slots=True)
class JobQuestion:
    """Something that has to be agreed to before a job is created."""

    topic: Topic
    text: str
    takes: Takes


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody has agreed to spend.

    With `above` the job may go above the budget. `amount` is what a job of unknown cost counts
    as in the budget.
    """

    above: bool = False
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A draft that was looked at: what its job would be made of, and what there is to ask."""

    draft: Draft
    found: Preflight

    @property
    def questions(self) -> tuple[JobQuestion, ...]:
        """What has to be agreed to, the money last."""
        asked = [
            JobQuestion(part.topic, part.text, "yes")
            for part in self.found.at("ask")
            if part.topic != "cost"
        ]
        if self.found.confirms_money:
            unknown = self.found.amount is None and self.found.above_budget
            asked.append(JobQuestion("cost", self._cost_words, "amount" if unknown else "cost"))
        return tuple(asked)

    @property
    def amounts(self) -> tuple[str, ...]:
        """The amount as it may be typed to agree to it; none while it is not known."""
        price = self.found.price
        if price is None or price.cost.amount is None:
            return ()
        return price.amount, f"{price.amount} {price.cost.currency}"

    @property
    def _cost_words(self) -> str:
        """What it costs, what of the budget is left, what goes where, and who bills."""
        found, price = self.found, self.found.price
        said = "What it costs is not known here."
        if price is not None and price.cost.amount is not None:
            said = f"It costs {price.cost_words}: {price.token_words}."
        if found.budget is not None:
            spent = budget_words(found.budget, price.cost if price else None)
            said += f"\n{spent[:1].upper()}{spent[1:]}." if spent else ""
        if found.estimate is not None:
            said += f"\n{found.estimate.words}."
        sends = next((part.text for part in found.parts if part.topic == "sends"), "")
        bills = "This bills your account." if found.bills else "It goes above the budget."
        return f"{said}\nFor {self.draft.model.strip()}: {sends}.\n\n{bills}"

    def refuse_blocked(self) -> None:
        """Raise InputError, Unfit or ReadOnly when creating the job would be pointless."""
        refuse_blocked(self.found)

    def refuse_changed(self, agreed: Preflight) -> None:
        """Raise NeedsConfirmation when this finds what nobody has agreed to.

        `agreed` is the look that was agreed to: files may have been written to since.
        """
        known = {part.topic for part in agreed.at("ask")}
        found = self.found
        new = [f"{part.topic}: {part.text}" for part in found.at("ask") if part.topic not in known]
        if not new and _is_more(agreed.amount, found.amount):
            new = [part.text for part in found.parts if part.topic == "cost"]
        if new:
            cause = f"something has changed since you were asked: {'; '.join(new)}"
            raise NeedsConfirmation("Not done", cause, "Create it again to be asked anew.")


@dataclass(frozen=True, slots=True)
class CreatedJob:
    """The job created; `lost` if no certain answer came, and then `how` it was found."""

    job: Job
    lost: bool = False
    how: str = ""

    @property
    def lost_words(self) -> str:
        """That the answer was lost and the job exists all the same; empty if it was not."""
        if not self.lost:
            return ""
        how = f" ({self.how})" if self.how else ""
        return f"the answer was lost on the way; the job exists, once: {self.job.id}{how}"


class CreationEvents:
    """What whoever creates a job is told on the way, on the loop; does nothing with it."""

    def uploading(self, source: Source, progress: Progress) -> None:
        """Hear how much of a file is sent."""

    def reused(self, source: Source, file_id: str) -> None:
        """Hear that a file is at the provider already."""

    def waiting(self, text: str) -> None:
        """Hear what the provider still does with a file."""

    def estimated(self, estimate: PriceEstimate) -> None:
        """Hear what the provider says the job costs, where that could not be told before."""

    async def agree(self, estimate: PriceEstimate) -> bool:
        """Return whether it may cost that: more than was agreed to, or the first amount."""
        del estimate
        return False

    async def before_asking(self) -> None:
        """Let the job be asked for by returning: everything is there."""

    def lost(self, error: ServiceError) -> None:
        """Hear that no certain answer came; the job is looked for."""


class JobCreation:
    """Reviews drafts and creates jobs; `sent` are the files uploaded for the last one."""

    def __init__(
        self,
        profile: Profile,
        preflight: PreflightService,
        spending: Spending,
        jobs: JobService,
        files: FileService,
        store: Store,
        estimates: EstimatesApi,
    ) -> None:
        self.sent: list[str] = []
        self._preflight = preflight
        self._profile = profile
        self._spending = spending
        self._jobs = jobs
        self._files = files
        self._store = store
        self._estimates = estimates

    def close(self) -> None:
        """Stop looking at files."""
        self._preflight.close()

    async def look(self, draft: Draft, on_change: OnChange = lambda _: None) -> Preflight:
        """Look at a draft, telling what is known whenever that is more. Raises nothing."""
        return await self._preflight.look(draft, on_change)

    async def review(self, draft: Draft) -> Review:
        """Look at everything the job would be made of, before anything is sent.

        Raises InputError for a grader that cannot be read.
        """
        await _grader(draft)
        return Review(draft, await self._preflight.look(draft))

    async def create(self, review: Review, consent: Consent, events: CreationEvents) -> CreatedJob:
        """Create the job that was reviewed and agreed to. Raises a ServiceError.

        Nothing is sent for a job that cannot be (InputError, Unfit, ReadOnly). Money is set
        aside first, where the profile has a budget: AboveBudget says that others have taken it
        meanwhile. It stays so when the answer is lost, and is free again when the job was
        refused or never asked for.
        """
        review.refuse_blocked()
        self.sent.clear()
        draft, found = review.draft, review.found
        grader = await _grader(draft)
        nonce = new_nonce()
        reserved = await self._reserve(nonce, found, consent)
        lost: list[ServiceError] = []
        sure: list[Match] = []

        def tell(error: ServiceError) -> None:
            lost.append(error)
            events.lost(error)

        try:
            ids = [await self._file_id(source, events) for source in found.sources]
            for file_id in ids:
                await self._files.ready(file_id, events.waiting)
            validation = ids[1] if len(ids) > 1 else None
            request = draft.request(self._profile.terms, ids[0], validation, grader)
            await self._heed_estimate(request, found, consent, events)
            await events.before_asking()
            if found.price is not None:
                request = replace(request, forecast=found.price.forecast)
            await record_best_effort(self._store.jobs.accept_lost(self._profile.name, found.lost))
            job = await self._jobs.create(
                request, tell, nonce=nonce if reserved else None, on_found=sure.append
            )
        finally:
            if reserved:  # it stays where the job was asked for and may exist
                await record_best_effort(self._spending.release(nonce))
        return CreatedJob(job, bool(lost), sure[-1].words if sure else "")

    async def _reserve(self, nonce: str, found: Preflight, consent: Consent) -> bool:
        """Set the cost of the job aside; return whether there was anything to."""
        if not self._spending.limited:
            return False
        amount = found.amount if found.amount is not None else consent.amount
        if amount is None:
            raise NeedsConfirmation(
                "Not done",
                "what the job costs is not known, so it counts as above the budget",
                "Say what it may count as.",
            )
        if not amount:
            return False
        await self._spending.reserve(nonce, amount, above=consent.above)
        return True

    async def _heed_estimate(
        self, request: JobRequest, found: Preflight, consent: Consent, events: CreationEvents
    ) -> None:
        """Tell the provider's price where nobody could before the files were there.

        Raises NeedsConfirmation where it is more than what was agreed to, or where no amount
        was, and nobody agrees to it now: the provider bills, not we.
        """
        if found.estimate is not None or not found.bills:
            return
        try:
            estimate = await self._estimates.estimate(request.body(""))
        except ServiceError:  # without its word the amount agreed to stands
            return
        if estimate is None:
            return
        events.estimated(estimate)
        agreed = found.amount if consent.amount is None else consent.amount
        currency = found.currency or self._profile.money.name
        if estimate.amount is None or (agreed is not None and estimate.currency != currency):
            return
        if agreed is not None and estimate.amount <= agreed:
            return
        if not await events.agree(estimate):
            most = "no amount" if agreed is None else amount_words(agreed, currency)
            raise NeedsConfirmation(
                "Not done",
                f"{estimate.words}, and {most} was agreed to; the files are there, no job is",
                "Ask again: it is told before you agree.",
            )

    async def _file_id(self, source: Source, events: CreationEvents) -> str:
        if source.file_id is not None:
            return source.file_id
        if source.path is None:
            raise ValueError("neither a file nor an id")
        info, reused = await self._files.ensure(
            source.path, lambda progress: events.uploading(source, progress)
        )
        if reused:
            events.reused(source, info.id)
        else:
            self.sent.append(info.id)
        return info.id


async def _grader(draft: Draft) -> dict[str, Any] | None:
    """Return the grader of a draft that has one. Raises InputError."""
    if draft.method != "reinforcement":
        return None
    return await asyncio.to_thread(read_grader, draft.grader)


def _is_more(before: Decimal | None, now: Decimal | None) -> bool:
    return before is not None and (now is None or now > before)


def training_closed(error: ServiceError) -> bool:
    """Whether the provider starts no training for the organisation any more."""
    return isinstance(error, Refused) and error.code == TRAINING_CLOSED
