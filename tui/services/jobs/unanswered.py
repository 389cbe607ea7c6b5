"""Jobs whose creation was never answered: searched, matched, and settled."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tui.core.jobs.jobs import parse_job
from tui.core.jobs.match import Match
from tui.core.money.terms import amount_words
from tui.core.provider.parsing import MalformedError, as_map, as_text
from tui.core.text.text import one_line
from tui.services.errors import InputError, ServiceError
from tui.services.jobs.spending import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.catalog.training import Terms
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.service import JobService
    from tui.services.store.store import Store
    from tui.services.store.tables.jobs_table import JobRecord
    from tui.services.store.tables.reservations_table import Reservation

NEVER_MADE_S = 3600.0  # a job that is still not listed this long after its request was not made
# A job found after its answer was lost is listed as such for a day, so that the same job is not
# created twice unawares.
TOLD_FOR_S = 86_400.0


@dataclass(frozen=True, slots=True)
class UnansweredJob:
    """A job asked for without an answer, and what is known of it now.

    `looked` is whether the provider could be asked; `gone` is whether it certainly was not
    made. `reserved` is what it may come to.
    """

    record: JobRecord
    match: Match = field(default_factory=Match)
    looked: bool = True
    gone: bool = False
    reserved: Reservation | None = None

    @property
    def nonce(self) -> str:
        """The mark it was asked for with."""
        return self.record.nonce or ""

    @property
    def words(self) -> str:
        """What is known of it, in a sentence without its stop."""
        at = clock(self.record.asked_at)
        money = self.reserved and amount_words(self.reserved.amount, self.reserved.currency)
        if (job := self.match.job) is not None:
            told = f"the job asked for at {at} without an answer exists"
            return f"{told}: {one_line(job.id, 60)} ({self.match.words})"
        if self.gone:
            free = f"; the {money} reserved for it are free again" if money else ""
            return f"the job asked for at {at} without an answer was never made{free}"
        kept = f"; {money} stay reserved for it" if money else ""
        asked = f"a job asked for at {at} got no answer"
        if not self.looked:
            return f"{asked}, and the jobs cannot be listed now: it may exist{kept}"
        if self.match.others:
            return f"{asked}; it may be one of {', '.join(self.match.others)}{kept}"
        return f"{asked} and is not listed: it may yet come{kept}"

    def to_json(self) -> dict[str, Any]:
        """Return it as headless commands print it."""
        job, request = self.match.job, self.record.request
        return {
            "nonce": self.nonce,
            "asked_at": self.record.asked_at,
            "model": request.get("model"),
            "suffix": request.get("suffix"),
            "training_file": request.get("training_file"),
            "job": None if job is None else job.id,
            "certainty": None if job is None else "mark" if self.match.sure else "likely",
            "may_be": list(self.match.others),
            "never_made": self.gone,
            "reserved": None if self.reserved is None else float(self.reserved.amount),
            "told": self.words,
        }


class UnansweredJobs:
    """Looks for the jobs of one profile that were asked for without an answer.

    Every method raises LedgerError.
    """

    def __init__(self, profile: str, store: Store, jobs: JobService) -> None:
        self._profile = profile
        self._store = store
        self._jobs = jobs

    async def unsettled(self) -> list[JobRecord]:
        """Return the jobs that were asked for and may have to be looked for, newest first.

        One that was found stays among them for a day, unless somebody has gone on knowing of it.
        """
        return [
            one
            for one in await self._store.jobs.all(self._profile)
            if (not one.waiting if one.job_id is None else one.lost and _recent(one))
        ]

    async def look(self) -> list[UnansweredJob]:
        """Look for all of them, newest first, and write down what is found."""
        records = await self.unsettled()
        if not records:
            return []
        reserved = await self._store.reservations.all(self._profile)
        return [
            UnansweredJob(one, _as_found(one))
            if one.job_id is not None
            else await self._look_for(one, reserved.get(one.nonce or ""))
            for one in records
        ]

    async def _look_for(self, record: JobRecord, reserved: Reservation | None) -> UnansweredJob:
        nonce, at = record.nonce or "", record.asked_at
        try:
            match = await self._jobs.find_asked(nonce, record.request, at)
        except ServiceError:
            return UnansweredJob(record, looked=False, reserved=reserved)
        found = UnansweredJob(record, match, reserved=reserved)
        if match.job is not None:
            sure = {"finetui_found": "mark" if match.sure else "likely"}
            job = {**match.job.raw, **sure}
            await self._store.jobs.made(self._profile, nonce, job, found=True)
        elif not match.others and time.time() - at > NEVER_MADE_S:
            await self._store.jobs.refused(self._profile, nonce)
            found = replace(found, gone=True)
        return found


def _recent(record: JobRecord) -> bool:
    return time.time() - record.asked_at < TOLD_FOR_S


def _as_found(record: JobRecord) -> Match:
    try:
        return Match(parse_job(record.job), sure=record.job.get("finetui_found") != "likely")
    except MalformedError:
        return Match()


def worth_asking(
    found: Iterable[UnansweredJob], draft: Draft, terms: Terms, training_id: str | None
) -> list[UnansweredJob]:
    """Return those that make it doubtful whether a draft should be asked for.

    `training_id` is that of the training file, None while it is not uploaded or not known.
    One that may yet come is, whatever it is; one that exists only if it is the same job.
    """
    return [
        one
        for one in found
        if one.record.lost
        and not one.gone
        and (one.match.job is None or _same(one, draft, terms, training_id))
    ]


def _same(one: UnansweredJob, draft: Draft, terms: Terms, training_id: str | None) -> bool:
    asked = one.record.request
    file_id = as_text(asked.get("training_file")) or ""
    if training_id not in {None, file_id}:
        return False
    try:
        now = draft.request(terms, file_id or "file").body(one.nonce)
    except (InputError, ValueError):  # not all of it is typed yet, or it has a grader of its own
        return as_text(asked.get("model")) == draft.model.strip()
    left_out = {"validation_file", "metadata", "integrations"}
    return _without(now, left_out) == _without(asked, left_out)


def _without(body: object, names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in as_map(body).items() if key not in names}
