"""Together: files by a redirect to storage, jobs known by their suffix, prices of its own."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import Ability
from tui.core.jobs.jobs import Job, parse_checkpoint, parse_event, parse_job
from tui.core.provider.parsing import as_map, as_object, as_text
from tui.core.provider.records import (
    Deleted,
    FileInfo,
    ModelInfo,
    parse_deleted,
    parse_file,
    parse_model,
)
from tui.core.provider.together import events as told
from tui.core.provider.together.jobs import job_mark, job_object
from tui.core.provider.together.records import (
    estimate_of,
    file_checked,
    file_object,
    file_problem,
    model_objects,
)
from tui.core.provider.together.requests import create_body, limit_problems, price_body
from tui.services.background import both
from tui.services.errors import InputError, Malformed, NotOffered, Refused, ServiceError, Unfit
from tui.services.provider.client import BODY_TYPE
from tui.services.provider.decode import parsed, parsed_all
from tui.services.provider.interface import check_offered
from tui.services.provider.paging import Page, collect, parse_page
from tui.services.provider.requests import UPLOAD_ANSWER_S, Call, segment
from tui.services.provider.together_endpoints import TogetherDeployments

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Container, Mapping
    from contextlib import AbstractAsyncContextManager

    import httpx2

    from tui.core.catalog.abilities import Abilities
    from tui.core.catalog.providers import ProviderEntry
    from tui.core.provider.estimates import PriceEstimate
    from tui.services.provider.interface import (
        Action,
        Checkpoints,
        Events,
        Models,
        OutgoingFile,
        Raws,
    )
    from tui.services.provider.provider import Provider

CHECKED_WITHIN_S = 300.0  # how long Together may take to look at a file
LOOK_AGAIN_S = (0.5, 1.0, 2.0, 5.0)  # the last one again and again
_TYPES = {".jsonl": "jsonl", ".parquet": "parquet", ".csv": "csv"}


class Together:
    """One account at Together. The profile's `account` is the project its endpoints are in."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        project = provider.profile.account
        self._abilities = entry.abilities
        if project:
            self._abilities = entry.abilities.with_probed({Ability.DEPLOYMENTS: "yes"})
        self.files = TogetherFiles(provider, entry)
        self.jobs = TogetherJobs(provider, entry)
        self.models = TogetherModels(provider, entry, self.jobs)
        self.deployments = TogetherDeployments(provider, entry, project or "")
        self.estimates = TogetherEstimates(provider, entry)

    @property
    def abilities(self) -> Abilities:
        """What it offers, as far as its entry and the profile tell."""
        return self._abilities


