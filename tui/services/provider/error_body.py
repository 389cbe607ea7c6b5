"""Read the body of an error response: its beginning, in a limited time.

The client library reads such a body to its end before it raises, however long that takes. Only
`make_client` imports this module, as it needs the HTTP library.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

LONGEST = 256 * 1024  # bytes; what a server has to say stands in the first few hundred
# Compressed, a thousand times as much may come of it.
LONGEST_PACKED = 16 * 1024


def error_shortener(seconds: float) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Return the hook after which an error's body ends within this many seconds and bytes."""

    async def shorten(response: httpx2.Response) -> None:
        stream = response.stream
        if not response.is_success and isinstance(stream, httpx2.AsyncByteStream):
            packed = response.headers.get("content-encoding", "identity") != "identity"
            response.stream = _Beginning(stream, LONGEST_PACKED if packed else LONGEST, seconds)

    return shorten


class _Beginning(httpx2.AsyncByteStream):
    """The first bytes of a stream; it ends early where the stream does not."""

    def __init__(self, stream: httpx2.AsyncByteStream, longest: int, seconds: float) -> None:
        self._stream, self._longest, self._seconds = stream, longest, seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._longest
        parts = aiter(self._stream)
        until = asyncio.get_running_loop().time() + self._seconds
        while left > 0:
            try:
                async with asyncio.timeout_at(until):
                    part = await anext(parts)
            except (StopAsyncIteration, TimeoutError):
                return
            yield part[:left]
            left -= len(part)

    async def aclose(self) -> None:
        await self._stream.aclose()
