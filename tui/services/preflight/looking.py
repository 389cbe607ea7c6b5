"""Looking at everything a job would be made of, all at once, off the loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from tui.core import pricing
from tui.core.money import budget_words
from tui.core.text import one_line, plural
from tui.services.errors import LedgerError, ServiceError
from tui.services.preflight.leaks import leaks_of
from tui.services.preflight.model import TOPICS, Level, Part, Preflight, Price, Topic
from tui.services.preflight.sources import Source, Sources
from tui.services.preflight.verdicts import checks_part, data_part, leakage_part, model_part
from tui.services.spending import budget_now

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tui.core.money import Budget
    from tui.core.near import Group
    from tui.core.records import ModelInfo
    from tui.services.drafts import Draft
    from tui.services.tokens_report import TokenReport
    from tui.services.workspace import Workspace

OnChange = Callable[[Preflight], None]
_UNSETTLED_S = 3600.0  # how long a job asked for without an answer is worth a warning


class PreflightService:
    """Looks at drafts for one profile; what did not change is not looked at again."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._sources = Sources(workspace)
        self._listed: list[ModelInfo] | None = None
        self._leaks: tuple[Source, Source, tuple[list[Group], bool]] | None = None

    async def look(self, draft: Draft, on_change: OnChange = lambda _found: None) -> Preflight:
        """Look at all there is; `on_change` gets what is known whenever that is more.

        Never raises a ServiceError: what cannot be found out is a part that says so.
        """
        return await _Look(self._workspace, self._sources, draft, on_change, self).run()

    def close(self) -> None:
        """Stop what is still being looked at."""
        self._sources.close()

    async def models(self) -> list[ModelInfo] | None:
        """Return the models the provider lists, asked once; None when they cannot be listed."""
        if self._listed is None:
            try:
                self._listed = await self._workspace.models.list()
            except ServiceError:
                return None
        return self._listed

    async def leaks(self, training: Source, validation: Source) -> tuple[list[Group], bool]:
        """Return what two files here share, and whether near ones were looked for."""
        assert training.path is not None
        assert validation.path is not None
        if (known := self._leaks) is not None:
            before, after, found = known
            if before.verdict is training.verdict and after.verdict is validation.verdict:
                return found
        size = (training.size or 0) + (validation.size or 0)
        found = await leaks_of(training.path, validation.path, size)
        self._leaks = (training, validation, found)
        return found


