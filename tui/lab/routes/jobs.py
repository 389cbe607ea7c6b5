"""``/v1/fine_tuning/jobs``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.lab import ids
from tui.lab.composition import Lab, lab_of
from tui.lab.folder import link_or_copy
from tui.lab.http.errors import ApiError
from tui.lab.http.paging import cursor, page
from tui.lab.jobs.job_folder import JobFolder
from tui.lab.jobs.job_request import read_job_request
from tui.lab.jobs.scheduler import Scheduler
from tui.lab.routes.endpoint import with_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from tui.lab.routes.endpoint import Handler
    from tui.lab.store.jobs import JobRequest

_MOST: Final = 1000
_METADATA: Final = re.compile(r"metadata\[(.*)\]")


def create_job(lab: Lab, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """POST: a new job. Its files are held from now on, whatever becomes of the uploaded ones."""
    request = read_job_request(body, lab.store, lab.models)
    job_id = ids.new("ftjob-", 24)
    folder = JobFolder(lab.folder.job(job_id))
    folder.root.mkdir(mode=0o700)
    try:
        _fill(lab, folder, request)
        _keep(lab, job_id, request)
    except BaseException:  # whatever it was goes on; a job that was not made leaves nothing
        folder.remove()
        raise
    lab.scheduler.wake()
    return lab.store.jobs.show(job_id)


def _fill(lab: Lab, folder: JobFolder, request: JobRequest) -> None:
    link_or_copy(lab.store.files.content(request.training_file), folder.training)
    if request.validation_file is not None:
        link_or_copy(lab.store.files.content(request.validation_file), folder.validation)
    weights = lab.models.weights_of(request.model)
    if weights is not None:
        link_or_copy(weights, folder.parent)
    folder.write_spec(
        {
            "root_model": request.root_model,
            "method": request.method,
            "seed": request.seed,
            "requested": dict(request.requested),
        }
    )


def _keep(lab: Lab, job_id: str, request: JobRequest) -> None:
    most = lab.settings.limits.active_jobs
    with lab.store.database.transaction():
        if lab.store.jobs.active_count() >= most:
            raise ApiError(
                429,
                f"Fine-tuning jobs limit reached: {most} job(s) are active, which is the most. "
                "Wait for one to finish or cancel one.",
                code="active_jobs_limit_reached",
                retry=False,
            )
        lab.store.jobs.create(request, job_id)
        lab.store.events.add(job_id, f"Created fine-tuning job: {job_id}", key="created")


def list_jobs(request: Request) -> Response:
    """GET: a page of jobs, newest first; ``metadata[key]=value`` filters."""
    asked = cursor(_without_order(request), default=20, most=_MOST)
    metadata = {
        match[1]: value
        for name, value in request.query_params.multi_items()
        if (match := _METADATA.fullmatch(name))
    }
    return JSONResponse(page(lab_of(request).store.jobs.page(asked, metadata), asked.limit))


def retrieve_job(request: Request) -> Response:
    """GET: one job."""
    return JSONResponse(lab_of(request).store.jobs.show(request.path_params["job"]))


def list_events(request: Request) -> Response:
    """GET: a page of a job's events, newest first."""
    store, job_id = lab_of(request).store, request.path_params["job"]
    store.jobs.get(job_id)
    asked = cursor(_without_order(request), default=20, most=_MOST)
    return JSONResponse(page(store.events.page(job_id, asked), asked.limit))


def list_checkpoints(request: Request) -> Response:
    """GET: a page of a job's checkpoints, newest first."""
    store, job_id = lab_of(request).store, request.path_params["job"]
    store.jobs.get(job_id)
    asked = cursor(_without_order(request), default=10, most=_MOST)
    return JSONResponse(page(store.checkpoints.page(job_id, asked), asked.limit))


def acting(act: Callable[[Scheduler, str], None]) -> Handler:
    """Return what takes the POST that ends a job for good, puts it down, or takes it up again."""

    def handler(lab: Lab, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        job_id = request.path_params["job"]
        act(lab.scheduler, job_id)
        return lab.store.jobs.show(job_id)

    return handler


def _without_order(request: Request) -> dict[str, str]:
    # These lists know one order only.
    return {name: value for name, value in request.query_params.items() if name != "order"}


_JOBS: Final = "/v1/fine_tuning/jobs"

ROUTES: Final = [
    Route(_JOBS, with_body(create_job), methods=["POST"]),
    Route(_JOBS, list_jobs, methods=["GET"]),
    Route(f"{_JOBS}/{{job}}", retrieve_job, methods=["GET"]),
    Route(f"{_JOBS}/{{job}}/events", list_events, methods=["GET"]),
    Route(f"{_JOBS}/{{job}}/checkpoints", list_checkpoints, methods=["GET"]),
    Route(f"{_JOBS}/{{job}}/cancel", with_body(acting(Scheduler.cancel)), methods=["POST"]),
    Route(f"{_JOBS}/{{job}}/pause", with_body(acting(Scheduler.pause)), methods=["POST"]),
    Route(f"{_JOBS}/{{job}}/resume", with_body(acting(Scheduler.resume)), methods=["POST"]),
]
