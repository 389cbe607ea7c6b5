"""What the app needs of a provider. One implementation a protocol, chosen by the provider's entry.

Services keep what is alike everywhere: creating a job exactly once, the ledger, matching after a
lost answer, budgets. An implementation knows paths, fields and meanings, and makes its requests
through `Provider`, which masks keys and maps errors. Every method may raise a ServiceError;
NotOffered for what `abilities` says no to (`check_offered`).

The values returned are those of `tui.core`. Their `raw` is kept in the ledger and read again by
`parse_job`, `parse_event`, `parse_checkpoint`, `parse_file`, `parse_model`: so it is an object of
OpenAI's shape, with the provider's own object under the key "native" where that differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from tui.core.catalog.abilities import Ability
from tui.core.provider.deployments import Act
from tui.services.errors import NotOffered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Container, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path
    from typing import Any

    import httpx2

    from tui.core.catalog.abilities import Abilities
    from tui.core.jobs.jobs import Checkpoint, Event, Job
    from tui.core.money.rates import HourRate
    from tui.core.provider.deployments import Deployment
    from tui.core.provider.estimates import PriceEstimate
    from tui.core.provider.records import Deleted, FileInfo, ModelInfo

Action = Literal["cancel", "pause", "resume"]
ABILITIES = {
    Act.STOP: Ability.STOP_DEPLOYMENTS,
    Act.SCALE: Ability.SCALE_DEPLOYMENTS,
    Act.DELETE: Ability.DELETE_DEPLOYMENTS,
}


class RequestBody(Protocol):
    """The body of one request that is read from disk as it is sent."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its length and type, for the request's headers."""

    def body(self) -> AsyncIterator[bytes]:
        """Yield it."""


class OutgoingFile(Protocol):
    """A local file that is to be uploaded. What is sent of it is counted and hashed."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def name(self) -> str:
        """Its name, as the provider is to know it."""

    @property
    def size(self) -> int:
        """Its bytes."""

    @property
    def purpose(self) -> str:
        """What for, in OpenAI's words: "fine-tune"."""

    def form(self, fields: Mapping[str, str]) -> RequestBody:
        """Return it as a multipart form with these other fields before it."""

    def plain(self, content_type: str = "application/octet-stream") -> RequestBody:
        """Return it as it is, for PUT."""

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield its bytes without sending them, for a checksum or a count of lines."""

    def remark(self, text: str) -> None:
        """Say something about the upload to whoever watches it."""


class FilesApi(Protocol):
    """Files. Uploads in parts are OpenAI's own and not part of this."""

    async def list(self, purpose: str | None = None) -> list[FileInfo]:
        """Return all, newest first, or those of one purpose."""

    async def retrieve(self, file_id: str) -> FileInfo:
        """Return one; Refused with status 404 says that it is gone."""

    async def upload(self, file: OutgoingFile) -> FileInfo:
        """Send one. Unanswered says that it may be there: it is then looked for in the list."""

    async def ready(self, file_id: str, on_wait: Callable[[str], None]) -> None:
        """Return once a job may be made of a file; `on_wait` is told what is waited for.

        Raises Unfit, in the provider's words, for one that it cannot train on.
        """

    def content(self, file_id: str) -> AbstractAsyncContextManager[httpx2.Response]:
        """Open a file's content; the response is unread."""

    async def delete(self, file_id: str) -> Deleted:
        """Delete one."""


class JobsApi(Protocol):
    """Fine-tuning jobs."""

    def wire(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is sent for a request of OpenAI's shape (`JobRequest.body`). Pure.

        The mark to recognise the job by stands in its metadata, under NONCE.
        """

    async def create(self, request: Mapping[str, Any]) -> Job:
        """Ask for a job, once. `request` is of OpenAI's shape; the ledger holds it already."""

    def mark_of(self, job: Job) -> str | None:
        """Return the mark that a job carries, or its beginning; None where it has none. Pure."""

    async def list(self, limit: int | None = None, *, mark: str | None = None) -> list[Job]:
        """Return the jobs, newest first. With a mark those without it may be left out."""

    async def retrieve(self, job_id: str) -> Job:
        """Return one job."""

    async def act(self, job_id: str, action: Action) -> Job:
        """Cancel, pause or resume one, and return it as it is then."""

    async def events(self, job_id: str, known: Container[str] = ()) -> Events:
        """Return the events, oldest first, those with metrics among them.

        With `known` only those after the last one whose id is in it need to come.
        """

    async def checkpoints(self, job_id: str) -> Checkpoints:
        """Return the checkpoints kept, in any order."""

    async def result(self, job: Job) -> bytes | None:
        """Return the result file of a job (CSV, or that in base64), None while there is none."""


class ModelsApi(Protocol):
    """Models."""

    async def list(self) -> list[ModelInfo]:
        """Return all, in the provider's order. What serves them stands among the deployments."""

    async def retrieve(self, model_id: str) -> ModelInfo:
        """Return one; Refused with status 404 says that it is not there, or not yet."""

    async def delete(self, model_id: str) -> Deleted:
        """Delete one for good."""


class DeploymentsApi(Protocol):
    """What serves tuned models, where they do not answer by their name alone."""

    async def list(self) -> list[Deployment]:
        """Return what is deployed; none where the provider tells of none here."""

    async def retrieve(self, one: Deployment) -> Deployment | None:
        """Return one as it is now, None where it is not there any more."""

    async def act(self, one: Deployment, act: Act) -> None:
        """Stop, scale to zero or delete one: ask once, for one of its own `acts`.

        That it is done need not be so when this returns: providers take their time.
        """

    async def rates(self) -> Rates:
        """Return what the provider itself tells of prices by the hour; none where it does not."""

    def next_step(self, model_id: str) -> str:
        """Return how to make a model answer, as a step to take; empty where nothing is needed."""


class EstimatesApi(Protocol):
    """The provider's own word on what a job would cost."""

    async def estimate(self, request: Mapping[str, Any]) -> PriceEstimate | None:
        """Return it for a request of OpenAI's shape, whose files are at the provider.

        None where it tells nothing at all; one without an amount says why there is none.
        """


class ProviderApi(Protocol):
    """One provider, as the app sees it."""

    @property
    def abilities(self) -> Abilities:
        """What it offers, as far as its entry tells."""

    @property
    def files(self) -> FilesApi:
        """Its files."""

    @property
    def jobs(self) -> JobsApi:
        """Its jobs."""

    @property
    def models(self) -> ModelsApi:
        """Its models."""

    @property
    def deployments(self) -> DeploymentsApi:
        """Its deployments."""

    @property
    def estimates(self) -> EstimatesApi:
        """Its own estimates of prices."""


def check_offered(abilities: Abilities, ability: Ability, doing: str) -> None:
    """Raise NotOffered where it is known that something is not; `doing` completes "Cannot …"."""
    if not abilities.may(ability):
        raise NotOffered(
            f"Cannot {doing}",
            abilities.refusal(ability),
            "It is not offered here; `finetui doctor` says what is.",
        )


# Written here because inside the classes of an implementation `list` is a method.
Events = list["Event"]
Checkpoints = list["Checkpoint"]
Models = list["ModelInfo"]
Rates = list["HourRate"]
Raws = list["Any"]
