"""Middleware of every request: host check, key, request id, timing, count of users."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Final

from anyio import move_on_after
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from tui.lab import ids
from tui.lab.http.errors import ApiError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tui.lab.activity import Activity

_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
# A refused upload is read and dropped up to here, so that the client gets to read the answer.
_DRAINED: Final = 1024**3
_DRAINED_SECONDS: Final = 30.0


class LabMiddleware:
    """The outermost ASGI application."""

    def __init__(self, app: ASGIApp, key: str, activity: Activity) -> None:
        self._app = app
        self._key = key.encode()
        self._activity = activity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = ids.new("req_", 32)

        body = _Body(receive)

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                if not body.ended:
                    # The answer first, then what is left of the request: a client that
                    # writes to the end before it reads gets to read the answer.
                    await send({**message, "more_body": True})
                    await body.drain()
                    message = {"type": "http.response.body", "body": b""}
            elif message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["openai-processing-ms"] = str(int((time.perf_counter() - started) * 1000))
                headers["openai-organization"] = "org-lab"
                headers["cache-control"] = "no-store"
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await error_response(refusal)(scope, body, stamped)
            return
        if scope["path"] == "/health":
            await self._app(scope, body, stamped)
            return
        with self._activity.request():
            await self._app(scope, body, stamped)

    def _refusal(self, scope: Scope) -> ApiError | None:
        headers = Headers(scope=scope)
        # A page in a browser can reach loopback under a name of its own.
        host = headers.get("host", "").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name not in _HOSTS:
            return ApiError(403, "This server answers to loopback names only.", code="wrong_host")
        if scope["path"] == "/health":
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        given = given.strip()
        if scheme.lower() != "bearer" or not given:
            return ApiError(
                401,
                "You didn't provide an API key. Provide it in an Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                code="invalid_api_key",
            )
        if not secrets.compare_digest(given.encode(), self._key):
            return ApiError(
                401, f"Incorrect API key provided: {_masked(given)}.", code="invalid_api_key"
            )
        return None


def error_response(error: ApiError) -> JSONResponse:
    """Return the answer for an error."""
    return JSONResponse(error.body(), error.status, headers=error.headers())


class _Body:
    """The ``receive`` of a request that knows whether the body has come to its end."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.ended = False

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self.ended = True
        return message

    async def drain(self) -> None:
        """Read and drop the rest, up to a limit in bytes and in time."""
        seen = 0
        with move_on_after(_DRAINED_SECONDS):
            while not self.ended and seen < _DRAINED:
                seen += len((await self()).get("body", b""))


def _masked(key: str) -> str:
    return f"{key[:3]}***{key[-4:]}" if len(key) > 12 else "***"
