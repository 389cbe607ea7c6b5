"""Models at the provider: bases, fine-tuned ones with their origin, checkpoints.

The list of models and the list of jobs come from two places, and each may be missing: a key may
be forbidden one of them, a server may have neither. What the other tells is shown all the same.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tui.core.catalog.shutdown import Shutdown, shutdown_of
from tui.core.models.assemble import made_models
from tui.core.models.remembered import RememberedModel
from tui.core.models.states import LISTED_AFTER_S
from tui.core.provider.records import Deleted, ModelInfo
from tui.services.deleting import Deletable, Deletions
from tui.services.errors import LedgerError, ServiceError
from tui.services.models.presence import look_for
from tui.services.models.serving import Serving, look_at_serving
from tui.services.provider.select import api_of
from tui.services.store.best_effort import record_best_effort

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from tui.core.catalog.models import Catalog
    from tui.core.jobs.jobs import Checkpoint, Job
    from tui.services.jobs.service import JobService
    from tui.services.models.deployments import DeploymentsSeen
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store

T = TypeVar("T")
JOBS_LOOKED_AT = 20  # the newest jobs, each asked for its checkpoints: one request a job
AT_ONCE = 4  # of these requests at the same time, for the provider's rate limit


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A fine-tuned model and where it comes from. `created` in Unix seconds.

    `serving` says how it is made to answer, empty where its name is enough; `needs` tells that
    nothing serves it yet, `asked_as` is what to call it in a chat.
    """

    id: str
    base: str
    job_id: str | None
    created: int | None
    shutdown: Shutdown
    serving: str = ""
    needs: bool = False
    chat_name: str = ""

    @property
    def asked_as(self) -> str:
        """The name to chat with: that of what serves it, or its own."""
        return self.chat_name or self.id


@dataclass(frozen=True, slots=True)
class ModelsSeen:
    """What the provider tells of its models, each part as far as it came.

    `tuned` are the fine-tuned ones, newest first; without a list of models those its jobs name.
    `problem` is why that list did not come, `jobs_problem` why the list of jobs did not.
    """

    models: tuple[ModelInfo, ...] = ()
    tuned: tuple[TunedModel, ...] = ()
    jobs: tuple[Job, ...] = ()
    shutdowns: Mapping[str, Shutdown] = field(default_factory=dict)  # by model id
    problem: ServiceError | None = None
    jobs_problem: ServiceError | None = None
    serving: Serving | None = None


@dataclass(frozen=True, slots=True)
class ChatChoice:
    """Something to chat with; `step` is set for checkpoints.

    One of kind `asked` is listed nowhere and was asked from here before. `until` is the day it
    stops (YYYY-MM-DD), if one is known; `recent` whether it was asked lately; `ready` is False
    for a model just made that the provider does not list yet. One of kind `deployed` is something
    that serves a tuned model; `needs` tells of one that nothing serves and that does not answer so.
    """

    id: str
    kind: Literal["base", "tuned", "checkpoint", "asked", "deployed"]
    base: str
    job_id: str | None
    step: int | None
    created: int | None
    until: str | None = None
    recent: bool = False
    ready: bool = True
    needs: bool = False


@dataclass(frozen=True, slots=True)
class ChatOffer:
    """What can be chatted with, as far as it is known; any other model can be named.

    `problem` is why the provider's list of models did not come.
    """

    choices: tuple[ChatChoice, ...]
    problem: ServiceError | None = None


