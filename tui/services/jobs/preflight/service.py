"""Run the pre-flight of a job: all its topics at once, off the loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from tui.core.money import pricing
from tui.core.money.pricing import FREE
from tui.core.money.terms import budget_words
from tui.core.text.text import one_line, plural
from tui.services.errors import LedgerError, ServiceError
from tui.services.jobs.preflight.leaks import leaks_of
from tui.services.jobs.preflight.part_words import (
    asked_where_billed,
    checks_parts,
    data_part,
    leakage_part,
    model_part,
)
from tui.services.jobs.preflight.parts import TOPICS, Level, Part, Preflight, Price, Topic
from tui.services.jobs.preflight.provider_price import ProviderPrice
from tui.services.jobs.spending import Spending, released_words
from tui.services.jobs.unanswered import UnansweredJob, UnansweredJobs, worth_asking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from tui.core.money.terms import Budget
    from tui.core.near import Group
    from tui.core.provider.records import ModelInfo
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight.sources import Source, Sources
    from tui.services.models.service import ModelService
    from tui.services.provider.interface import ProviderApi
    from tui.services.settings.profile import Profile
    from tui.services.store.tables.jobs_table import JobRecord
    from tui.services.store.tables.reservations_table import Reservation
    from tui.services.tokens.report import TokenReport
    from tui.services.tokens.service import TokenService

OnChange = Callable[[Preflight], None]
_LOOK_AGAIN_S = 10.0  # between two looks for jobs asked for without an answer


class PreflightService:
    """Looks at drafts for one profile; what did not change is not looked at again."""

    def __init__(
        self,
        profile: Profile,
        *,
        address: Callable[[], str],
        sources: Sources,
        models: ModelService,
        unanswered: UnansweredJobs,
        spending: Spending,
        tokens: Callable[[], TokenService],
        api: ProviderApi,
    ) -> None:
        self.profile = profile
        self.address = address  # of the provider, known for certain once it was asked
        self.limits = sources.limits
        self.sources = sources
        self.spending = spending
        self.tokens = tokens
        self.provider_price = ProviderPrice(api, sources, profile.terms)
        self._models = models
        self._unanswered_jobs = unanswered
        self._listed: list[ModelInfo] | None = None
        self._leaks: tuple[Source, Source, tuple[list[Group], bool]] | None = None
        self._unanswered: list[UnansweredJob] = []
        self._unsettled: list[JobRecord] = []
        self._unanswered_due = 0.0
        self._released: list[Reservation] = []

    async def look(self, draft: Draft, on_change: OnChange = lambda _found: None) -> Preflight:
        """Look at all there is; `on_change` gets what is known whenever that is more.

        Never raises a ServiceError: what cannot be found out is a part that says so.
        """
        return await _Look(self, draft, on_change).run()

    def close(self) -> None:
        """Stop what is still being looked at."""
        self.sources.close()

    async def models(self) -> list[ModelInfo] | None:
        """Return the models the provider lists, asked once; None when they cannot be listed."""
        if self._listed is None:
            try:
                self._listed = await self._models.list()
            except ServiceError:
                return None
        return self._listed

    async def unanswered(self) -> list[UnansweredJob]:
        """Return the jobs asked for without an answer; the same ones are not looked for at once.

        Raises LedgerError.
        """
        records = await self._unanswered_jobs.unsettled()
        if records != self._unsettled or time.monotonic() >= self._unanswered_due:
            self._unanswered = await self._unanswered_jobs.look() if records else []
            # Some are settled by the look.
            self._unsettled = await self._unanswered_jobs.unsettled()
            self._unanswered_due = time.monotonic() + _LOOK_AGAIN_S
        return self._unanswered

    async def released(self) -> list[Reservation]:
        """Drop what ended processes had reserved; return all that was, as long as this lives.

        Raises LedgerError.
        """
        self._released += await self.spending.release_stale()
        return self._released

    async def leaks(self, training: Source, validation: Source) -> tuple[list[Group], bool]:
        """Return what two files here share, and whether near ones were looked for."""
        assert training.path is not None
        assert validation.path is not None
        if (known := self._leaks) is not None:
            before, after, found = known
            if before.report is training.report and after.report is validation.report:
                return found
        size = (training.size or 0) + (validation.size or 0)
        found = await leaks_of(training.path, validation.path, size)
        self._leaks = (training, validation, found)
        return found


class _Look:
    """One look at one draft."""

    def __init__(self, service: PreflightService, draft: Draft, on_change: OnChange) -> None:
        self._service = service
        self._profile = profile = service.profile
        self._draft = draft
        self._on_change = on_change
        self._parts: dict[Topic, Part] = {}
        self._found = Preflight((), profile.bills, profile.read_only)
        self._settled = asyncio.Event()  # what earlier requests came to is known

    async def run(self) -> Preflight:
        self._expect()
        await asyncio.to_thread(_load)
        await asyncio.gather(
            self._guarded("model", self._model),
            self._guarded("earlier", self._earlier),
            self._files(),
        )
        return self._found

    def _expect(self) -> None:
        topics: list[Topic] = ["data", "checks", "tokens", "cost", "model", "sends"]
        if self._draft.validation.strip():
            topics.append("leakage")
        if self._service.provider_price.offered:
            topics.append("quote")
        for topic in topics:
            self._parts[topic] = Part(topic, "wait", "")
        self._put(self._sends())

    def _put(self, *parts: Part) -> None:
        self._parts |= {part.topic: part for part in parts}
        known = tuple(self._parts[topic] for topic in TOPICS if topic in self._parts)
        self._found = replace(self._found, parts=known)
        self._on_change(self._found)

    async def _guarded(self, topic: Topic, work: Callable[[], Awaitable[None]]) -> None:
        """Do a part of the work; what stops it is what there is to say on its topic."""
        try:
            await work()
        except ServiceError as error:
            self._put(Part(topic, "note", one_line(error.brief, 300)))

    # -- files -----------------------------------------------------------------------

    async def _files(self) -> None:
        try:
            training, validation = await self._look_at_files()
        except ServiceError as error:
            self._put(Part("data", "block", one_line(error.brief, 300)))
            for topic in ("checks", "leakage", "tokens", "cost", "quote", "sends"):
                self._parts.pop(topic, None)
            self._put(*((self._sends(),) if self._profile.read_only else ()))
            return
        self._found = replace(self._found, training=training, validation=validation)
        files, limits = self._found.sources, self._service.limits
        same = validation is not None and validation.path and validation.path == training.path
        if same:
            text = f"{training.name} is the training and the validation file"
            self._put(Part("data", "block", text))
        else:
            self._put(data_part(files, limits))
        self._put(*checks_parts(files, self._profile, self._draft.method), self._sends())
        await asyncio.gather(
            self._guarded("leakage", lambda: self._leakage(training, validation)),
            self._guarded("tokens", lambda: self._tokens(training)),
            self._guarded("quote", self._estimate),
        )

    async def _look_at_files(self) -> tuple[Source, Source | None]:
        training = await self._service.sources.look(self._draft.training)
        if not self._draft.validation.strip():
            return training, None
        return training, await self._service.sources.look(self._draft.validation)

    async def _leakage(self, training: Source, validation: Source | None) -> None:
        if validation is None:
            return
        if training.path is None or validation.path is None:
            text = "not compared: a file is only at the provider"
            self._put(Part("leakage", "note", text))
            return
        groups, near = await self._service.leaks(training, validation)
        count = validation.report.examples if validation.report else 0
        self._put(leakage_part(groups, count, self._profile, near=near))

    # -- tokens and money ------------------------------------------------------------

    async def _tokens(self, training: Source) -> None:
        if training.path is None:
            self._put(Part("tokens", "note", "not counted: the file is only at the provider"))
        else:
            try:
                await self._count(training)
            except (ServiceError, OSError, RuntimeError, ValueError) as error:
                # The vocabulary, the counting processes or the file: a job can go without.
                self._put(Part("tokens", "note", f"not counted: {one_line(str(error), 200)}"))
        await self._cost()

    async def _count(self, training: Source) -> None:
        from tui.services.datasets.disk.file_lines import reading

        assert training.path is not None
        stopped = False
        async with reading(training.path) as rows:
            try:
                report = await self._service.tokens().report(
                    rows,
                    str(training.path),
                    self._draft.model.strip(),
                    epochs=self._epochs,
                    cancelled=lambda: stopped,
                )
            finally:
                stopped = True
        if problem := _wrong_kind(report, self._draft.method):
            self._put(Part("data", "block", problem))
        price = self._price(report)
        self._found = replace(self._found, price=price)
        cut = len(report.truncated)
        words = price.token_words
        if cut:
            limit = report.facts.training_limit or 0
            words += f"; {plural(cut, 'example')} cut at {limit:,} tokens"
        self._put(Part("tokens", "note" if cut else "ok", words))

    @property
    def _epochs(self) -> int | None:
        """The epochs there will be, None where the provider chooses them by the data."""
        return self._draft.epochs or self._profile.terms.auto_epochs

    def _price(self, report: TokenReport) -> Price:
        facts = self._profile.money.priced(report.facts)
        if self._draft.method == "reinforcement":  # billed by the hour, where it is offered
            facts = replace(facts, price_training=None)
        return Price(
            report.examples,
            report.epochs,
            report.billed_tokens,
            pricing.cost(report.billed_tokens, facts),
            report.facts.exact,
            chosen=self._epochs is not None,
            tools=pricing.cost(report.tool_tokens, facts),
        )

    async def _cost(self) -> None:
        await self._settled.wait()  # it may free what was reserved
        try:
            budget = await self._budget()
        except LedgerError as error:
            if self._profile.money.budget is not None:
                text = f"the budget cannot be kept to: {one_line(error.cause, 200)}"
                self._put(Part("cost", "block", text))
                return
            budget = None
        self._found = replace(self._found, budget=budget)
        price = self._found.price
        parts = [price.cost_words if price else self._unknown()]
        if budget is not None and (said := budget_words(budget, price.cost if price else None)):
            parts.append(said)
        if budget is not None and budget.unsure(price.cost if price else None):
            parts.append("so it counts as above the budget")
        self._put(Part("cost", "ask" if self._found.above_budget else "ok", "; ".join(parts)))

    async def _estimate(self) -> None:
        """Tell the provider's own price, where it names one."""
        if not self._service.provider_price.offered:
            return
        part, estimate = await self._service.provider_price.ask(self._draft, self._found.sources)
        self._found = replace(self._found, estimate=estimate)
        if part is None:
            self._parts.pop("quote", None)
        self._put(*((part,) if part else ()))

    def _unknown(self) -> str:
        if self._profile.kind == "lab":
            return FREE
        return "unknown: the tokens are not known here"

    async def _budget(self) -> Budget | None:
        if self._service.spending.free:
            return None
        if said := released_words(await self._service.released()):
            before = self._parts.get("earlier")
            level: Level = "note" if before is None else before.level
            text = said if before is None else f"{before.text}; {said}"
            self._put(Part("earlier", level, text))
        return await self._service.spending.budget()

    # -- the rest --------------------------------------------------------------------

    async def _model(self) -> None:
        catalog = await asyncio.to_thread(lambda: self._service.tokens().catalog)
        facts = catalog.find(self._draft.model.strip())
        day = datetime.now(tz=UTC).date()
        listed = await self._service.models()
        self._put(model_part(facts, self._draft.method, day, listed, self._profile))

    async def _earlier(self) -> None:
        """Tell of jobs asked for of which nobody knew whether they were made."""
        try:
            told = await self._service.unanswered()
            if told:
                self._tell_earlier(told, await self._training())
        finally:
            self._settled.set()

    def _tell_earlier(self, told: Sequence[UnansweredJob], training: Source | None) -> None:
        training_id = None if training is None else training.file_id
        asked = worth_asking(told, self._draft, self._profile.terms, training_id)
        said = [one.words for one in told if one in asked or one.gone]
        if said:
            level = asked_where_billed(self._profile) if asked else "note"
            self._found = replace(self._found, lost=tuple(one.nonce for one in asked))
            self._put(Part("earlier", level, "; ".join(said)))

    async def _training(self) -> Source | None:
        try:
            return await self._service.sources.look(self._draft.training)
        except ServiceError:  # told as what is wrong with the data
            return None

    def _sends(self) -> Part:
        draft, found = self._draft, self._found
        if self._profile.read_only:
            text = f"profile {self._profile.name} is read-only: no job can be created with it"
            return Part("sends", "block", text)
        local = [source for source in found.sources if source.sent]
        names = " and ".join(source.name for source in local)
        where = f"{self._profile.name} ({self._service.address()})"
        uploads = f"uploads {names} to {where}, then" if local else f"at {where}"
        does = f"asks for one {draft.method} job"
        return Part("sends", "wait" if not found.sources else "ok", f"{uploads} {does}")


def _load() -> None:
    """Import what looking takes: a fifth of a second that the loop need not wait."""
    for name in (
        "tui.core.checks",
        "tui.core.fixes.redaction.secret_rules",
        "tui.services.checks.near_finder",
        "tui.services.tokens.service",
    ):
        import_module(name)


def _wrong_kind(report: TokenReport, method: str) -> str:
    """Return why the data cannot be trained on with a method."""
    if not report.examples:
        return ""
    pairs = bool(report.values("rejected").all())
    if method == "dpo" and not pairs:
        return (
            "Method dpo trains on preference pairs, and these are not all pairs: "
            "Method supervised takes conversations"
        )
    if method == "supervised" and pairs:
        return "these are preference pairs: Method dpo trains on them"
    return ""
