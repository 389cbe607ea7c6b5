"""The ASGI application: routes, error handlers and middleware."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tui.lab.folder import disk_words
from tui.lab.http.errors import ApiError
from tui.lab.http.middleware import LabMiddleware, error_response
from tui.lab.routes import chat, files, health, jobs, models, uploads

if TYPE_CHECKING:
    from tui.lab.composition import Lab

log = logging.getLogger(__name__)


def build_app(lab: Lab) -> LabMiddleware:
    """Return the application that serves ``lab``."""
    routes = [
        route for module in (health, models, files, uploads, jobs, chat) for route in module.ROUTES
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={
            ApiError: _refused,
            HTTPException: _no_such_route,
            ClientDisconnect: _gone,
            OSError: _storage_failed,
            sqlite3.OperationalError: _storage_failed,
            Exception: _broken,
        },
    )
    app.router.redirect_slashes = False
    app.state.lab = lab
    return LabMiddleware(app, lab.key, lab.activity)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error_response(error)


async def _no_such_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    method, path = request.method, request.url.path
    if error.status_code == 405:
        refusal = ApiError(405, f"Not allowed to {method} on {path}", code="method_not_supported")
    elif error.status_code == 404:
        refusal = ApiError(404, f"Invalid URL ({method} {path})", code="unknown_url")
    else:
        refusal = ApiError(error.status_code, error.detail)
    return error_response(refusal)


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)


async def _storage_failed(request: Request, error: Exception) -> Response:
    log.error("the data folder failed: %s", error)
    root = request.app.state.lab.folder.root
    message = (
        f"The lab could not use its data folder {root} ({disk_words(error)}). "
        "Check that it is there and has room, end the lab and ask again: it is started anew."
    )
    return error_response(ApiError(500, message, code="storage_error", retry=False))


async def _broken(_request: Request, _error: Exception) -> Response:
    return error_response(
        ApiError(
            500,
            "The server had an error while processing your request. Its log says more.",
            code="server_error",
        )
    )
