"""Endpoints that take a JSON body and work in a thread, so that the loop never waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.lab.composition import Lab, lab_of
from tui.lab.http.bodies import read_json

Handler = Callable[[Lab, Request, dict[str, Any]], dict[str, Any]]


def with_body(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that answers with the JSON object the handler returns."""

    async def endpoint(request: Request) -> Response:
        lab = lab_of(request)
        body = await read_json(request, lab.settings.limits.body_bytes)
        return JSONResponse(await run_in_threadpool(handler, lab, request, body))

    return endpoint
