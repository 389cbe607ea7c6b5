"""The inventory of a profile: all models it has or ever had, and what became of each.

What the provider lists, its jobs, what it has deployed and the ledger are looked at together; each
may be missing, and what the others tell is shown all the same.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.catalog.abilities import Ability
from tui.core.models.assemble import KnownModels, assemble
from tui.core.models.remembered import RememberedModel
from tui.core.text.moments import day_of
from tui.services.errors import InputError, LedgerError, NotOffered, ServiceError
from tui.services.models.ledger_facts import costs_of, kept_checkpoints, read_facts
from tui.services.models.lookups import look_up, unsettled
from tui.services.models.service import JOBS_LOOKED_AT, or_error
from tui.services.store.best_effort import record_best_effort

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Sequence

    from tui.core.catalog.models import Catalog
    from tui.core.jobs.cost_so_far import JobCost
    from tui.core.jobs.jobs import Job
    from tui.core.models.entry import ModelEntry
    from tui.core.provider.deletion import Tombstone
    from tui.core.provider.deployments import Deployment
    from tui.core.provider.records import ModelInfo
    from tui.services.jobs.service import JobService
    from tui.services.models.deployments import DeploymentService
    from tui.services.models.ledger_facts import LedgerFacts
    from tui.services.models.service import ModelService
    from tui.services.provider.interface import ProviderApi
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store

T = TypeVar("T")
TOGETHER_S = 0.05  # how long the list of models waits for the others, to be shown with them


@dataclass(frozen=True, slots=True)
class InventorySeen:
    """The models as far as they are known; `complete` once nothing more is asked for.

    `problem` is why the list of models did not come, `jobs_problem` why the jobs did not (those
    seen before stand in for them), `deployments_problem` why it is not known what is deployed.
    """

    entries: tuple[ModelEntry, ...] = ()
    jobs: tuple[Job, ...] = ()
    problem: ServiceError | None = None
    jobs_problem: ServiceError | None = None
    deployments_problem: ServiceError | None = None
    complete: bool = False
    at: float = 0.0

    def check_known(self) -> None:
        """Raise what keeps it from being known whether a model is used."""
        if self.problem is not None:
            raise self.problem
        # Without jobs any may be continued from, without deployments any may serve somebody.
        for problem in (self.jobs_problem, self.deployments_problem):
            if problem is not None and not isinstance(problem, NotOffered):
                raise problem
        if not self.complete:
            cause = "the provider is still being asked what there is"
            raise InputError("Cannot say what to clean up", cause, "Try again in a moment.")


@dataclass(frozen=True, slots=True)
class _Answers:
    """What came of each question, None where no answer has come yet."""

    models: tuple[ModelInfo, ...] | ServiceError | None = None
    jobs: tuple[Job, ...] | ServiceError | None = None
    deployments: tuple[Deployment, ...] | ServiceError | None = None


class Inventory:
    """The models of one profile. `look` raises no ServiceError: what fails is told."""

    def __init__(
        self,
        profile: Profile,
        api: ProviderApi,
        services: tuple[ModelService, JobService, DeploymentService],
        store: Store,
        catalog: Callable[[], Catalog],
        *,
        dated: bool = False,
    ) -> None:
        """Look at `profile`; `dated` is whether the dates of `catalog` hold for its provider."""
        self._profile, self._api, self._store = profile, api, store
        self._models, self._jobs, self._deployments = services
        self._catalog, self._dated = catalog, dated

    async def look(self) -> AsyncGenerator[InventorySeen]:
        """Yield the models as soon as anything is known of them, and again as more is.

        First what is listed, beside what was known before; then with jobs and deployments; last
        with what the provider says of those that it does not list.
        """
        async with aclosing(self._looks()) as looks:
            async for _, seen in looks:
                yield seen

    async def whole(self) -> InventorySeen:
        """Return the models with all that can be known of them."""
        return (await self._last_look())[1]

    async def _last_look(self) -> tuple[KnownModels, InventorySeen]:
        return [both async for both in self._looks()][-1]

    async def _looks(self) -> AsyncGenerator[tuple[KnownModels, InventorySeen]]:
        asking = [
            asyncio.ensure_future(or_error(self._list)),
            asyncio.ensure_future(or_error(self._list_jobs)),
            asyncio.ensure_future(or_error(self._list_deployments)),
        ]
        try:
            known = await self._known_models()
            await asyncio.wait(asking[:1])
            await asyncio.wait(asking, timeout=TOGETHER_S)
            answers = _answers(asking)
            told = _with_answers(known, answers)
            if answers.deployments is None and (last := self._deployments.last) is not None:
                told = replace(told, deployments=last.deployed)  # until there is an answer
            yield told, await _assembled(told, answers)
            await asyncio.wait(asking)
        finally:
            for one in asking:
                one.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        answers = _answers(asking)
        told = _with_answers(known, answers)
        told = replace(told, costs=await self._costs(told.jobs))
        seen = await _assembled(told, answers)
        await self._remember(told, seen.entries)
        if lost := _lost(told, seen.entries):
            yield told, seen
            told = await self._looked_up(told, lost)
            seen = await _assembled(told, answers)
        yield told, replace(seen, complete=True)

    async def remembered(self) -> InventorySeen:
        """Return the models as they were seen last, without asking the provider."""
        told = await self._known_models()
        told = replace(told, costs=await self._costs(told.jobs))
        entries = await asyncio.to_thread(assemble, told, (now := time.time()), day_of(now))
        return InventorySeen(entries, told.jobs, complete=True, at=time.time())

    async def one(self, model_id: str) -> ModelEntry:
        """Return one model with all that can be known of it, its job's checkpoints too.

        Raises ServiceError for one of which nothing is known: the provider's word on it.
        """
        told, seen = await self._last_look()
        found = next((one for one in seen.entries if one.id == model_id), None)
        if found is not None and found.state.gone and not found.listed:
            return found  # nothing is there to be asked for
        try:
            info = await self._models.retrieve(model_id)
        except ServiceError:
            if found is None:
                raise
        else:
            found = await self._with_record(told, info)
        try:
            return await self.checkpoints(found)
        except ServiceError:  # a job without a checkpoint list still has its model
            return found

    async def _with_record(self, told: KnownModels, info: ModelInfo) -> ModelEntry:
        """Return a model by the record it was asked for, which may say more than the list."""
        listed = tuple(one for one in told.listed or () if one.id != info.id)
        was_listed = told.listed is not None and len(listed) < len(told.listed)
        entries = await asyncio.to_thread(
            assemble, replace(told, listed=(info, *listed)), (now := time.time()), day_of(now)
        )
        entry = entries[0]
        if entry.ends is None:
            entry = replace(entry, shutdown=await self._models.shutdown(info, entry.base))
        return (
            entry if was_listed else replace(entry, listed=None if told.listed is None else False)
        )

    async def checkpoints(self, entry: ModelEntry) -> ModelEntry:
        """Return a model with the checkpoints that its job tells of now. Raises ServiceError."""
        if entry.job is None:
            return entry
        points = kept_checkpoints(await self._jobs.checkpoints(entry.job))
        kept = tuple(one for one in points if (one.model or one.id) != entry.id)
        return replace(entry, checkpoints=kept)

    async def with_checkpoints(self, seen: InventorySeen, jobs: Iterable[str]) -> InventorySeen:
        """Return the models with the checkpoints of these jobs, as far as they are told now."""
        wanted = set(jobs)
        models = [one for one in seen.entries if one.job in wanted and not one.checkpoints]
        asked = [or_error(partial(self.checkpoints, one)) for one in models[:JOBS_LOOKED_AT]]
        told = await asyncio.gather(*asked)
        found = {one.id: one for one in told if not isinstance(one, ServiceError)}
        return replace(seen, entries=tuple(found.get(one.id, one) for one in seen.entries))

    # -- asking ------------------------------------------------------------------------

    async def _list(self) -> tuple[ModelInfo, ...]:
        return tuple(await self._models.list())

    async def _list_jobs(self) -> tuple[Job, ...]:
        return tuple(await self._jobs.list())

    async def _list_deployments(self) -> tuple[Deployment, ...] | ServiceError:
        if self._api.abilities.of(Ability.DEPLOYMENTS) != "yes":
            return NotOffered("", self._api.abilities.refusal(Ability.DEPLOYMENTS))
        return (await self._deployments.look()).deployed  # whoever follows what runs is told, too

    async def _known_models(self) -> KnownModels:
        """Return what is known without asking the provider."""
        name, remembered = self._profile.name, dict[str, RememberedModel]()
        facts = await read_facts(self._store, name)
        jobs: tuple[Job, ...] = ()
        asked: dict[str, Tombstone] = {}
        try:
            remembered = await self._store.models.all(name)
            asked = await self._store.deletions.all(name, self._models.deletions().noun)
            jobs = (await self._jobs.cache.jobs()).jobs
        except LedgerError:  # what the provider tells is shown all the same
            pass
        catalog = await self._dates()
        told = KnownModels(
            name,
            jobs=jobs,
            next_step=self._api.deployments.next_step,
            remembered=remembered,
            catalog=catalog,
            provider_entry=self._profile.provider_entry,
            account=self._profile.account_kind,
            asked=asked,
        )
        return _with_facts(await self._settled(told), facts)

    async def _settled(self, told: KnownModels) -> KnownModels:
        """Take note of the models that are gone, and whose deletion from here was not answered."""
        open_ = [name for name, one in told.asked.items() if one.open]
        gone = {name: told.remembered[name] for name in open_ if name in told.remembered}
        gone = {name: one for name, one in gone.items() if one.lookup == "gone"}
        deletions = self._models.deletions()
        for name in gone:
            await deletions.found_gone(name)
        now = int(time.time())
        deleted = {name: replace(one, deleted_at=now) for name, one in gone.items()}
        return replace(told, remembered={**told.remembered, **deleted})

    async def _dates(self) -> Catalog | None:
        if not self._dated:
            return None
        try:
            return await asyncio.to_thread(self._catalog)
        except ServiceError:  # the user's own file is broken: where it counts, that is said
            return None

    async def _costs(self, jobs: tuple[Job, ...]) -> dict[str, JobCost]:
        return await costs_of(jobs, self._profile, self._store, self._catalog)

    async def _remember(self, told: KnownModels, entries: tuple[ModelEntry, ...]) -> None:
        now = int(time.time())
        new: dict[str, RememberedModel] = {}
        for one in entries:
            if one.kind != "tuned":
                continue
            seen = _seen_as(one, now)
            if told.remembered.get(one.id, RememberedModel()).changed_by(seen, now):
                new[one.id] = seen
        if new:
            await record_best_effort(self._store.models.seen(self._profile.name, new))

    async def _looked_up(self, told: KnownModels, lost: list[str]) -> KnownModels:
        """Return what is known with what the provider says of models that it does not list."""
        listed = None if told.listed is None else [one.id for one in told.listed]
        found = await look_up(self._api.models, lost, listed)
        if found:
            note = self._store.models.looked_up(self._profile.name, found.items())
            await record_best_effort(note)
        now = int(time.time())
        new = {
            name: replace(told.remembered.get(name, RememberedModel()), lookup=said, looked_at=now)
            for name, said in found.items()
        }
        return await self._settled(replace(told, remembered={**told.remembered, **new}))


def _with_answers(told: KnownModels, answers: _Answers) -> KnownModels:
    """Return what is known with what was answered; jobs seen before stay beside new ones."""
    jobs = told.jobs
    if isinstance(answers.jobs, tuple):
        newest = {job.id for job in answers.jobs}
        jobs = (*answers.jobs, *(job for job in told.jobs if job.id not in newest))
    listed, deployments = _came(answers.models), _came(answers.deployments)
    return replace(told, listed=listed, jobs=jobs, deployments=deployments)


async def _assembled(told: KnownModels, answers: _Answers) -> InventorySeen:
    now = time.time()
    return InventorySeen(
        await asyncio.to_thread(assemble, told, now, day_of(now)),
        told.jobs,
        _failed(answers.models),
        _failed(answers.jobs),
        _failed(answers.deployments),
        at=now,
    )


def _lost(told: KnownModels, entries: tuple[ModelEntry, ...]) -> list[str]:
    """Return the models to ask for by id, those made last first."""
    ghosts = [one for one in entries if not one.listed and one.kind == "tuned"]
    ghosts = [one for one in ghosts if one.deleted_at is None and not one.state.gone]
    ghosts.sort(key=lambda one: -(one.created or 0))
    known = ((one.id, told.remembered.get(one.id, RememberedModel())) for one in ghosts)
    return unsettled(((name, one.lookup, one.looked_at) for name, one in known), time.time())


def _with_facts(told: KnownModels, facts: LedgerFacts) -> KnownModels:
    return replace(told, usage=facts.usage, datasets=facts.datasets, checkpoints=facts.checkpoints)


def _seen_as(entry: ModelEntry, now: int) -> RememberedModel:
    facts = {"suffix": entry.suffix, "shutdown_date": entry.raw.get("shutdown_date")}
    return RememberedModel(
        entry.base,
        entry.job,
        now if entry.listed else None,
        created=entry.created,
        facts={name: value for name, value in facts.items() if value},
    )


def _answers(asking: Sequence[asyncio.Future[Any]]) -> _Answers:
    return _Answers(*(one.result() if one.done() else None for one in asking))


def _came(answer: tuple[T, ...] | ServiceError | None) -> tuple[T, ...] | None:
    return answer if isinstance(answer, tuple) else None


def _failed(answer: tuple[T, ...] | ServiceError | None) -> ServiceError | None:
    return answer if isinstance(answer, ServiceError) else None