class TogetherFiles:
    """Files. Their content goes to a storage elsewhere, by an address that is given for each."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self._provider, self._path = provider, entry.paths.files
        self._name = entry.name
        self._asked: set[str] = set()  # files whose check was asked for

    async def list(self, purpose: str | None = None) -> list[FileInfo]:
        """Return all, newest first, or those of one purpose."""
        doing = "list the files"
        page = parse_page(await self._provider.get_json(self._path, doing=doing), "files")
        found = parsed_all(_file, page.items, doing)
        found.sort(key=lambda file: file.created_at or 0, reverse=True)
        return [file for file in found if purpose in {None, file.purpose}]

    async def retrieve(self, file_id: str) -> FileInfo:
        """Return one."""
        doing = f"show file {file_id}"
        return parsed(
            _file, await self._provider.get_json(self._path_of(file_id), doing=doing), doing
        )

    async def upload(self, file: OutgoingFile) -> FileInfo:
        """Ask where the content is to go, send it there, and have it checked.

        Nothing is sent of a content that is there already.
        """
        doing = f"upload {file.path.name}"
        answer = await self._provider.exchange(await self._question(file, doing))
        if answer.status == 409:
            file.remark("the same content is there already")
            return await self.retrieve(as_text(as_map(answer.value).get("file_id")) or "")
        location = answer.headers.get("location", "")
        file_id = answer.headers.get("x-together-file-id", "")
        if answer.status != 302 or not location or not file_id:
            raise Malformed(
                f"Cannot {doing}",
                f"{self._name} does not say where the content is to go",
                "Check that the profile's base_url is Together's.",
            )
        await self._put(file, location, doing)
        return await self._checked(file_id, doing)

    async def ready(self, file_id: str, on_wait: Callable[[str], None]) -> None:
        """Return once Together has looked at a file. Raises Unfit, in its words."""
        doing, began = f"look at file {file_id}", time.monotonic()
        waits = [*LOOK_AGAIN_S]
        while True:
            info = await self.retrieve(file_id)
            native = as_map(info.raw.get("native"))
            if problem := file_problem(native):
                step = "Correct the data and upload it again."
                raise Unfit(f"{self._name} cannot train on file {file_id}", problem, step)
            if file_checked(native):
                return
            if info.status == "pending" and file_id not in self._asked:
                await self._ask_for_check(file_id, doing)  # the upload was broken off before that
            if time.monotonic() - began > CHECKED_WITHIN_S:
                raise InputError(
                    f"File {file_id} is not ready",
                    f"{self._name} says {info.status} after {CHECKED_WITHIN_S:g} s",
                    "Try again in a while: it is uploaded already.",
                )
            on_wait(f"{self._name} is checking file {file_id}: {info.status}")
            await asyncio.sleep(waits.pop(0) if len(waits) > 1 else waits[0])

    def content(self, file_id: str) -> AbstractAsyncContextManager[httpx2.Response]:
        """Open a file's content."""
        call = Call("GET", f"{self._path_of(file_id)}/content", f"download file {file_id}",
                    headers={"Accept": "*/*"})  # fmt: skip
        return self._provider.stream(call)

    async def delete(self, file_id: str) -> Deleted:
        """Delete one."""
        doing = f"delete file {file_id}"
        value = await self._provider.delete_json(self._path_of(file_id), doing=doing)
        return parsed(lambda raw: parse_deleted(raw, file_id), value, doing)

    async def _question(self, file: OutgoingFile, doing: str) -> Call:
        """Return the request that asks where a content is to go, which names it by its digest."""
        digest = hashlib.sha256()
        async for chunk in file.chunks():
            digest.update(chunk)
        fields = {
            "purpose": file.purpose,
            "file_name": file.name,
            "file_type": _TYPES.get(file.path.suffix.lower(), "jsonl"),
            "checksum": digest.hexdigest(),
        }
        kind, body = _form(fields)
        return Call(
            "POST", self._path, doing,
            content=_once(body),
            headers={BODY_TYPE: kind, "Content-Length": str(len(body))},
            expects=frozenset({302, 409}),
        )  # fmt: skip

    async def _put(self, file: OutgoingFile, location: str, doing: str) -> None:
        sending = file.plain()
        timeout = max(UPLOAD_ANSWER_S, self._provider.profile.timeout)
        call = Call(
            "PUT", location, doing,
            content=sending.body(), headers=sending.headers, timeout=timeout,
        )  # fmt: skip
        async with self._provider.elsewhere(call):
            pass

    async def _checked(self, file_id: str, doing: str) -> FileInfo:
        """Have a file checked whose content is there; it is there whatever comes of asking."""
        try:
            return parsed(_file, await self._ask_for_check(file_id, doing), doing)
        except ServiceError as error:
            try:
                return await self.retrieve(file_id)
            except ServiceError:
                raise error from None

    async def _ask_for_check(self, file_id: str, doing: str) -> object:
        answer = await self._provider.post_json(f"{self._path_of(file_id)}/preprocess", doing=doing)
        self._asked.add(file_id)
        return answer

    def _path_of(self, file_id: str) -> str:
        return f"{self._path}/{segment(file_id)}"