class ModelService:
    """The models of one profile. Every method raises a ServiceError when it fails."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        jobs: JobService,
        catalog: Callable[[], Catalog] | None = None,
        api: ProviderApi | None = None,
        deployed: Callable[[], DeploymentsSeen | None] = lambda: None,
    ) -> None:
        """Look for one profile; `deployed` is what was seen last to be deployed."""
        self._whole = api or api_of(provider)
        self._api = self._whole.models
        self._store = store
        self._jobs, self._deployed = jobs, deployed
        self._profile, self._provider_entry = provider.profile.name, provider.profile.provider_entry
        self._account = provider.profile.account_kind
        self._load_catalog = catalog
        self._checkpoints: dict[str, list[Checkpoint]] = {}  # of jobs that ended

    async def list(self) -> list[ModelInfo]:
        """Return every model the provider lists, each once and in its order."""
        found = await self._api.list()
        once: dict[str, ModelInfo] = {}
        for model in found:
            once.setdefault(model.id, model)
        return [*once.values()]

    async def look(self) -> ModelsSeen:
        """Ask for models and jobs; what does not come is left out, and why is told. Never raises.

        That is: no ServiceError.
        """
        models, jobs, serving = await asyncio.gather(
            or_error(self.list), or_error(self._jobs.list), self._look_at_serving()
        )
        problem, models = _apart(models)
        jobs_problem, jobs = _apart(jobs)
        catalog = await self._catalog()
        if problem is not None:
            models_known: Models = await self._named_by(jobs)
        else:
            models_known = models
        listed = {model.id: model for model in models}
        joined = await self._join(models_known, jobs, listed, catalog)
        tuned = [
            replace(
                one,
                serving=serving.words(one.id),
                needs=serving.needed(one.id),
                chat_name=serving.chat_name(one.id),
            )
            for one in joined
        ]
        shutdowns = {one.id: self._shutdown(one, one.base, listed, catalog) for one in models}
        shutdowns |= {one.id: one.shutdown for one in tuned}
        return ModelsSeen(
            tuple(models), tuple(tuned), tuple(jobs), shutdowns, problem, jobs_problem, serving
        )

    async def chat_offer(self) -> ChatOffer:
        """Return what can be chatted with: fine-tuned models, their checkpoints, then bases.

        What was asked from here lately comes first, also what is listed nowhere. Raises no
        ServiceError.
        """
        seen = await self.look()
        choices = [
            ChatChoice(
                model.id, "tuned", model.base, model.job_id, None, model.created,
                model.shutdown.day, needs=model.needs,
            )
            for model in seen.tuned
        ]  # fmt: skip
        choices += [
            ChatChoice(
                one.chat_name, "deployed", one.model, None, None, one.created_at,
                ready=one.ready is not False,
            )
            for one in (seen.serving.deployed if seen.serving else ())
        ]  # fmt: skip
        choices += _fresh([*seen.jobs], {choice.id for choice in choices})
        choices += await self._checkpoint_choices([*seen.jobs])
        owned = {choice.id for choice in choices}
        choices += [
            ChatChoice(
                model.id, "checkpoint" if model.is_checkpoint else "base", model.base, None,
                model.step, model.created, seen.shutdowns.get(model.id, Shutdown()).day,
            )
            for model in seen.models
            if model.id not in owned
        ]  # fmt: skip
        return ChatOffer(tuple(await self._by_recency(choices)), seen.problem)

    async def _by_recency(self, choices: Choices) -> Choices:
        """Return what was asked lately first, then by kind; add what is not listed any more."""
        asked = await self._asked_before()
        known = {choice.id for choice in choices}
        choices = [replace(choice, recent=choice.id in asked) for choice in choices]
        choices += [
            ChatChoice(name, "asked", name, None, None, None, recent=True)
            for name in asked
            if name not in known
        ]
        order = {"deployed": 0, "tuned": 1, "checkpoint": 2, "base": 3, "asked": 4}
        last = {name: at for at, name in enumerate(asked)}
        choices.sort(key=lambda one: (last.get(one.id, len(last)), order[one.kind]))
        return choices

    async def _look_at_serving(self) -> Serving:
        return await look_at_serving(self._whole, self._deployed())

    async def retrieve(self, model_id: str) -> ModelInfo:
        """Return one model's record."""
        return await self._api.retrieve(model_id)

    async def shutdown(self, model: ModelInfo, base: str = "") -> Shutdown:
        """Return when a model stops, asking for its base where only that may say so."""
        listed: dict[str, ModelInfo] = {}
        base = base or model.base
        if not model.shutdown_date and base not in {"", model.id}:
            told = await or_error(lambda: self.retrieve(base))
            if isinstance(told, ModelInfo):
                listed[base] = told
        return self._shutdown(model, base, listed, await self._catalog())

    def _shutdown(
        self, model: ModelInfo, base: str, listed: Mapping[str, ModelInfo], catalog: Catalog | None
    ) -> Shutdown:
        return shutdown_of(model, base, listed, catalog, self._provider_entry, self._account)

    async def delete(self, model_id: str, known: Mapping[str, Any] | None = None) -> Deleted:
        """Delete a fine-tuned model for good; the ledger keeps what was `known` of it."""
        deleted = await self._api.delete(model_id)
        if deleted.deleted:
            await self._forget(model_id, known)
        return deleted

    def deletions(self) -> Deletions:
        """Return what deletes several, each asked for once and looked for afterwards."""

        async def listed() -> set[str]:
            return {model.id for model in await self._api.list()}

        look = partial(look_for, self._api)
        kind = Deletable("model", self._api.delete, look, listed, self._forget)
        return Deletions(self._profile, self._store.deletions, kind)

    async def _forget(self, model_id: str, known: Mapping[str, Any] | None) -> None:
        await record_best_effort(self._store.models.forget(self._profile, model_id, known))

    async def _catalog(self) -> Catalog | None:
        if self._load_catalog is None:
            return None
        try:
            return await asyncio.to_thread(self._load_catalog)
        except ServiceError:  # the user's own file is broken: where it counts, that is said
            return None

    async def _named_by(self, jobs: Iterable[Job]) -> Models:
        """Return the models that jobs made, except those known to be deleted."""
        try:
            gone = await self._store.models.deleted(self._profile)
        except LedgerError:
            gone = {}
        return [
            ModelInfo(name, at or None, "", None, {})
            for name, job in made_models(jobs).items()
            if gone.get(name, -1) < (at := job.finished_at or job.created_at or 0)
        ]

    async def _asked_before(self) -> Names:
        """Return the models asked lately, the last one first, without those deleted from here."""
        try:
            gone = await self._store.models.deleted(self._profile)
            asked = await self._store.exchanges.models(self._profile)
        except LedgerError:
            return []
        return [name for name in asked if name not in gone]

    async def _join(
        self,
        models: Models,
        jobs: Jobs,
        listed: Mapping[str, ModelInfo],
        catalog: Catalog | None,
    ) -> Tuned:
        by_model = {job.fine_tuned_model: job for job in jobs if job.fine_tuned_model}
        try:
            remembered = await self._store.models.origins(self._profile)
        except LedgerError:  # the provider's own word is enough to show the list
            remembered = {}
        found, new = [], {}
        now = int(time.time())
        for model in models:
            job = by_model.get(model.id)
            known = model.is_tuned or job is not None or model.id in remembered
            if model.is_checkpoint or not known:
                continue
            base, job_id = remembered.get(model.id, ("", None))
            base = job.model if job and job.model else base or model.base
            job_id = job.id if job else job_id
            if remembered.get(model.id) != (base, job_id):
                at = now if model.id in listed else None
                new[model.id] = RememberedModel(base, job_id, at, created=model.created)
            shutdown = self._shutdown(model, base, listed, catalog)
            found.append(TunedModel(model.id, base, job_id, model.created, shutdown))
        if new:
            await record_best_effort(self._store.models.seen(self._profile, new))
        return sorted(found, key=lambda model: model.created or 0, reverse=True)

    async def _checkpoint_choices(self, jobs: Jobs) -> Choices:
        gate = asyncio.Semaphore(AT_ONCE)

        async def of(job: Job) -> list[Checkpoint]:
            if job.id not in self._checkpoints:
                async with gate:
                    try:
                        found = await self._jobs.checkpoints(job.id)
                    except ServiceError:  # a job without a checkpoint list still has its model
                        return []
                if not job.terminal:
                    return found
                self._checkpoints[job.id] = found
            return self._checkpoints[job.id]

        wanted = [job for job in jobs if job.status not in {"failed", "queued"}][:JOBS_LOOKED_AT]
        lists = await asyncio.gather(*(of(job) for job in wanted))
        return [
            ChatChoice(point.model, "checkpoint", job.model, job.id, point.step, point.created_at)
            for job, points in zip(wanted, lists, strict=True)
            for point in points
            if point.model and point.model != job.fine_tuned_model
        ]


def _fresh(jobs: Jobs, known: set[str]) -> Choices:
    """Return the models made just now that the provider does not list yet."""
    since = time.time() - LISTED_AFTER_S
    made = [job for job in jobs if job.succeeded and (job.finished_at or 0) > since]
    return [
        ChatChoice(
            job.fine_tuned_model, "tuned", job.model, job.id, None, job.finished_at, ready=False
        )
        for job in made
        if job.fine_tuned_model and job.fine_tuned_model not in known
    ]


async def or_error(work: Callable[[], Awaitable[T | ServiceError]]) -> T | ServiceError:
    """Return what comes of it, or the ServiceError it ends in."""
    # Called here: made outside, it would never be awaited if this is cancelled before it begins.
    try:
        return await work()
    except ServiceError as error:
        return error


def _apart(found: list[T] | ServiceError) -> tuple[ServiceError | None, list[T]]:
    return (found, []) if isinstance(found, ServiceError) else (None, found)


# Written here because inside the class `list` is a method.
Models = list[ModelInfo]
Tuned = list[TunedModel]
Choices = list[ChatChoice]
Names = list[str]
Jobs = list["Job"]