class _Look:
    """One look at one draft."""

    def __init__(
        self,
        workspace: Workspace,
        sources: Sources,
        draft: Draft,
        on_change: OnChange,
        service: PreflightService,
    ) -> None:
        self._workspace = workspace
        self._profile = workspace.profile
        self._sources = sources
        self._draft = draft
        self._on_change = on_change
        self._service = service
        self._parts: dict[Topic, Part] = {}
        self._found = Preflight((), workspace.profile.bills)

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
        for topic in topics:
            self._parts[topic] = Part(topic, "wait", "")
        self._put(self._sends())

    def _put(self, *parts: Part) -> None:
        self._parts |= {part.topic: part for part in parts}
        known = tuple(self._parts[topic] for topic in TOPICS if topic in self._parts)
        self._found = replace(self._found, parts=known)
        self._on_change(self._found)

    async def _guarded(
        self, topic: Topic, work: Callable[[], Awaitable[None]], level: Level = "note"
    ) -> None:
        """Do a part of the work; what stops it is what there is to say on its topic."""
        try:
            await work()
        except ServiceError as error:
            self._put(Part(topic, level, one_line(error.brief, 300)))

    # -- files -----------------------------------------------------------------------

    async def _files(self) -> None:
        try:
            training, validation = await self._both()
        except ServiceError as error:
            self._put(Part("data", "block", one_line(error.brief, 300)))
            for topic in ("checks", "leakage", "tokens", "cost", "sends"):
                self._parts.pop(topic, None)
            self._put()
            return
        self._found = replace(self._found, training=training, validation=validation)
        files, limits = self._found.sources, self._workspace.files.limits
        same = validation is not None and validation.path and validation.path == training.path
        if same:
            text = f"{training.name} is the training and the validation file"
            self._put(Part("data", "block", text))
        else:
            self._put(data_part(files, limits))
        takes = limits.takes | _meant(self._draft.method)
        self._put(checks_part(files, self._profile, takes), self._sends())
        await asyncio.gather(
            self._guarded("leakage", lambda: self._leakage(training, validation)),
            self._guarded("tokens", lambda: self._tokens(training)),
        )

    async def _both(self) -> tuple[Source, Source | None]:
        training = await self._sources.look(self._draft.training)
        if not self._draft.validation.strip():
            return training, None
        return training, await self._sources.look(self._draft.validation)

    async def _leakage(self, training: Source, validation: Source | None) -> None:
        if validation is None:
            return
        if training.path is None or validation.path is None:
            text = "not compared: a file is only at the provider"
            self._put(Part("leakage", "note", text))
            return
        groups, near = await self._service.leaks(training, validation)
        count = validation.verdict.examples if validation.verdict else 0
        self._put(leakage_part(groups, count, near=near))

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
        from tui.services.local_files import reading

        assert training.path is not None
        stopped = False
        async with reading(training.path) as rows:
            try:
                report = await self._workspace.tokens.report(
                    rows,
                    str(training.path),
                    self._draft.model.strip(),
                    epochs=self._draft.epochs,
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
            chosen=self._draft.epochs is not None,
            tools=pricing.cost(report.tool_tokens, facts),
        )

    async def _cost(self) -> None:
        budget = await self._budget()
        self._found = replace(self._found, budget=budget)
        price = self._found.price
        parts = [price.cost_words if price else "unknown: the tokens are not known here"]
        if budget is not None and (said := budget_words(budget, price.cost if price else None)):
            parts.append(said)
        grave = self._found.above_budget or (
            budget is not None and budget.unsure(price.cost if price else None)
        )
        self._put(Part("cost", "ask" if grave else "ok", "; ".join(parts)))

    async def _budget(self) -> Budget | None:
        try:
            return await budget_now(self._workspace)
        except LedgerError:
            return None

    # -- the rest --------------------------------------------------------------------

    async def _model(self) -> None:
        catalog = await asyncio.to_thread(lambda: self._workspace.tokens.catalog)
        facts = catalog.find(self._draft.model.strip())
        day = datetime.now(tz=UTC).date()
        listed = await self._service.models()
        self._put(model_part(facts, self._draft.method, day, listed, self._profile))

    async def _earlier(self) -> None:
        """Tell of a job asked for lately of which nobody knows whether it was made."""
        records = await self._workspace.store.jobs(self._profile.name)
        since = time.time() - _UNSETTLED_S
        unknown = (
            (one.nonce, one.asked_at)
            for one in records
            if one.job_id is None and one.nonce is not None and one.asked_at >= since
        )
        nonce, asked_at = next(unknown, ("", 0))
        if not nonce:
            return
        clock = datetime.fromtimestamp(asked_at, UTC).astimezone().strftime("%H:%M")
        try:
            job = await self._workspace.jobs.find_by_nonce(nonce)
        except ServiceError:
            job = None
        if job is None:
            text = f"a job asked for at {clock} got no answer and is not listed: it may yet come"
            self._put(Part("earlier", "ask", text))
            return
        await self._workspace.store.job_made(self._profile.name, nonce, job.raw)
        text = f"the job asked for at {clock} without an answer exists: {one_line(job.id, 60)}"
        self._put(Part("earlier", "ask", text))

    def _sends(self) -> Part:
        draft, found = self._draft, self._found
        local = [source for source in found.sources if source.sent]
        names = " and ".join(source.name for source in local)
        where = f"{self._profile.name} ({self._workspace.provider.base_url})"
        uploads = f"uploads {names} to {where}, then" if local else f"at {where}"
        does = f"asks for one {draft.method} job"
        return Part("sends", "wait" if not found.sources else "ok", f"{uploads} {does}")


def _load() -> None:
    """Import what looking takes: a fifth of a second that the loop need not wait."""
    for name in ("core.checks", "core.fixes.gate", "services.near", "services.tokens"):
        import_module(f"tui.{name}")


def _meant(method: str) -> frozenset[str]:
    """Return the rules that find what is as it should be for a method."""
    from tui.core.checks.reinforcement import GRADED

    return GRADED if method == "reinforcement" else frozenset()


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
