"""Connections on which no request comes are closed; others are left alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import uvicorn

from tui.lab.http.request_timeout import PatientProtocol
from tui.lab.serving import bind

if TYPE_CHECKING:
    import pytest
    from starlette.types import Receive, Scope, Send

ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
    await asyncio.sleep(0.5)  # longer than a request may take to be asked
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


async def test_half_a_request_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "HEAD_SECONDS", 0.2)
    config = uvicorn.Config(app, http=PatientProtocol, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    sock = bind(0)
    running = asyncio.create_task(server._serve([sock]))
    port = sock.getsockname()[1]
    try:
        async with asyncio.timeout(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(2):  # a slow answer, and the next request on the same connection
                writer.write(ASKED)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200")
                assert await reader.readexactly(2) == b"ok"
            writer.write(ASKED[:9])
            assert await reader.read() == b""
            silent, unsaid = await asyncio.open_connection("127.0.0.1", port)
            assert await silent.read() == b""
            for one in (writer, unsaid):
                one.close()
                await one.wait_closed()
    finally:
        server.should_exit = True
        await running
