"""Fine-tuning jobs: created exactly once, listed, followed, ended."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.catalog.abilities import Ability
from tui.core.jobs.jobs import Job
from tui.core.jobs.match import Match, match
from tui.core.provider.records import decode_result
from tui.services.errors import (
    InputError,
    NotOffered,
    Refused,
    ServiceError,
    Unanswered,
)
from tui.services.jobs.job_cache import JobCache
from tui.services.jobs.requests import JobRequest
from tui.services.provider.interface import check_offered
from tui.services.provider.select import api_of
from tui.services.provider.writes import Write
from tui.services.store.best_effort import record_best_effort
from tui.services.store.process_token import own_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping, Sequence

    from tui.services.provider.interface import Action, Checkpoints, Events, ProviderApi
    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store

__all__ = ["JobRequest", "JobService"]

# After a lost answer: looked for after these many seconds, one after the other.
T = TypeVar("T")
LOOK_AFTER_S = (0.0, 1.0, 2.0, 4.0)
LOOK_AT = 200  # jobs, the newest


class JobService:
    """The jobs of one profile. Every method raises a ServiceError when it fails."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        api: ProviderApi | None = None,
        *,
        look_after: Sequence[float] = LOOK_AFTER_S,
    ) -> None:
        self._provider = provider
        self._store = store
        whole = api or api_of(provider)
        self._api, self._abilities = whole.jobs, whole.abilities
        self._profile = provider.profile.name
        self._look_after = look_after
        self.cache = JobCache(store.seen_jobs, self._profile)

    async def create(
        self,
        request: JobRequest,
        on_lost: Callable[[ServiceError], None] | None = None,
        *,
        nonce: str | None = None,
        on_found: Callable[[Match], None] | None = None,
    ) -> Job:
        """Create one job, never two.

        The request is sent once and carries a nonce. If no certain answer comes, `on_lost` is
        told and the job is looked for; `on_found` is told how sure it is that it was found.
        Raises Unanswered only when it still cannot be found. A `nonce` is given where money
        was reserved by it: nothing is sent then unless the ledger takes note.
        """
        doing = "create the job"
        reserved, nonce = nonce is not None, nonce or new_nonce()
        body = request.body(nonce)
        moved = {} if request.moved_from is None else {"moved_from": dict(request.moved_from)}
        asked = self._store.jobs.asked(self._profile, nonce, {**body, **moved}, own_token())
        await (asked if reserved else record_best_effort(asked))
        if request.forecast is not None:
            await record_best_effort(
                self._store.forecasts.add(self._profile, nonce, request.forecast)
            )
        asked_at = time.time()
        paths = self._provider.profile.provider_entry.paths
        with self._provider.watched(Write(doing, "POST", paths.jobs, paths)):
            try:
                job = await self._api.create(body)
            except ServiceError as error:
                if not error.outcome_unknown:
                    await record_best_effort(self._store.jobs.refused(self._profile, nonce))
                    raise
                if on_lost is not None:
                    on_lost(error)
                found = await self._look_for(nonce, body, asked_at, error)
                if on_found is not None:
                    on_found(found)
                assert found.job is not None
                job = found.job
            await record_best_effort(self._store.jobs.made(self._profile, nonce, job.raw))
        self.cache.saw_jobs([job])
        return job

    async def find_asked(self, nonce: str, request: Mapping[str, Any], asked_at: float) -> Match:
        """Return which job came of a request that got no answer, and how sure that is."""
        jobs = await self._api.list(LOOK_AT, mark=nonce)
        found = match(jobs, self._api.mark_of, nonce, {}, asked_at)
        if found.job is not None:
            return found
        # Where metadata is not kept, the filter leaves nothing, and marks are nowhere.
        records = await self._store.jobs.all(self._profile)
        known = {one.job_id for one in records if one.job_id is not None and one.nonce != nonce}
        jobs = await self._api.list(LOOK_AT)
        return match(jobs, self._api.mark_of, nonce, request, asked_at, known)

    async def list(self, limit: int | None = None) -> list[Job]:
        """Return the jobs, newest first, all of them or at most `limit`."""
        jobs = await self._api.list(limit)
        self.cache.saw_jobs(jobs, listed=True)
        return jobs

    async def retrieve(self, job_id: str) -> Job:
        """Return one job as it is now."""
        job = await self._api.retrieve(job_id)
        self.cache.saw_jobs([job])
        return job

    async def cancel(self, job_id: str) -> Job:
        """End a job; what it trained so far is lost unless a checkpoint was kept."""
        return await self._act(job_id, "cancel")

    async def pause(self, job_id: str) -> Job:
        """Pause a running job, where the provider offers it."""
        return await self._act(job_id, "pause")

    async def resume(self, job_id: str) -> Job:
        """Let a paused job go on."""
        return await self._act(job_id, "resume")

    async def events(self, job_id: str, known: Container[str] = ()) -> Events:
        """Return all events, oldest first; only those after the last one in `known`, if given."""
        events = await self._of_job(job_id, "events", self._api.events(job_id, known))
        self.cache.saw_events(job_id, events)
        return events

    async def checkpoints(self, job_id: str) -> Checkpoints:
        """Return the checkpoints kept, by step."""
        found = await self._of_job(job_id, "checkpoints", self._api.checkpoints(job_id))
        found.sort(key=lambda checkpoint: checkpoint.step or 0)
        self.cache.saw_checkpoints(job_id, found)
        return found

    async def result_csv(self, job_id: str) -> str:
        """Return the job's result file as CSV text. Raises InputError while there is none."""
        check_offered(self._abilities, Ability.RESULT, f"read the result of job {job_id}")
        job = await self.retrieve(job_id)
        if (content := await self._api.result(job)) is None:
            raise InputError(
                f"No result file of job {job_id}",
                f"its status is {job.status} and it lists no result file",
                "It comes with a job that succeeded.",
            )
        return decode_result(content)

    async def _act(self, job_id: str, action: Action) -> Job:
        job = await self._api.act(job_id, action)
        self.cache.saw_jobs([job])
        return job

    async def close(self) -> None:
        """Write down what was seen; no more is noted afterwards."""
        await self.cache.close()

    async def _look_for(
        self, nonce: str, request: Mapping[str, Any], asked_at: float, lost: ServiceError
    ) -> Match:
        found = Match()
        for wait in self._look_after:
            await asyncio.sleep(wait)
            try:
                found = await self.find_asked(nonce, request, asked_at)
            except ServiceError:  # still gone: the next look may get through
                continue
            if found.job is not None:
                return found
        await record_best_effort(self._store.jobs.unanswered(self._profile, nonce))
        likely = f"; it may be one of {', '.join(found.others)}" if found.others else ""
        raise Unanswered(
            "The job was asked for, and its outcome is unknown",
            f"{lost.cause}; no job with nonce {nonce} is listed so far{likely}",
            "`finetui jobs unanswered` looks again; do so before creating it again.",
            request_id=lost.request_id,
        ) from lost

    async def _of_job(self, job_id: str, what: str, asked: Awaitable[T]) -> T:
        """Return a list of a job. Raises NotOffered where the job is there and the list is not."""
        try:
            return await asked
        except Refused as error:
            if not isinstance(error, NotOffered):
                if error.status != 404:
                    raise
                await self.retrieve(job_id)  # a job that is not there says so itself
            raise NotOffered(
                error.title,
                f"the {what} of a job are not offered here ({error.cause})",
                f"Profile {self._profile} does not offer this.",
                request_id=error.request_id,
                status=404,
            ) from error


def new_nonce() -> str:
    """Return a mark by which one job can be found again."""
    return secrets.token_hex(12)


# Written here because inside the class `list` is a method.
Jobs = list[Job]
