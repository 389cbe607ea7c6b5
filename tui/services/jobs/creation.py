"""From a pre-flight that was agreed to, to one job: money set aside, files sent, the job asked for.

What the form and the command line do alike. Neither questions nor widgets are known here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.services.errors import NeedsConfirmation, Refused
from tui.services.jobs.drafts import read_grader
from tui.services.jobs.preflight import refuse_blocked
from tui.services.jobs.service import new_nonce
from tui.services.jobs.spending import reserve
from tui.services.store.best_effort import kept

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from decimal import Decimal

    from tui.core.jobs.jobs import Job
    from tui.core.jobs.match import Match
    from tui.core.provider.transfers import Progress
    from tui.services.errors import ServiceError
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight import Preflight, Source
    from tui.services.workspace import Workspace

TRAINING_CLOSED = "training_not_available"


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody has agreed to spend.

    With `above` the job may go above the budget. `amount` is what a job of unknown cost counts
    as in the budget.
    """

    above: bool = False
    amount: Decimal | None = None


class JobCreation:
    """Creates jobs, telling how far it is; `sent` are the files uploaded for the last one.

    `on_upload(source, progress)`, `on_reused(source, file id)`, `on_lost(error)` and
    `on_found(match)` are called on the loop; `before_asking` is awaited before the job is asked
    for.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        on_upload: Callable[[Source, Progress], None],
        on_lost: Callable[[ServiceError], None],
        on_found: Callable[[Match], None],
        on_reused: Callable[[Source, str], None] = lambda _source, _id: None,
        before_asking: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.sent: list[str] = []
        self._workspace = workspace
        self._on_upload, self._on_reused = on_upload, on_reused
        self._on_lost, self._on_found = on_lost, on_found
        self._before_asking = before_asking

    async def create(self, draft: Draft, found: Preflight, consent: Consent) -> Job:
        """Create the job that was looked at. Raises a ServiceError.

        Money is set aside first, where the profile has a budget: AboveBudget says that others
        have taken it meanwhile. It stays so when the answer is lost, and is free again when
        the job was refused or never asked for.
        """
        refuse_blocked(found)
        self.sent.clear()
        store, profile = self._workspace.store, self._workspace.profile
        grader = None
        if draft.method == "reinforcement":
            grader = await asyncio.to_thread(read_grader, draft.grader)
        nonce = new_nonce()
        reserved = await self._reserve(nonce, found, consent)
        try:
            ids = [await self._file_id(source) for source in found.sources]
            if self._before_asking is not None:
                await self._before_asking()
            request = draft.request(profile.terms, ids[0], ids[1] if len(ids) > 1 else None, grader)
            if found.price is not None:
                request = replace(request, forecast=found.price.forecast)
            await kept(store.lost_jobs_known(profile.name, found.lost))
            return await self._workspace.jobs.create(
                request, self._on_lost, nonce=nonce if reserved else None, on_found=self._on_found
            )
        finally:
            if reserved:  # it stays where the job was asked for and may exist
                await kept(store.reservations.release(profile.name, nonce))

    async def _reserve(self, nonce: str, found: Preflight, consent: Consent) -> bool:
        """Set the cost of the job aside; tells whether there was anything to."""
        money = self._workspace.profile.money
        lab = self._workspace.profile.kind == "lab" and not money.prices
        if money.budget is None or lab:
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
        await reserve(self._workspace, nonce, amount, above=consent.above)
        return True

    async def _file_id(self, source: Source) -> str:
        if source.file_id is not None:
            return source.file_id
        if source.path is None:
            raise ValueError("neither a file nor an id")
        info, reused = await self._workspace.files.ensure(
            source.path, lambda progress: self._on_upload(source, progress)
        )
        if reused:
            self._on_reused(source, info.id)
        else:
            self.sent.append(info.id)
        return info.id


def refuse_changed(agreed: Preflight, found: Preflight) -> None:
    """Raise NeedsConfirmation when a later look finds what nobody has agreed to.

    The files may have been written to while questions about them were open.
    """
    refuse_blocked(found)
    known = {part.topic for part in agreed.at("ask")}
    new = [f"{part.topic}: {part.text}" for part in found.at("ask") if part.topic not in known]
    if not new and _more(agreed.amount, found.amount):
        new = [part.text for part in found.parts if part.topic == "cost"]
    if new:
        cause = f"something has changed since you were asked: {'; '.join(new)}"
        raise NeedsConfirmation("Not done", cause, "ctrl+s asks again.")


def _more(before: Decimal | None, now: Decimal | None) -> bool:
    return before is not None and (now is None or now > before)


def training_closed(error: ServiceError) -> bool:
    """Whether the provider starts no training for the organisation any more."""
    return isinstance(error, Refused) and error.code == TRAINING_CLOSED
