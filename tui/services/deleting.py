"""Delete things at the provider one after the other: each is asked for once, then looked for.

What is asked for stands in the ledger before the request leaves, with all that is known of it;
so neither a lost answer, nor a killed program, nor a list that goes on naming what is deleted
makes anybody ask twice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.provider.deletion import STALE_S, Fate, Outcome, Tombstone
from tui.services.errors import LedgerError, ProfileClosed, ServiceError
from tui.services.store.best_effort import record_best_effort
from tui.services.store.process_token import own_token, still_runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
    from typing import Any

    from tui.core.provider.records import Deleted
    from tui.services.store.tables.deletions_table import DeletionsTable


@dataclass(frozen=True, slots=True)
class PresentObject:
    """Something that is there; `created` in Unix seconds, None where that is not told."""

    created: int | None = None


@dataclass(frozen=True, slots=True)
class DeletionWords:
    """What is said of one thing: what is asked to be done, that it is, and that it is not."""

    done: str = "deleted"
    gone: str = "it is not there any more"
    still: str = "it is still there"


@dataclass(frozen=True, slots=True)
class Deletable:
    """One kind of things that can be deleted, and how. What is awaited may raise a ServiceError.

    `look` returns None for what is certainly not there. `forget` takes note that one is gone,
    and of what was known of it.
    """

    noun: str
    delete: Callable[[str], Awaitable[Deleted]]
    look: Callable[[str], Awaitable[PresentObject | None]]
    listed: Callable[[], Awaitable[Collection[str]]]
    forget: Callable[[str, Mapping[str, Any]], Awaitable[None]]
    words: DeletionWords = field(default_factory=DeletionWords)


class Deletions:
    """Deletes things of one kind for one profile. No method raises a ServiceError."""

    def __init__(self, profile: str, table: DeletionsTable, kind: Deletable) -> None:
        self._profile, self._table, self._kind = profile, table, kind

    @property
    def noun(self) -> str:
        """What one of them is called: "model"."""
        return self._kind.noun

    async def run(
        self,
        ids: Iterable[str],
        on_outcome: Callable[[Outcome, ServiceError | None], None],
        *,
        facts: Callable[[str], Mapping[str, Any]] = lambda _: {},
        stopped: Callable[[], bool] = lambda: False,
    ) -> list[Outcome]:
        """Delete these in turn and return what came of each, once all have been looked for.

        `on_outcome` is told each as it comes, with the error if there was one. `facts` is what
        the ledger is to keep of one, as JSON values. When `stopped` says so, or the profile is
        closed meanwhile, the rest is left.
        """
        outcomes = []
        closed = False
        for one in dict.fromkeys(ids):
            error = None
            if closed or stopped():
                outcome = Outcome(one, Fate.NOT_ASKED)
            else:
                outcome, error = await self._delete(one, facts(one))
                closed = isinstance(error, ProfileClosed)
            outcomes.append(outcome)
            on_outcome(outcome, error)
        return await self._looked_over(outcomes)

    async def found_gone(self, one: str) -> None:
        """Take note that one is not there any more, if its deletion was never answered."""
        before = await self._before(one)
        if before is not None and before.open:
            cause = f"{before.before_words}; {self._kind.words.gone}"
            await self._settle(Outcome(one, Fate.DELETED, cause), before.facts)

    async def _delete(
        self, one: str, facts: Mapping[str, Any]
    ) -> tuple[Outcome, ServiceError | None]:
        before = await self._before(one)
        if before is not None and (settled := await self._settled_before(before)) is not None:
            return settled, None
        await record_best_effort(self._table.asked(self._profile, self.noun, one, facts))
        failure: ServiceError | None = None
        try:
            answer = await self._kind.delete(one)
        except ServiceError as error:
            failure = error
        if failure is None and answer.deleted:
            outcome = Outcome(one, Fate.DELETED)
        elif isinstance(failure, ProfileClosed):
            outcome = Outcome(one, Fate.NOT_ASKED)  # it never left, and may be asked for again
        elif failure is not None and not failure.outcome_unknown:
            outcome = Outcome(one, Fate.REFUSED, failure.brief)
        else:
            why = (
                failure.brief
                if failure
                else f"the provider did not say that it is {self._kind.words.done}"
            )
            outcome = await self._looked_for(one, why, answered=failure is None)
        await self._settle(outcome, facts)
        return outcome, None if outcome.gone else failure

    async def _looked_for(self, one: str, why: str, *, answered: bool) -> Outcome:
        """Settle by looking what no answer, or none that can be read, has settled."""
        try:
            found = await self._kind.look(one)
        except ServiceError as error:
            return Outcome(one, Fate.UNKNOWN, f"{why}; looking for it failed: {error.brief}")
        if found is None:
            return Outcome(one, Fate.DELETED, f"{why}; {self._kind.words.gone}")
        fate = Fate.REFUSED if answered else Fate.UNKNOWN
        return Outcome(one, fate, f"{why}; {self._kind.words.still}")

    async def _before(self, one: str) -> Tombstone | None:
        try:
            found = await self._table.one(self._profile, self.noun, one)
        except LedgerError:  # without a ledger nothing is remembered: it is asked for
            return None
        return found if found and (found.fate.gone or found.open) else None

    async def _settled_before(self, before: Tombstone) -> Outcome | None:
        """Return what came of an earlier request for the same, None where one is to be made."""
        one, when = before.id, before.before_words
        running = before.fate is Fate.ASKED and before.asker != own_token()
        if running and still_runs(before.asker):
            return Outcome(one, Fate.UNKNOWN, "another finetui is deleting it at this moment")
        try:
            found = await self._kind.look(one)
        except ServiceError as error:
            why = f"{when}; whether it is gone cannot be told: {error.brief}"
            return Outcome(one, Fate.UNKNOWN, f"{why}. It was not asked for again")
        if found is None:
            outcome = Outcome(one, Fate.DELETED, f"{when}; {self._kind.words.gone}")
            await self._settle(outcome, before.facts)
            return outcome
        made_since = found.created is not None and found.created > before.asked_at
        behind = before.fate.gone and time.time() - before.asked_at < STALE_S
        if behind and not made_since:
            return Outcome(one, Fate.STILL_LISTED, f"{when}; it was not asked for again")
        return None

    async def _looked_over(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Look once more at the end: a list may be behind, and a slow deletion done by now."""
        if not any(outcome.gone or outcome.fate is Fate.UNKNOWN for outcome in outcomes):
            return outcomes
        try:
            listed = set(await self._kind.listed())
        except ServiceError:  # what each answer said still holds
            return outcomes
        return [await self._second_look(outcome, listed) for outcome in outcomes]

    async def _second_look(self, outcome: Outcome, listed: Collection[str]) -> Outcome:
        seen = outcome
        if outcome.fate is Fate.DELETED and outcome.id in listed:
            seen = Outcome(outcome.id, Fate.STILL_LISTED, outcome.cause)
        elif outcome.fate is Fate.UNKNOWN and outcome.id not in listed:
            seen = await self._looked_for(outcome.id, outcome.cause, answered=False)
        if seen.fate is not outcome.fate:
            before = await self._before(seen.id)
            await self._settle(seen, before.facts if before else {})
            return seen
        return outcome

    async def _settle(self, outcome: Outcome, facts: Mapping[str, Any]) -> None:
        if outcome.gone:
            await self._kind.forget(outcome.id, facts)
        fate, cause = outcome.fate, outcome.cause
        await record_best_effort(
            self._table.settle(self._profile, self.noun, outcome.id, fate, cause)
        )
