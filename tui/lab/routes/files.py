"""``/v1/files``."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from tui.lab.composition import lab_of
from tui.lab.http.bodies import read_form
from tui.lab.http.errors import invalid
from tui.lab.http.paging import cursor, page
from tui.lab.http.params import choice, integer, mapping, missing, required_string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

PURPOSES: Final = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
_BATCH_SECONDS: Final = 30 * 24 * 3600


async def create_file(request: Request) -> Response:
    """POST: a file as a multipart form, streamed to disk."""
    lab = lab_of(request)
    most = lab.settings.limits.file_bytes
    async with read_form(request, lab.folder.incoming, "file", most) as form:
        if not form.has_file:
            raise missing("file")
        purpose = choice("purpose", required_string(form.fields, "purpose"), PURPOSES)
        filename = check_filename(form.filename or "", purpose)
        if form.size == 0:
            raise invalid("The file is empty.", "file", "empty_file")
        seconds = _form_expiry(form.fields, purpose)
        adopt = lab.store.files.adopt
        return JSONResponse(await run_in_threadpool(adopt, form.path, filename, purpose, seconds))


def check_filename(filename: str, purpose: str) -> str:
    """Return the last part of the name. Raises a 400 when it does not suit the purpose."""
    name = PurePath(filename.replace("\\", "/")).name or "upload"
    if purpose == "fine-tune" and not name.lower().endswith(".jsonl"):
        suffix = PurePath(name).suffix or "none"
        raise invalid(
            f"Invalid extension {suffix}. Supported formats: .jsonl", "file", "invalid_extension"
        )
    return name


def expiry(body: Mapping[str, Any], purpose: str) -> int | None:
    """Return the seconds of ``expires_after``, or what the purpose gives. Raises a 400."""
    after = mapping(body, "expires_after")
    if after is None:
        return _BATCH_SECONDS if purpose == "batch" else None
    anchor = required_string(after, "anchor")
    choice("expires_after.anchor", anchor, ("created_at",))
    seconds = integer(after, "seconds", 3600, 2592000, label="expires_after.seconds")
    if seconds is None:
        raise missing("expires_after.seconds")
    return seconds


def list_files(request: Request) -> Response:
    """GET: a page of files."""
    asked = cursor(request.query_params, default=10000, most=10000)
    purpose = request.query_params.get("purpose")
    return JSONResponse(page(lab_of(request).store.files.page(asked, purpose), asked.limit))


def retrieve_file(request: Request) -> Response:
    """GET: one file."""
    return JSONResponse(lab_of(request).store.files.show(request.path_params["file"]))


def delete_file(request: Request) -> Response:
    """DELETE: a file. Jobs that use it have their own hold on its content."""
    file_id = request.path_params["file"]
    lab_of(request).store.files.delete(file_id)
    return JSONResponse({"id": file_id, "object": "file", "deleted": True})


def file_content(request: Request) -> Response:
    """GET: the bytes of a file."""
    path = lab_of(request).store.files.content(request.path_params["file"])
    return FileResponse(path, media_type="application/octet-stream")


def _form_expiry(fields: Mapping[str, str], purpose: str) -> int | None:
    after: dict[str, Any] = {
        name: fields[f"expires_after[{name}]"]
        for name in ("anchor", "seconds")
        if f"expires_after[{name}]" in fields
    }
    if "seconds" in after and after["seconds"].isdigit():
        after["seconds"] = int(after["seconds"])
    return expiry({"expires_after": after} if after else {}, purpose)


ROUTES: Final = [
    Route("/v1/files", create_file, methods=["POST"]),
    Route("/v1/files", list_files, methods=["GET"]),
    Route("/v1/files/{file}", retrieve_file, methods=["GET"]),
    Route("/v1/files/{file}", delete_file, methods=["DELETE"]),
    Route("/v1/files/{file}/content", file_content, methods=["GET"]),
]
