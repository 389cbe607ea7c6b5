"""OpenAI's protocol, with the differences that an entry names: paths, fields, statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import Ability
from tui.core.jobs.jobs import Job, parse_checkpoint, parse_event, parse_job
from tui.core.jobs.mark import NONCE
from tui.core.provider.parsing import as_map, as_text
from tui.core.provider.records import (
    Deleted,
    FileInfo,
    ModelInfo,
    parse_deleted,
    parse_file,
    parse_model,
)
from tui.services.provider.decode import parsed, parsed_all
from tui.services.provider.interface import check_offered
from tui.services.provider.paging import Page, collect, parse_page
from tui.services.provider.requests import UPLOAD_ANSWER_S, Call, segment

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from contextlib import AbstractAsyncContextManager

    import httpx2

    from tui.core.catalog.providers import ProviderEntry
    from tui.core.provider.deployments import Act, Deployment
    from tui.core.provider.estimates import PriceEstimate
    from tui.services.provider.interface import (
        Action,
        Checkpoints,
        DeploymentsApi,
        Events,
        OutgoingFile,
        Rates,
        Raws,
    )
    from tui.services.provider.provider import Provider

FILES_PAGE = 1000
JOBS_PAGE = 100
FEW_NEW = 20


class OpenAiProtocol:
    """A provider that speaks OpenAI's protocol, as its entry says."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self.files = OpenAiFiles(provider, entry)
        self.jobs = OpenAiJobs(provider, entry, self.files)
        self.models = OpenAiModels(provider, entry)
        self.deployments: DeploymentsApi = OpenAiDeployments(entry)
        self.estimates = NoEstimates()
        self.abilities = entry.abilities
        if (management := provider.profile.management) is not None:
            from tui.services.provider.managed_deployments import ManagedDeployments

            self.deployments = ManagedDeployments(provider, entry, management)
            self.abilities = self.abilities.with_probed({Ability.DEPLOYMENTS: "yes"})
        elif entry.paths.deployments:
            from tui.services.provider.dedicated_endpoints import DedicatedEndpoints

            self.deployments = DedicatedEndpoints(provider, entry)


class OpenAiFiles:
    """Files."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self._provider, self._abilities = provider, entry.abilities
        self._path = entry.paths.files

    async def list(self, purpose: str | None = None) -> list[FileInfo]:
        """Return all, newest first, or those of one purpose."""
        doing = "list the files"
        check_offered(self._abilities, Ability.FILES, doing)

        async def fetch(after: str | None) -> Page:
            query = {"limit": FILES_PAGE, "after": after, "purpose": purpose}
            return parse_page(
                await self._provider.get_json(self._path, query, doing=doing), "files"
            )

        return parsed_all(parse_file, await collect(fetch), doing)

    async def retrieve(self, file_id: str) -> FileInfo:
        """Return one."""
        doing = f"show file {file_id}"
        value = await self._provider.get_json(self._path_of(file_id), doing=doing)
        return parsed(parse_file, value, doing)

    async def upload(self, file: OutgoingFile) -> FileInfo:
        """Send one in one request."""
        doing = f"upload {file.path.name}"
        check_offered(self._abilities, Ability.FILES, doing)
        sending = file.form({"purpose": file.purpose})
        call = Call(
            "POST",
            self._path,
            doing,
            content=sending.body(),
            headers=sending.headers,
            timeout=max(UPLOAD_ANSWER_S, self._provider.profile.timeout),
        )
        return parsed(parse_file, await self._provider.send(call), doing)

    async def ready(self, file_id: str, on_wait: Callable[[str], None]) -> None:
        """Return at once: the job itself waits until its files have been looked at."""
        del file_id, on_wait

    def content(self, file_id: str) -> AbstractAsyncContextManager[httpx2.Response]:
        """Open a file's content."""
        return self._provider.stream(self.content_call(file_id))

    def content_call(self, file_id: str) -> Call:
        """Return the request for a file's content."""
        path = f"{self._path_of(file_id)}/content"
        return Call("GET", path, f"download file {file_id}", headers={"Accept": "*/*"})

    async def delete(self, file_id: str) -> Deleted:
        """Delete one."""
        doing = f"delete file {file_id}"
        value = await self._provider.delete_json(self._path_of(file_id), doing=doing)
        return parsed(lambda raw: parse_deleted(raw, file_id), value, doing)

    def _path_of(self, file_id: str) -> str:
        return f"{self._path}/{segment(file_id)}"


