"""A provider whose answers come piece by piece, when the test says so."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HEAD = "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n"
MODELS = ("base-one", "ft:base-one:me:fern:abc", "ft:base-one:me:old:xyz")


class SlowProvider:
    """Put into `pieces` what to send next: a text, a whole chunk, or None to hang up."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.pieces: asyncio.Queue[str | dict[str, Any] | None] = asyncio.Queue()
        self.refusal: tuple[int, str] | None = None  # a status and what is said
        self.code: str | None = None  # of the refusal
        self.hung_up = 0  # requests the client ended before the answer did
        self.base_url = ""
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def finish(self, reason: str = "stop") -> None:
        """Let the answer end as it should."""
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        self.pieces.put_nowait({"choices": [{"delta": {}, "finish_reason": reason}]})
        self.pieces.put_nowait({"choices": [], "usage": usage})
        self.pieces.put_nowait(None)

    def say(self, *texts: str) -> None:
        """Let pieces of the answer come."""
        for text in texts:
            self.pieces.put_nowait(text)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        task = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, _, headers = request.partition("\r\n")
            length = [h for h in headers.lower().split("\r\n") if h.startswith("content-length:")]
            body = await reader.readexactly(int(length[0].partition(":")[2]) if length else 0)
            await self._answer(line.split()[1], body, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def end(self) -> None:
        """End every connection, also one whose client does not read: none outlives its loop."""
        for writer in self._serving.values():
            writer.transport.abort()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _answer(
        self, path: str, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if path.endswith("/chat/completions"):
            self.asked.append(json.loads(body))
            await self._stream(reader, writer)
            return
        names = MODELS if path.startswith("/v1/models") else ()
        created = {"ft:base-one:me:fern:abc": 2_000, "ft:base-one:me:old:xyz": 1_000}
        data = [{"id": name, "created": created.get(name, 1)} for name in names]
        writer.write(HEAD.format(status=200, kind="application/json").encode())
        writer.write(json.dumps({"data": data, "has_more": False}).encode())
        await writer.drain()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusal is not None:
            status, message = self.refusal
            writer.write(HEAD.format(status=status, kind="application/json").encode())
            writer.write(json.dumps({"error": {"message": message, "code": self.code}}).encode())
            await writer.drain()
            return
        writer.write(HEAD.format(status=200, kind="text/event-stream").encode())
        await writer.drain()
        gone = asyncio.ensure_future(reader.read())
        while True:
            coming = asyncio.ensure_future(self.pieces.get())
            done, _ = await asyncio.wait({coming, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone in done:
                coming.cancel()
                self.hung_up += 1
                return
            if (piece := coming.result()) is None:
                gone.cancel()
                return
            chunk = (
                {"choices": [{"delta": {"content": piece}}]} if isinstance(piece, str) else piece
            )
            writer.write(f"data: {json.dumps(chunk)}\n\n".encode())
            await writer.drain()


@asynccontextmanager
async def slow_provider() -> AsyncIterator[SlowProvider]:
    """Serve on a free port of this machine."""
    provider = SlowProvider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield provider
    finally:
        server.close()
        await server.wait_closed()
        await provider.end()
