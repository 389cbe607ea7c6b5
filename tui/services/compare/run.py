"""One run: asks for the answers that are missing, and saves each as it comes.

An answer counts once it stands in the ledger and in the file of results, in this order. What is
missing from the file after a kill is put there from the ledger; so nothing that came is asked
again, and nothing is lost.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from tui.core.compare.table import Table
from tui.core.money.terms import amount_words
from tui.services.compare.asking import Asker
from tui.services.compare.retry_policy import RetryPolicy, SharedPause
from tui.services.errors import NeedsConfirmation, Refused, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.plan import Plan
    from tui.core.compare.result_row import Row, Slot
    from tui.services.chat.service import ChatService
    from tui.services.compare.estimate import Estimate
    from tui.services.compare.results_file import ResultsFile
    from tui.services.store.tables.comparisons_table import ComparisonsTable


class CapReached(NeedsConfirmation):
    """The next answer may go above what the run was allowed to cost."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that a run may cost; `estimate` says what one answer comes to."""

    amount: Decimal
    estimate: Estimate

    def check(self, spent: Decimal, asking: Decimal) -> None:
        """Raise CapReached when one more answer may go above it."""
        if spent + asking > self.amount:
            cap = amount_words(self.amount, self.estimate.currency)
            raise CapReached(
                "Stopped at the cap",
                f"{amount_words(spent, self.estimate.currency)} spent of {cap}",
                "Allow more, and run the same again: it goes on where it is.",
            )


class RunEvents:
    """What is told of a run under way; every method may be left as it is."""

    def came(self, row: Row) -> None:
        """Take note that an answer counts, or that a prompt failed for good."""

    def paused(self, until: float) -> None:
        """Take note that nobody asks until a Unix time: the provider wants a pause."""


@dataclass(slots=True)
class CompareRun:
    """A run that is held by this process. Close it in the end.

    `rows` holds what has come, `lost` what was asked for without an answer by a process that
    ended, and `resumed` how many answers were there to begin with. `spent` is what the answers
    have cost, as far as that is known. `dropped` is whether nothing is kept of it.
    """

    id: str
    plan: Plan
    facts: Mapping[str, ModelFacts]
    table: ComparisonsTable
    chat: ChatService
    out: ResultsFile | None
    rows: dict[Slot, Row]
    lost: set[Slot]
    asked_again: int = 0
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    resumed: int = 0
    spent: Decimal = Decimal(0)
    dropped: bool = False
    _events: RunEvents = field(default_factory=RunEvents)
    _cap: Cap | None = None
    _asking: dict[Slot, Decimal] = field(default_factory=dict)
    _failed_in_a_row: int = 0
    _recorded: frozenset[str] = frozenset()
    _stopped: ServiceError | None = None
    _outcome_unknown: bool = False  # of any answer that did not come
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._recorded = frozenset(c.name for c in self.plan.candidates if c.recording)
        self.spent = sum(map(self._cost, self.rows.values()), Decimal(0))

    @property
    def missing(self) -> int:
        """How many answers have not come."""
        return self.plan.size - len(self.rows)

    @property
    def failed(self) -> int:
        """How many prompts have failed for good."""
        return sum(row.error is not None for row in self.rows.values())

    @property
    def in_order(self) -> list[Row]:
        """What has come, in the order of asking."""
        return [self.rows[slot] for slot in self.plan.slots() if slot in self.rows]

    def results(self, earlier: Mapping[str, list[Row]]) -> Table:
        """Return the table of what has come, beside that of earlier runs."""
        names = [one.name for one in self.plan.candidates]
        return Table(names, self.in_order, self.facts, earlier)

    async def ask(
        self, concurrency: int, events: RunEvents | None = None, cap: Cap | None = None
    ) -> None:
        """Ask for all that is missing, this many at a time.

        Raises the ServiceError that ended it before its time, such as CapReached; what was
        being asked for then has been waited for.
        """
        self._events, self._cap = events or RunEvents(), cap
        self._stopped = None
        pause = SharedPause(self._events.paused)
        asker = Asker(self.chat, pause, self.retry_policy, self._asks_again)
        slots = iter([slot for slot in self.plan.slots() if slot not in self.rows])
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(self._work(slots, asker))
        if self._stopped is not None:
            raise self._stopped

    def _cost(self, row: Row) -> Decimal:
        if row.slot.model in self._recorded:  # that was paid for when it was recorded
            return Decimal(0)
        return row.cost(self.facts.get(row.slot.model)) or Decimal(0)

    async def close(self) -> None:
        """Give the run and its file back.

        One that was refused before anything came is dropped: there is nothing to go on with, and
        nothing that may have been billed.
        """
        if self.out is not None:
            await asyncio.to_thread(self.out.close)
        refused = self._stopped is not None and not self._outcome_unknown
        if refused and not self.rows and not self.lost and not self.asked_again:
            self.dropped = True
            await self.table.delete(self.id)
        else:
            await self.table.release(self.id)

    async def _work(self, slots: Iterator[Slot], asker: Asker) -> None:
        prompts = {prompt.line: prompt for prompt in self.plan.prompts}
        candidates = {one.name: one for one in self.plan.candidates}
        for slot in slots:
            if self._stopped is not None:
                return
            try:
                self._check_cap(slot)
                prompt = prompts[slot.line]
                await self._mark(slot, prompt.fingerprint)
                await self._keep(await asker.answer(slot, candidates[slot.model], prompt))
            except ServiceError as error:
                self._stopped = self._stopped or error
                self._outcome_unknown |= error.outcome_unknown
            finally:
                self._asking.pop(slot, None)

    def _check_cap(self, slot: Slot) -> None:
        if self._cap is None:
            return
        each = self._cap.estimate.each.get(slot.model, Decimal(0))
        self._cap.check(self.spent, sum(self._asking.values(), Decimal(0)) + each)
        self._asking[slot] = each

    async def _mark(self, slot: Slot, prompt: str) -> None:
        before = slot in self.lost
        await self.table.asked(self.id, slot, prompt, before=before)
        self.asked_again += before
        self.lost.discard(slot)

    async def _asks_again(self, slot: Slot) -> None:
        self.asked_again += 1
        prompt = next(p for p in self.plan.prompts if p.line == slot.line)
        await self.table.asked(self.id, slot, prompt.fingerprint, before=True)

    async def _keep(self, row: Row) -> None:
        async with self._writing:
            await self.table.answered(self.id, [row])
            if self.out is not None:
                await asyncio.to_thread(self.out.add, row)
            self.rows[row.slot] = row
            self.spent += self._cost(row)
        self._events.came(row)
        self._failed_in_a_row = self._failed_in_a_row + 1 if row.error is not None else 0
        if self._failed_in_a_row >= self.retry_policy.give_up_after:
            raise Refused(
                "Stopped",
                f"{self._failed_in_a_row} prompts in a row failed, the last: {row.error}",
                "Correct it, and run the same again: it goes on where it is.",
            )
