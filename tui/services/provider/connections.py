"""A client of the HTTP library that leaves no connection open when it is closed.

The library loses connections: one that is being made while the client is closed, one whose TLS
handshake is cancelled, and all but the first of several that have expired when the request that
was to close them is cancelled. The garbage collector would close them, at some time, and what is
asked by a client that was closed meanwhile would still be sent.

Only `http_client` imports this module, as it needs the HTTP library.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from contextvars import ContextVar
    from types import TracebackType


class Client(httpx2.AsyncClient):
    """Knows every connection that it has made, and closes them with itself."""

    def __init__(self, left: ContextVar[list[bool] | None], **options: Any) -> None:
        """Make a client; the options are those of the library's.

        `left` holds a list for each request, to which it adds once the request has gone.
        """
        super().__init__(**options)
        self._left = left
        self._streams: list[Any] = []
        hooks = self.event_hooks
        self.event_hooks = {**hooks, "request": [*hooks["request"], self._follow]}

    async def aclose(self) -> None:
        """Close all connections, also where this is cancelled meanwhile."""
        try:
            await super().aclose()
        finally:
            await self._close_streams()

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        """Close all connections, also where this is cancelled meanwhile."""
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            await self._close_streams()

    async def _close_streams(self) -> None:
        streams, self._streams = self._streams, []
        async with AsyncExitStack() as closing:  # each, whatever comes of the others
            for stream in streams:
                closing.push_async_callback(stream.aclose)

    async def _follow(self, request: httpx2.Request) -> None:
        request.extensions["trace"] = self._trace

    async def _trace(self, event: str, told: dict[str, Any]) -> None:
        """Note that a request has gone. Raises ConnectError once this is closed."""
        if event.endswith("send_request_headers.complete"):
            if (left := self._left.get()) is not None:
                left.append(True)
        elif event == "connection.connect_tcp.complete":
            self._streams = [one for one in self._streams if _is_open(one)]
            self._streams.append(told["return_value"])
            if self.is_closed:
                await self._close_streams()
                raise httpx2.ConnectError("its client was closed meanwhile")


def _is_open(stream: Any) -> bool:
    found = stream.get_extra_info("socket")
    return found is not None and found.fileno() >= 0
