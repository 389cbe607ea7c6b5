"""Have a model judge the answers of a run, prompt by prompt; each score is saved at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tui.core.chat.parameters import ChatParameters
from tui.core.compare.judging import JudgeBill, JudgeSettings, Sheet, read_scores, sheet
from tui.core.compare.plan import Candidate
from tui.core.compare.result_row import Row, Slot
from tui.core.money.answers import answer_cost
from tui.core.money.terms import charge_words
from tui.core.provider.records import Usage
from tui.core.text.text import plural
from tui.services.compare.asking import Asker
from tui.services.compare.retry_policy import SharedPause
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.core.catalog.models import ModelFacts
    from tui.services.compare.run import Cap, CompareRun


class Judge:
    """Judges what has come of a run and has no score. `facts` are those of the judge's model."""

    def __init__(self, run: CompareRun, settings: JudgeSettings, facts: ModelFacts | None) -> None:
        self._run, self._settings, self._facts = run, settings, facts
        parameters = ChatParameters(temperature=run.plan.candidates[0].parameters.temperature)
        self._candidate = Candidate("judge", settings.model, parameters)
        self._stopped: ServiceError | None = None
        self._told: Callable[[], None] = lambda: None
        self.bill = JudgeBill(settings.fingerprint, settings.model)

    async def ask(
        self,
        concurrency: int,
        cap: Cap | None = None,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """Judge every prompt whose answers have come; `told` is called after each.

        Raises the ServiceError that ended it.
        """
        self._told = told
        known = await self._run.table.judge(self._run.id)
        if known.fingerprint not in {"", self.bill.fingerprint}:
            raise InputError(
                "Another judge",
                f"{known.model} has judged this run, by another rubric or seed",
                "Ask the same judge in the same way, or begin another run.",
            )
        self.bill = known if known.fingerprint else self.bill
        asker = Asker(self._run.chat, SharedPause(), self._run.retry_policy, _nothing)
        groups = iter([*self._groups()])
        async with asyncio.TaskGroup() as tasks:
            for _ in range(concurrency):
                tasks.create_task(self._work(groups, asker, cap))
        if self._run.out is not None:
            await asyncio.to_thread(self._run.out.rewrite, self._run.rows.values())
        if self._stopped is not None:
            raise self._stopped

    @property
    def cost(self) -> Decimal | None:
        """What the judge has cost; None where its price is not known."""
        asked, answered = self.bill.prompt_tokens, self.bill.answer_tokens
        return answer_cost(Usage(asked, answered, asked + answered), self._facts).amount

    @property
    def currency(self) -> str:
        """What it is paid in."""
        return "USD" if self._facts is None else self._facts.currency

    @property
    def words(self) -> str:
        """How often it was asked, and what that costs."""
        cost, failed = self.cost, self.bill.failed
        price = "not known" if cost is None else charge_words(cost, self.currency)
        scoreless = f", {failed:,} without scores" if failed else ""
        return f"{plural(self.bill.asked, 'judgement')}{scoreless}; its bill: {price}"

    def _groups(self) -> Iterator[list[Row]]:
        """Yield the answers to each prompt at each repeat, where one of them has no score."""
        found: dict[tuple[int, int], list[Row]] = {}
        for slot in self._run.plan.slots():
            row = self._run.rows.get(slot)
            if row is not None and row.error is None:
                found.setdefault((slot.line, slot.repeat), []).append(row)
        for rows in found.values():
            if any(row.measures.judge is None for row in rows):
                yield rows

    async def _work(self, groups: Iterator[list[Row]], asker: Asker, cap: Cap | None) -> None:
        prompts = {prompt.line: prompt for prompt in self._run.plan.prompts}
        for rows in groups:
            if self._stopped is not None:
                return
            slot = rows[0].slot
            answers = [(row.slot.model, row.answer) for row in rows]
            page = sheet(self._settings, prompts[slot.line], slot.repeat, answers)
            try:
                if cap is not None:
                    cap.check(self._run.spent + (self.cost or Decimal(0)), Decimal(0))
                await self._judge(rows, page, asker)
            except ServiceError as error:
                self._stopped = self._stopped or error

    async def _judge(self, rows: list[Row], page: Sheet, asker: Asker) -> None:
        slot = Slot(rows[0].slot.line, self._candidate.name, rows[0].slot.repeat)
        said = await asker.answer(slot, self._candidate, page.prompt)
        scores = read_scores(said.answer.text, page.names) or {}
        self.bill = self.bill.plus(said.prompt_tokens, said.answer_tokens, ok=bool(scores))
        judged = [
            replace(row, measures=replace(row.measures, judge=scores[row.slot.model]))
            for row in rows
            if row.slot.model in scores
        ]
        await self._run.table.judged(self._run.id, judged, self.bill)
        for row in judged:
            self._run.rows[row.slot] = row
        self._told()


async def _nothing(_slot: Slot) -> None:
    """Keep no books of judgements asked for again: no answer depends on them."""
