"""``/v1/chat/completions``."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import anyio
from anyio import to_thread
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tui.lab.chat_request import ChatRequest, read_chat_request
from tui.lab.completions import Completion, complete, prepare, stream
from tui.lab.composition import Lab, lab_of
from tui.lab.http.bodies import read_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator

    from starlette.requests import Request


async def create_completion(request: Request) -> Response:
    """POST: an answer, whole or as server-sent events. It ends when the client is gone."""
    lab = lab_of(request)
    body = await read_json(request, lab.settings.limits.body_bytes)
    completion = await run_in_threadpool(_ready, lab, read_chat_request(body))
    if completion.request.stream:
        return StreamingResponse(
            _closing(stream(completion, lab.activity)),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},
        )
    gone = threading.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(_watch, request, gone)
        document = await to_thread.run_sync(complete, completion, lab.activity, gone)
        group.cancel_scope.cancel()
    return JSONResponse(document)


async def _closing(events: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    try:
        async for event in iterate_in_threadpool(events):
            yield event
    finally:
        events.close()


def _ready(lab: Lab, asked: ChatRequest) -> Completion:
    return prepare(asked, lab.models.load(asked.model))


async def _watch(request: Request, gone: threading.Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()


ROUTES: Final = [Route("/v1/chat/completions", create_completion, methods=["POST"])]
