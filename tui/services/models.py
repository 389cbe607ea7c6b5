"""Models at the provider: bases, fine-tuned ones with their origin, checkpoints."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.records import Deleted, ModelInfo, parse_deleted, parse_model
from tui.services.calls import segment
from tui.services.errors import LedgerError, NotOffered, ServiceError
from tui.services.ledger import kept
from tui.services.paging import Page, collect, parse_page
from tui.services.parsed import parsed

if TYPE_CHECKING:
    from tui.core.jobs import Checkpoint, Job
    from tui.services.jobs import JobService
    from tui.services.provider import Provider
    from tui.services.store import Store

JOBS_LOOKED_AT = 20  # for checkpoints, the newest
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A fine-tuned model and where it comes from. `created` in Unix seconds."""

    id: str
    base: str
    suffix: str
    job_id: str | None
    created: int | None
    shutdown_date: str | None
    info: ModelInfo


@dataclass(frozen=True, slots=True)
class ChatChoice:
    """Something to chat with; `step` is set for checkpoints."""

    id: str
    kind: Literal["base", "tuned", "checkpoint"]
    base: str
    job_id: str | None
    step: int | None
    created: int | None


class ModelService:
    """The models of one profile. Every method raises a ServiceError when it fails."""

    def __init__(self, provider: Provider, store: Store, jobs: JobService) -> None:
        self._provider = provider
        self._store = store
        self._jobs = jobs
        self._profile = provider.profile.name
        self._checkpoints: dict[str, list[Checkpoint]] = {}  # of jobs that ended

    async def list(self) -> list[ModelInfo]:
        """Return every model the provider lists, in its order."""
        doing = "list the models"

        async def fetch(after: str | None) -> Page:
            value = await self._provider.get_json("/models", {"after": after}, doing=doing)
            page = parse_page(value, "models")
            # This list has no pages unless the server says so.
            return Page(page.items, page.has_more or False)

        return [parsed(parse_model, raw, doing) for raw in await collect(fetch)]

    async def tuned(self) -> Tuned:
        """Return the fine-tuned models, newest first, with base, job and date."""
        models, jobs = await asyncio.gather(self.list(), self._job_list())
        return await self._join(models, jobs)

    async def chat_choices(self) -> Choices:
        """Return what can be chatted with: fine-tuned models, their checkpoints, then bases."""
        models, jobs = await asyncio.gather(self.list(), self._job_list())
        tuned = await self._join(models, jobs)
        choices = [
            ChatChoice(model.id, "tuned", model.base, model.job_id, None, model.created)
            for model in tuned
        ]
        choices += await self._checkpoint_choices(jobs)
        owned = {choice.id for choice in choices}
        choices += [
            ChatChoice(
                model.id, "checkpoint" if model.is_checkpoint else "base", model.base, None,
                model.step, model.created,
            )
            for model in models
            if model.id not in owned
        ]  # fmt: skip
        order = {"tuned": 0, "checkpoint": 1, "base": 2}
        return sorted(choices, key=lambda choice: order[choice.kind])

    async def retrieve(self, model_id: str) -> ModelInfo:
        """Return one model's record."""
        doing = f"show model {model_id}"
        value = await self._provider.get_json(f"/models/{segment(model_id)}", doing=doing)
        return parsed(parse_model, value, doing)

    async def delete(self, model_id: str) -> Deleted:
        """Delete a fine-tuned model for good."""
        doing = f"delete model {model_id}"
        value = await self._provider.delete_json(f"/models/{segment(model_id)}", doing=doing)
        deleted = parsed(lambda raw: parse_deleted(raw, model_id), value, doing)
        if deleted.deleted:
            await kept(self._store.forget_model(self._profile, model_id))
        return deleted

    async def _job_list(self) -> Jobs:
        try:
            return await self._jobs.list()
        except NotOffered:  # a chat-only server
            return []

    async def _join(self, models: Models, jobs: Jobs) -> Tuned:
        by_model = {job.fine_tuned_model: job for job in jobs if job.fine_tuned_model}
        try:
            remembered = await self._store.model_jobs(self._profile)
        except LedgerError:  # the provider's own word is enough to show the list
            remembered = {}
        found = []
        for model in models:
            job = by_model.get(model.id)
            known = model.is_tuned or job is not None or model.id in remembered
            if model.is_checkpoint or not known:
                continue
            base, job_id = remembered.get(model.id, ("", None))
            base = job.model if job and job.model else base or model.base
            job_id = job.id if job else job_id
            if remembered.get(model.id) != (base, job_id):
                await kept(self._store.model_seen(self._profile, model.id, base, job_id))
            suffix = model.suffix or (job.suffix if job else None) or ""
            found.append(
                TunedModel(
                    model.id, base, suffix, job_id, model.created, model.shutdown_date, model
                )
            )
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


# Written here because inside the class `list` is a method.
Models = list[ModelInfo]
Tuned = list[TunedModel]
Choices = list[ChatChoice]
Jobs = list["Job"]
