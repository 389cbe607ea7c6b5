"""Have a model judge the answers of the run that is looked at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.compare.judging import RUBRIC, JudgeSettings
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.editor import TextEditor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.worker import Worker

    from tui.screens.compare.compare_context import CompareContext
    from tui.screens.compare.results.looking import Results
    from tui.screens.compare.results.state import ShownRun
    from tui.services.compare.judge import Judge
    from tui.services.compare.run import CompareRun

AT_ONCE = 4  # requests


class ModelJudge:
    """Asks for a judge and what counts, then scores prompt by prompt; `stop` ends it.

    `ask_model` has a model chosen; `busy` tells whether answers of a run are asked for.
    """

    def __init__(
        self,
        context: CompareContext,
        results: Results,
        ask_model: Callable[[str, str], Awaitable[str | None]],
        busy: Callable[[], bool],
    ) -> None:
        self._context, self._results = context, results
        self._ask_model, self._busy = ask_model, busy
        self._model, self._rubric = "", RUBRIC
        self._worker: Worker[None] | None = None

    def stop(self) -> bool:
        """End the judging under way, what is scored stays; return whether there was any."""
        if self._worker is not None:
            self._worker.cancel()
        return self._worker is not None

    @handles("compare.judge", group="judge-form")
    @opens
    async def judge(self) -> None:
        """Choose who judges by what, and have every answer scored."""
        looked_at = self._results.asked_for
        if self._busy() or self._worker is not None:
            self._context.tell(
                f"A run is under way: {key_hint('compare.stop', 'stops')} it.", seconds=4
            )
            return
        model = await self._ask_model("Who judges?", self._model)
        if not model:
            return
        hint = "What the judge is told; it sees the answers in an order by chance."
        rubric = await self._context.ask(TextEditor("What counts", self._rubric, hint=hint))
        if rubric is None or not rubric.strip():
            return
        self._model, self._rubric = model, rubric
        settings = JudgeSettings(model, rubric.strip())
        if await self._may_cost(looked_at, settings):
            await self._begin(looked_at, settings)

    # -- inside ------------------------------------------------------------------------

    async def _may_cost(self, looked_at: ShownRun, settings: JudgeSettings) -> bool:
        workspace = self._context.workspace
        estimate = await workspace.compare.judge_estimate(looked_at.plan, settings)
        if estimate.free or not workspace.profile.bills:
            return True
        count = plural(len(looked_at.plan.prompts) * looked_at.plan.repeats, "judgement")
        question = f"{count} by {one_line(settings.model, 60)}: {estimate.words}."
        return await self._context.ask(GoOn("Judge?", question, "ask", "goes back")) is True

    async def _begin(self, looked_at: ShownRun, settings: JudgeSettings) -> None:
        service = self._context.workspace.compare
        run = await service.resume(looked_at.id)
        try:
            judge = await service.judge(run, settings)
        except BaseException:  # whatever it was goes on; the run is given back
            await run.close()
            raise
        self._worker = self._context.run(
            self._work, looked_at, run, judge, group="judge", description="judge answers"
        )

    async def _work(self, looked_at: ShownRun, run: CompareRun, judge: Judge) -> None:
        self._context.working("compare-judge", "judging answers")

        def told() -> None:
            of = plural(len(looked_at.plan.prompts) * looked_at.plan.repeats, "judgement")
            looked_at.judging = (
                f"{judge.bill.asked:,} of {of} · {key_hint('compare.stop', 'stops')}"
            )
            self._results.show(looked_at)

        told()
        try:
            await judge.ask(AT_ONCE, told=told)
        finally:
            self._worker, looked_at.judging = None, ""
            await asyncio.shield(run.close())
            looked_at.take(run.rows)
            if self._context.attached:
                self._context.working("compare-judge", "")
                self._results.show(looked_at)
                if judge.bill.asked:  # else it was refused, which is said by itself
                    shows = key_hint("compare.measure", "shows")
                    self._context.tell(f"{judge.words}. {shows} the scores.", seconds=8)