class OpenAiJobs:
    """Fine-tuning jobs."""

    def __init__(self, provider: Provider, entry: ProviderEntry, files: OpenAiFiles) -> None:
        self._provider, self._files = provider, files
        self._abilities, self._path = entry.abilities, entry.paths.jobs
        self._statuses = entry.statuses

    def wire(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the request without what the provider is known not to take."""
        left_out = {
            name
            for name, ability in (("suffix", Ability.SUFFIX), ("metadata", Ability.METADATA))
            if not self._abilities.may(ability)
        }
        return {name: value for name, value in request.items() if name not in left_out}

    async def create(self, request: Mapping[str, Any]) -> Job:
        """Ask for a job, once."""
        doing = "create the job"
        check_offered(self._abilities, Ability.JOBS, doing)
        raw = await self._provider.post_json(self._path, self.wire(request), doing=doing)
        return parsed(self._job, raw, doing)

    def mark_of(self, job: Job) -> str | None:
        """Return the mark in a job's metadata."""
        return job.metadata.get(NONCE)

    async def list(self, limit: int | None = None, *, mark: str | None = None) -> list[Job]:
        """Return the jobs, newest first; with a mark the server may leave out those without."""
        doing = "list the jobs"
        check_offered(self._abilities, Ability.JOBS, doing)
        query = {} if mark is None else {f"metadata[{NONCE}]": mark}
        raws = await self._walk(self._path, doing, limit=limit, query=query)
        return parsed_all(self._job, raws, doing)

    async def retrieve(self, job_id: str) -> Job:
        """Return one job."""
        doing = f"show job {job_id}"
        value = await self._provider.get_json(self._path_of(job_id), doing=doing)
        return parsed(self._job, value, doing)

    async def act(self, job_id: str, action: Action) -> Job:
        """Cancel, pause or resume one."""
        doing = f"{action} job {job_id}"
        check_offered(self._abilities, Ability(action), doing)
        path = f"{self._path_of(job_id)}/{action}"
        return parsed(self._job, await self._provider.post_json(path, doing=doing), doing)

    async def events(self, job_id: str, known: Container[str] = ()) -> Events:
        """Return the events, oldest first."""
        doing = f"read the events of job {job_id}"
        check_offered(self._abilities, Ability.EVENTS, doing)
        raws = await self._walk(f"{self._path_of(job_id)}/events", doing, known=known)
        return [parsed(parse_event, raw, doing) for raw in reversed(raws)]

    async def checkpoints(self, job_id: str) -> Checkpoints:
        """Return the checkpoints kept."""
        doing = f"read the checkpoints of job {job_id}"
        check_offered(self._abilities, Ability.CHECKPOINTS, doing)
        raws = await self._walk(f"{self._path_of(job_id)}/checkpoints", doing)
        return parsed_all(parse_checkpoint, raws, doing)

    async def result(self, job: Job) -> bytes | None:
        """Return the first result file of a job."""
        if not job.result_files:
            return None
        return await self._provider.read(self._files.content_call(job.result_files[0]))

    def _job(self, value: object) -> Job:
        """Read a job, its status in OpenAI's words where the entry knows the server's own."""
        raw = as_map(value)
        meant = self._statuses.get(as_text(raw.get("status")) or "")
        return parse_job({**raw, "status": meant} if meant else value)

    def _path_of(self, job_id: str) -> str:
        return f"{self._path}/{segment(job_id)}"

    async def _walk(
        self,
        path: str,
        doing: str,
        *,
        limit: int | None = None,
        known: Container[str] = (),
        query: Mapping[str, str] | None = None,
    ) -> Raws:  # fmt: skip
        size = JOBS_PAGE if limit is None else min(limit, JOBS_PAGE)

        async def fetch(after: str | None) -> Page:
            # Whoever knows the older ones mostly wants the first few.
            some = FEW_NEW if known and after is None else size
            asked = {"limit": some, "after": after, **(query or {})}
            return parse_page(await self._provider.get_json(path, asked, doing=doing), "jobs")

        return await collect(fetch, limit=limit, known=known)


class OpenAiModels:
    """Models."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self._provider, self._abilities = provider, entry.abilities
        self._path = entry.paths.models

    async def list(self) -> list[ModelInfo]:
        """Return all, in the provider's order."""
        doing = "list the models"
        check_offered(self._abilities, Ability.MODELS, doing)

        async def fetch(after: str | None) -> Page:
            value = await self._provider.get_json(self._path, {"after": after}, doing=doing)
            page = parse_page(value, "models", names=True)
            # This list has no pages unless the server says so.
            return Page(page.items, page.has_more or False)

        return parsed_all(parse_model, await collect(fetch), doing)

    async def retrieve(self, model_id: str) -> ModelInfo:
        """Return one."""
        doing = f"show model {model_id}"
        path = f"{self._path}/{segment(model_id)}"
        return parsed(parse_model, await self._provider.get_json(path, doing=doing), doing)

    async def delete(self, model_id: str) -> Deleted:
        """Delete one for good."""
        doing = f"delete model {model_id}"
        check_offered(self._abilities, Ability.DELETE_MODELS, doing)
        path = f"{self._path}/{segment(model_id)}"
        value = await self._provider.delete_json(path, doing=doing)
        return parsed(lambda raw: parse_deleted(raw, model_id), value, doing)


class OpenAiDeployments:
    """The protocol knows no deployments: an entry says how they are made."""

    def __init__(self, entry: ProviderEntry) -> None:
        self._entry = entry

    async def list(self) -> list[Deployment]:
        """Return none: they are made and listed elsewhere."""
        return []

    async def retrieve(self, one: Deployment) -> Deployment | None:
        """Return None: there is none."""
        del one
        return None

    async def act(self, one: Deployment, act: Act) -> None:
        """Raise NotOffered."""
        check_offered(self._entry.abilities, Ability.DEPLOYMENTS, act.to(one.title))

    async def rates(self) -> Rates:
        """Return none."""
        return []

    def next_step(self, model_id: str) -> str:
        """Return how to make a model answer, empty where its name is enough."""
        del model_id
        by_name = self._entry.abilities.of(Ability.CHAT_BY_NAME)
        return self._entry.deploy if by_name == "no" else ""


class NoEstimates:
    """The protocol has no estimates of what a job costs."""

    async def estimate(self, request: Mapping[str, Any]) -> PriceEstimate | None:
        """Return None."""
        del request
        return None
