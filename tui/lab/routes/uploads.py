"""``/v1/uploads``: files in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.lab.composition import Lab, lab_of
from tui.lab.http.bodies import read_form
from tui.lab.http.errors import ApiError, invalid
from tui.lab.http.params import choice, integer, missing, required_string, string, wrong_type
from tui.lab.routes.endpoint import with_body
from tui.lab.routes.files import PURPOSES, check_filename, expiry

if TYPE_CHECKING:
    from starlette.requests import Request


def create_upload(lab: Lab, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """POST: announce an upload."""
    limits = lab.settings.limits
    size = integer(body, "bytes", 1)
    if size is None:
        raise missing("bytes")
    if size > limits.upload_bytes:
        raise ApiError(413, f"An upload may have {limits.upload_bytes} bytes.", param="bytes")
    purpose = choice("purpose", required_string(body, "purpose"), PURPOSES)
    required_string(body, "mime_type")
    return lab.store.uploads.create(
        size=size,
        filename=check_filename(required_string(body, "filename"), purpose),
        purpose=purpose,
        lifetime=limits.upload_seconds,
        file_seconds=expiry(body, purpose),
    )


async def create_part(request: Request) -> Response:
    """POST: a part as a multipart form."""
    lab = lab_of(request)
    limits, uploads = lab.settings.limits, lab.store.uploads
    upload_id = request.path_params["upload"]
    await run_in_threadpool(uploads.require_pending, upload_id)
    async with read_form(request, lab.folder.incoming, "data", limits.part_bytes) as form:
        if not form.has_file:
            raise missing("data")
        add = uploads.add_part
        return JSONResponse(await run_in_threadpool(add, upload_id, form.path, limits.upload_bytes))


def complete_upload(lab: Lab, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """POST: join the parts into a file."""
    part_ids = body.get("part_ids")
    if part_ids is None:
        raise missing("part_ids")
    if not isinstance(part_ids, list) or not all(isinstance(one, str) for one in part_ids):
        raise wrong_type("part_ids", "an array of strings", part_ids)
    if len(set(part_ids)) != len(part_ids):
        raise invalid("A part is named twice.", "part_ids", "invalid_value")
    md5 = string(body, "md5")
    return lab.store.uploads.complete(request.path_params["upload"], part_ids, md5)


def cancel_upload(lab: Lab, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
    """POST: give an upload up."""
    return lab.store.uploads.cancel(request.path_params["upload"])


ROUTES: Final = [
    Route("/v1/uploads", with_body(create_upload), methods=["POST"]),
    Route("/v1/uploads/{upload}/parts", create_part, methods=["POST"]),
    Route("/v1/uploads/{upload}/complete", with_body(complete_upload), methods=["POST"]),
    Route("/v1/uploads/{upload}/cancel", with_body(cancel_upload), methods=["POST"]),
]