class TogetherJobs:
    """Fine-tuning jobs."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self._provider, self._path = provider, entry.paths.jobs
        self._abilities, self._statuses = entry.abilities, entry.statuses
        self._steps: dict[str, int] = {}  # the last one measured, by job

    def wire(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the request in Together's shape; its suffix ends with the mark."""
        try:
            return create_body(request)
        except ValueError as error:
            raise InputError("Cannot create the job", f"{error}", "Set lora_r.") from error

    async def create(self, request: Mapping[str, Any]) -> Job:
        """Ask for a job, once, unless the limits of its model are against it."""
        doing = "create the job"
        body = self.wire(request)
        if problems := limit_problems(request, await self._limits(str(request.get("model", "")))):
            raise InputError(f"Cannot {doing}", " ".join(problems), "Correct it.")
        raw = await self._provider.post_json(self._path, body, doing=doing)
        return parsed(self._job, raw, doing)

    def mark_of(self, job: Job) -> str | None:
        """Return the beginning of the nonce, which the suffix ends with."""
        return job_mark(job.raw)

    async def list(self, limit: int | None = None, *, mark: str | None = None) -> list[Job]:
        """Return the jobs, newest first; it has no filter."""
        del mark
        doing = "list the jobs"
        raws = await self._walk(doing)
        found = parsed_all(self._job, raws, doing)
        found.sort(key=lambda job: job.created_at or 0, reverse=True)
        return found[:limit]

    async def retrieve(self, job_id: str) -> Job:
        """Return one job."""
        doing = f"show job {job_id}"
        value = await self._provider.get_json(self._path_of(job_id), doing=doing)
        return parsed(self._job, value, doing)

    async def act(self, job_id: str, action: Action) -> Job:
        """Cancel one; nothing else is offered."""
        doing = f"{action} job {job_id}"
        check_offered(self._abilities, Ability(action), doing)
        value = await self._provider.post_json(f"{self._path_of(job_id)}/{action}", doing=doing)
        return parsed(self._job, value, doing)

    async def events(self, job_id: str, known: Container[str] = ()) -> Events:
        """Return the events with the metrics among them; of metrics those not known yet."""
        doing = f"read the events of job {job_id}"
        path = f"{self._path_of(job_id)}/events"
        page = parse_page(await self._provider.get_json(path, doing=doing), "events")
        found = told.event_objects(page.items, job_id)
        measured = await self._metrics(job_id, known)
        return [parsed(parse_event, raw, doing) for raw in told.merged_events(found, measured)]

    async def checkpoints(self, job_id: str) -> Checkpoints:
        """Return the checkpoints kept."""
        doing = f"read the checkpoints of job {job_id}"
        path = f"{self._path_of(job_id)}/checkpoints"
        page = parse_page(await self._provider.get_json(path, doing=doing), "checkpoints")
        return parsed_all(parse_checkpoint, told.checkpoint_objects(page.items, job_id), doing)

    async def result(self, job: Job) -> bytes | None:
        """Return the losses by step as CSV; Together has no file of them."""
        measured = await self._metrics(job.id) if job.terminal else []
        return told.result_csv(measured).encode() if measured else None

    async def delete(self, job_id: str) -> None:
        """Delete a job."""
        await self._provider.delete_json(self._path_of(job_id), doing=f"delete job {job_id}")

    async def _metrics(self, job_id: str, known: Container[str] = ()) -> Raws:
        """Return the steps measured, from the last one known on; none before training begins."""
        last = self._steps.get(job_id, 0)
        since = last if f"{job_id}:train:{last}" in known else None
        doing = f"read the metrics of job {job_id}"
        path, query = f"{self._path_of(job_id)}/metrics", {"global_step_from": since}
        try:
            value = await self._provider.get_json(path, query, doing=doing)
        except Refused as error:
            if error.status != 404:
                raise
            return []
        page = parse_page(value, "metrics")
        found = told.metric_events(page.items, job_id)
        steps = [one["data"]["step"] for one in found if one["id"].startswith(f"{job_id}:train:")]
        self._steps[job_id] = max([last, *steps])
        return found

    async def _limits(self, model: str) -> Mapping[str, Any]:
        """Return the limits of a model; none where they do not come: Together then refuses."""
        path, query = f"{self._path}/models/limits", {"model_name": model}
        if model.startswith("ft-"):
            return {}
        try:
            return as_map(await self._provider.get_json(path, query, doing="ask for limits"))
        except ServiceError:
            return {}

    async def _walk(self, doing: str) -> Raws:
        async def fetch(after: str | None) -> Page:
            value = await self._provider.get_json(self._path, {"after": after}, doing=doing)
            page = parse_page(value, "jobs")
            # The list is whole, unless a cursor says that more follows.
            return Page(page.items, page.has_more or bool(as_map(value).get("next_cursor")))

        return await collect(fetch)

    def _job(self, value: object) -> Job:
        return parse_job(job_object(value, self._statuses, time.time()))

    def _path_of(self, job_id: str) -> str:
        return f"{self._path}/{segment(job_id)}"


