"""Fine-tuning jobs. Their ids are ours, so asking twice for one makes one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import Ability
from tui.core.jobs.jobs import Job, parse_event, parse_job
from tui.core.provider.fireworks.jobs import (
    COLLECTIONS,
    DPO,
    ID_FIELDS,
    REINFORCEMENT,
    SUPERVISED,
    collection_in,
    collection_of,
    job_object,
    wire,
)
from tui.core.provider.fireworks.metrics import (
    metric_events,
    metrics_csv,
    state_events,
    unread_event,
)
from tui.core.provider.fireworks.names import job_id, mark_in, name_of, short
from tui.core.provider.parsing import as_map, as_text
from tui.services.background import both
from tui.services.errors import NotOffered, Refused, ServiceError
from tui.services.provider.decode import parsed, parsed_all
from tui.services.provider.fireworks.datasets import EXPIRED
from tui.services.provider.interface import check_offered
from tui.services.provider.requests import Call
from tui.services.provider.response_errors import words_in

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from tui.services.provider.fireworks.gateway import Gateway
    from tui.services.provider.fireworks.models import FireworksModels
    from tui.services.provider.interface import Action, Checkpoints, Events

_NOT_FOR_ALL = frozenset({403, 404})  # what an account without a kind of training may answer
_BEFORE_STEPS = frozenset({"validating_files", "queued"})
_KEPT = 1000  # jobs last seen
FRESH_S = 5.0  # a job seen within this time is not asked for again to make its events


class FireworksJobs:
    """Fine-tuning jobs in one list: supervised, with preference pairs, by reinforcement.

    The last are listed, followed and stopped; they are made elsewhere.
    """

    def __init__(self, gateway: Gateway, models: FireworksModels) -> None:
        self._gateway, self._provider = gateway, gateway.provider
        self._abilities, self._models = gateway.abilities, models
        self._statuses = gateway.entry.statuses
        # By id, when and how it was last told: whoever follows one asks for the job, then for
        # its events, which are made of the same object.
        self._seen: dict[str, tuple[float, Mapping[str, Any] | None]] = {}
        self._places: dict[str, str] = {}  # by id, where a job is if not among the supervised

    def wire(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is sent for a request, with the id of the job beside it."""
        goes_on = self._models.goes_on_from(str(request.get("model", "")))
        return wire(request, self._gateway.account, goes_on=goes_on)

    async def create(self, request: Mapping[str, Any]) -> Job:
        """Ask for a job, once. That its id is there already means that it was asked for before."""
        doing = "create the job"
        check_offered(self._abilities, Ability.JOBS, doing)
        await self._models.look_at(str(request.get("model", "")))
        body, collection = dict(self.wire(request)), collection_of(request)
        field = ID_FIELDS[collection]
        identifier = body.pop(field)
        path = self._gateway.collection(collection)
        call = Call(
            "POST", path, doing, query={field: identifier}, body=body, expects=frozenset({409})
        )
        answer = await self._provider.exchange(call)
        if answer.status != 409:
            return parsed(self._job, answer.value, doing)
        found = await self._gateway.find(self._gateway.path(collection, identifier), doing)
        if found is None:  # something else of that name is there, such as the model
            cause = words_in(answer.value) or "something of that name is there already"
            raise Refused(f"Cannot {doing}", cause, "Choose another suffix.", status=409)
        return parsed(self._job, found, doing)

    def mark_of(self, job: Job) -> str | None:
        """Return the mark in a job's id."""
        return mark_in(job.id)

    async def list(self, limit: int | None = None, *, mark: str | None = None) -> list[Job]:
        """Return the jobs of all kinds, newest first; with a mark the one that carries it."""
        doing = "list the jobs"
        check_offered(self._abilities, Ability.JOBS, doing)
        if mark is not None:
            found = await self._find(job_id(mark), doing)
            return [] if found is None else [parsed(self._job, found, doing)]
        supervised, others = await both(
            self._gateway.rows(SUPERVISED, doing), self._rows_of_others(doing)
        )
        jobs = parsed_all(self._job, [*supervised, *others[0], *others[1]], doing)
        return sorted(jobs, key=lambda job: job.created_at or 0, reverse=True)[:limit]

    async def retrieve(self, job_id: str) -> Job:
        """Return one job."""
        doing = f"show job {job_id}"
        return parsed(self._job, await self._get(job_id, doing), doing)

    async def act(self, job_id: str, action: Action) -> Job:
        """Cancel or resume one; its answer is empty, so it is looked at after it."""
        doing = f"{action} job {job_id}"
        check_offered(self._abilities, Ability(action), doing)
        name = name_of(await self._get(job_id, doing))
        path = self._gateway.path(SUPERVISED, name, f":{action}")
        await self._provider.exchange(Call("POST", path, doing, body={}))
        return await self.retrieve(job_id)

    async def events(self, job_id: str, known: Container[str] = ()) -> Events:
        """Return what the job tells of itself now, and the steps of its metrics file."""
        del known  # the file comes whole
        doing = f"read the events of job {job_id}"
        check_offered(self._abilities, Ability.EVENTS, doing)
        at, seen = self._seen.pop(job_id, (0.0, None))
        fresh = seen if time.monotonic() - at < FRESH_S else None
        native = fresh or await self._get(job_id, doing)
        steps = []
        if parsed(self._job, native, doing).status not in _BEFORE_STEPS:
            try:
                steps = metric_events(await self._metrics(native, doing) or "", job_id)
            except ServiceError as error:  # the job is there all the same
                steps = [unread_event(job_id, error.cause)]
        self._seen.pop(job_id, None)
        *before, last = state_events(native, job_id, self._gateway.name)
        return [parsed(parse_event, raw, doing) for raw in [*before, *steps, last]]

    async def checkpoints(self, job_id: str) -> Checkpoints:
        """Raise NotOffered: they are not told here."""
        check_offered(self._abilities, Ability.CHECKPOINTS, f"read the checkpoints of job {job_id}")
        return []

    async def result(self, job: Job) -> bytes | None:
        """Return the metrics file as CSV, None while there is none."""
        doing = f"read the metrics of job {job.id}"
        text = await self._metrics(await self._get(job.id, doing), doing)
        return metrics_csv(text) if text else None

    # -- how -----------------------------------------------------------------------------

    async def _rows_of_others(self, doing: str) -> tuple[Rows, Rows]:
        # Of its own: made by the caller, what it asks would never be awaited if it were cancelled
        # before it began.
        return await both(self._further_rows(DPO, doing), self._further_rows(REINFORCEMENT, doing))

    async def _further_rows(self, collection: str, doing: str) -> Rows:
        """Return jobs of a kind that may not be there for an account: that of supervised ones is.

        Whether the account and the key are right is told where those are listed.
        """
        try:
            return await self._gateway.rows(collection, doing)
        except Refused as error:
            if error.status in _NOT_FOR_ALL or isinstance(error, NotOffered):
                return []
            raise

    async def _get(self, job_id: str, doing: str) -> Mapping[str, Any]:
        """Read a job from whichever place it is in. Raises Refused with status 404 for neither."""
        known = self._places.get(job_id, SUPERVISED)
        for collection in (known, *(one for one in COLLECTIONS if one != known)):
            path = self._gateway.path(collection, job_id)
            if (found := await self._gateway.find(path, doing)) is not None:
                return found
        return await self._gateway.get(self._gateway.path(known, job_id), doing)

    async def _find(self, job_id: str, doing: str) -> Mapping[str, Any] | None:
        try:
            return await self._get(job_id, doing)
        except Refused as error:
            if error.status != 404:
                raise
            return None

    async def _metrics(self, native: Mapping[str, Any], doing: str) -> str | None:
        """Return the metrics file of a job, None where there is none yet."""
        for fresh in (False, True):
            if fresh:  # the address was over
                native = await self._get(short(name_of(native), self._gateway.account), doing)
            url = await self._metrics_url(native, doing)
            if not url:
                return None
            try:
                return await self._gateway.read_signed(url, doing)
            except Refused as error:
                if error.status == 404:
                    return None
                if fresh or error.status not in EXPIRED:
                    raise
        raise AssertionError("the second look returns or raises")

    async def _metrics_url(self, native: Mapping[str, Any], doing: str) -> str | None:
        name = name_of(native)
        if collection_in(name) != DPO:
            return as_text(native.get("metricsFileSignedUrl"))
        path = self._gateway.path(DPO, name, ":getMetricsFileEndpoint")
        return as_text(as_map(await self._gateway.find(path, doing)).get("signedUrl"))

    def _job(self, value: object) -> Job:
        """Read a job, and keep it as it was told: its signed addresses are told nobody else."""
        account = self._gateway.account
        job = parse_job(job_object(value, account, self._statuses, self._gateway.name))
        native = as_map(value)
        if len(self._seen) >= _KEPT:
            self._seen.clear()
        self._seen[job.id] = time.monotonic(), native
        if (place := collection_in(name_of(native))) != SUPERVISED:
            self._places[job.id] = place
        self._models.made_by(job)
        return job


# Written here because inside the class `list` is a method.
Rows = list["Mapping[str, Any]"]
