"""Start, stop and resume a run over a dataset."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.compare.plan import Plan
from tui.core.compare.remaining import remaining_of
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.compare.results.form import RunForm, RunSettings
from tui.screens.compare.results.sources import RunSources, Source
from tui.screens.compare.results.state import ShownRun
from tui.screens.controller_context import opens
from tui.screens.dialogs.confirm import GoOn
from tui.services.compare.run import Cap, RunEvents
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.worker import Worker

    from tui.core.compare.plan import Candidate
    from tui.core.compare.result_row import Row
    from tui.screens.chat.system.prompt import SystemPrompt
    from tui.screens.compare.compare_context import CompareContext
    from tui.services.compare.estimate import Estimate
    from tui.services.compare.run import CompareRun

MANY = 1_000  # prompts, beyond which the form begins with a limit
_SHOWN_EVERY_S = 0.5


def _tells() -> str:
    return f"{key_hint('compare.stop', 'stops')} it, and goes on with it later."


@dataclass(slots=True)
class _Follow(RunEvents):
    """Puts what comes onto the screen, twice a second at most."""

    looked_at: ShownRun
    show: Callable[[], None]
    tell: Callable[[str], None]
    _soon: asyncio.TimerHandle | None = None
    _paused: str = ""  # what was said of the pause; each request that waits tells of it

    def came(self, row: Row) -> None:
        """Take an answer."""
        self.looked_at.came(row)
        if self._soon is None:
            loop = asyncio.get_running_loop()
            self._soon = loop.call_later(_SHOWN_EVERY_S, self._show)

    def _show(self) -> None:
        self._soon = None
        self.show()

    def end(self) -> None:
        """Show nothing more."""
        if self._soon is not None:
            self._soon.cancel()

    def paused(self, until: float) -> None:
        """Say until when nobody asks."""
        from tui.services.jobs.spending import clock

        said = f"The provider asks to wait until {clock(until)}."
        if said != self._paused:
            self._paused = said
            self.tell(said)


class DatasetRuns:
    """Runs a dataset through the models. `show` is called with the run that is looked at.

    `add` has the first column chosen; `stop_judge` ends judging, if any is under way.
    """

    def __init__(
        self,
        context: CompareContext,
        system: SystemPrompt,
        add: Callable[[], Awaitable[None]],
        show: Callable[[ShownRun], None],
        stop_judge: Callable[[], bool],
    ) -> None:
        self._stop_judge = stop_judge
        self._context, self._system, self._add, self._show = context, system, add, show
        self._sources = RunSources(context)
        self.settings = RunSettings()
        self._marked: Source | None = None  # rows another mode has asked for
        self._looked_at: ShownRun | None = None
        self._worker: Worker[None] | None = None

    def offer(self, words: str, positions: Sequence[int]) -> None:
        """Offer rows of the open dataset first the next time."""
        self._marked = Source(words, None, positions) if positions else None

    @property
    def under_way(self) -> bool:
        """Whether a run is asked for now."""
        return self._worker is not None

    def stop(self) -> None:
        """End the run under way; it can be gone on with."""
        if self._worker is not None:
            self._worker.cancel()

    @handles("compare.run", group="run-form")
    @opens
    async def begin(self) -> None:
        """Choose a dataset and ask every prompt of it."""
        if self.busy():
            return
        columns = self._context.comparison.columns
        if not columns:
            await self._add()
        candidates = tuple(column.candidate for column in columns)
        if not candidates:
            return
        source = await self._sources.choose([one.model for one in candidates], self._marked)
        if source is not None:
            await self.ask_source(candidates, source)

    def busy(self) -> bool:
        """Whether a run is asked for now, which is then said."""
        if self.under_way:
            self._context.tell(f"A run is under way. {_tells()}", seconds=4)
        return self.under_way

    async def ask_source(
        self, candidates: Sequence[Candidate], source: Source, *, records: bool = False
    ) -> bool:
        """Ask every prompt of a source, after its form and what it costs; False if it was left.

        With `records` the answers are kept for good, and what is recorded already is not asked.
        """
        found = await self._sources.with_recording(candidates, source)
        asked, repeats = found.candidates, found.repeats or self.settings.repeats
        names = tuple(one.name for one in asked)
        begin = replace(self.settings, repeats=repeats)
        if begin.limit is None and len(source.positions) > MANY:
            begin = replace(begin, limit=MANY)  # all of a large file is asked on purpose only
        title = "Record every answer" if records else "Ask every prompt"
        settings = await self._context.ask(RunForm(source.words, names, begin, title))
        if settings is None:
            return False
        self.settings = settings
        prompts, skipped = await self._sources.prompts(source, settings.limit)
        system = None if source.recording else self._system.own  # a dataset's stands in its prompts
        prompts = [p.with_system(system) if system else p for p in prompts]
        words = found.source or source.words
        plan = Plan(asked, tuple(prompts), settings.repeats, words, skipped, records)
        service = self._context.workspace.compare
        left = await service.left(plan)
        estimate = await service.estimate(plan, left=left)
        if not await self._may_cost(left.total, estimate):
            return False
        run = await (service.record(plan) if records else service.open(plan))
        if records and not run.missing:
            self._context.tell("It is recorded already: nothing is asked.", seconds=5)
        self._take(run, None if settings.cap is None else Cap(settings.cap, estimate))
        return True

    @handles("compare.stop", group="run-form")
    @opens
    async def stop_or_go_on(self) -> None:
        """Stop the run under way, or go on with the one that is looked at."""
        if self.under_way:
            self.stop()
            return
        if self._stop_judge():
            return
        looked_at = self._looked_at
        if looked_at is None or (not looked_at.missing and not _failed_in_passing(looked_at)):
            self._context.tell("There is nothing to go on with.", seconds=3)
            return
        service, plan = self._context.workspace.compare, looked_at.plan
        left = remaining_of(plan, looked_at.rows.values())
        estimate = await service.estimate(plan, left=left)
        if await self._may_cost(left.total, estimate):
            if looked_at.dropped:
                run = await (service.record(plan) if plan.records else service.open(plan))
            else:
                run = await service.resume(looked_at.id)
            self._take(run, None if self.settings.cap is None else Cap(self.settings.cap, estimate))

    def look_at(self, looked_at: ShownRun | None) -> None:
        """Go on from another run."""
        self._looked_at = looked_at

    # -- inside ------------------------------------------------------------------------

    async def _may_cost(self, answers: int, estimate: Estimate) -> bool:
        cap = self.settings.cap
        if (
            not answers
            or estimate.free
            or (cap is None and not self._context.workspace.profile.bills)
        ):
            return True
        above = cap is not None and estimate.above(cap)
        question = f"{plural(answers, 'answer')}: {estimate.words}."
        if above:
            question += f" That is above the {cap} you allow; it stops before it costs more."
            if estimate.amount is None:
                question = f"{plural(answers, 'answer')}: {estimate.words}, so no cap can be kept."
        return await self._context.ask(GoOn("Ask?", question, "ask", "goes back")) is True

    def _take(self, run: CompareRun, cap: Cap | None) -> None:
        looked_at = ShownRun(run.id, run.plan, dict(run.rows), run.facts, run)
        looked_at.asking = True
        self._looked_at = looked_at
        self._show(looked_at)
        self._worker = self._context.run(
            self._ask, looked_at, run, cap, group="run", description="ask every prompt"
        )

    async def _ask(self, looked_at: ShownRun, run: CompareRun, cap: Cap | None) -> None:
        self._context.working("compare-run", "asking every prompt")
        follow = _Follow(
            looked_at,
            lambda: self._show_if_looked_at(looked_at),
            lambda text: self._context.tell(text, seconds=5),
        )
        try:
            await run.ask(self.settings.at_once, follow, cap)
        except asyncio.CancelledError:
            looked_at.stopped = "stopped"
            raise
        except ServiceError as error:
            looked_at.stopped = f"stopped: {error.brief}"
            raise
        finally:
            self._worker = None
            follow.end()
            looked_at.asking, looked_at.run = False, None
            await asyncio.shield(run.close())
            looked_at.dropped = run.dropped
            if self._context.attached:
                self._context.working("compare-run", "")
                self._show_if_looked_at(looked_at)

    def _show_if_looked_at(self, looked_at: ShownRun) -> None:
        if looked_at is self._looked_at:
            self._show(looked_at)


def _failed_in_passing(looked_at: ShownRun) -> bool:
    return any(row.error is not None and row.again for row in looked_at.rows.values())