class TogetherModels:
    """Models: those listed, and those that jobs have made."""

    def __init__(self, provider: Provider, entry: ProviderEntry, jobs: TogetherJobs) -> None:
        self._provider, self._path, self._jobs = provider, entry.paths.models, jobs
        self._abilities = entry.abilities

    async def list(self) -> list[ModelInfo]:
        """Return the models listed, and those that jobs have made."""
        doing = "list the models"
        listed, jobs = await both(self._listed(doing), self._jobs.list())
        names = {model.id for model in listed}
        return [*parsed_all(parse_model, model_objects((job.raw for job in jobs), names), doing),
                *listed]  # fmt: skip

    async def retrieve(self, model_id: str) -> ModelInfo:
        """Return one, as it stands in the list."""
        found = next((one for one in await self.list() if one.id == model_id), None)
        if found is None:
            raise Refused(
                f"Cannot show model {model_id}",
                "it is not listed, and no job has made it",
                "`finetui models list` lists them.",
                status=404,
            )
        return found

    async def delete(self, model_id: str) -> Deleted:
        """Delete the job that made a model, which is what Together offers."""
        doing = f"delete model {model_id}"
        check_offered(self._abilities, Ability.DELETE_MODELS, doing)
        jobs = await self._jobs.list()
        made = next((job for job in jobs if job.fine_tuned_model == model_id), None)
        if made is None:
            raise Refused(
                f"Cannot {doing}", "no job is listed that made it",
                "`finetui models list --tuned` lists them.", status=404,
            )  # fmt: skip
        await self._jobs.delete(made.id)
        return Deleted(model_id, deleted=True)

    async def _listed(self, doing: str) -> Models:
        try:
            value = await self._provider.get_json(self._path, doing=doing)
        except NotOffered:  # what jobs made is known all the same
            return []
        return parsed_all(parse_model, parse_page(value, "models", names=True).items, doing)


class TogetherEstimates:
    """What Together says a job would cost."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self._provider, self._path = provider, entry.paths.estimate

    async def estimate(self, request: Mapping[str, Any]) -> PriceEstimate | None:
        """Return its price, or why it names none. Raises InputError like `wire`."""
        try:
            body = price_body(request)
        except ValueError as error:
            raise InputError("Cannot ask for the price", f"{error}", "Set lora_r.") from error
        doing = "ask for the price"
        value = await self._provider.post_json(self._path, body, doing=doing)
        return parsed(lambda raw: estimate_of(as_object(raw, "the price")), value, doing)


def _file(value: object) -> FileInfo:
    return parse_file(file_object(value))


def _form(fields: Mapping[str, str]) -> tuple[str, bytes]:
    """Return the type and the bytes of a multipart form of texts alone."""
    boundary = secrets.token_hex(16)
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    body = f"{parts}--{boundary}--\r\n".encode("utf-8", "replace")
    return f"multipart/form-data; boundary={boundary}", body


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
