"""Bodies without end: the beginning of an error is told, and nothing waits or grows for ever."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import FaultServer, endless
from tests.faults.shapes import CHAT, JOBS
from tui.services.chat.service import ChatRequest
from tui.services.errors import Malformed, Refused, ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tui.services.workspace import Workspace

REQUEST = ChatRequest("m", ({"role": "user", "content": "hi"},))
BEGINNING = b'{"error": {"message": "it begins'
MORE = b"A" * 65536
# What is on its way in buffers may come on top of what is read.
BUFFERED = 16 * 1024**2


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.services.provider.provider.READ_AGAIN_S", ())


async def failed(workspace: Workspace, what: str) -> ServiceError:
    asking: Awaitable[object] = (
        workspace.chat.complete(REQUEST)
        if what == CHAT
        else workspace.provider.get_json("/fine_tuning/jobs", doing="list the jobs")
    )
    with pytest.raises(ServiceError) as caught:
        await asking
    return caught.value


@pytest.mark.parametrize("status", [302, 401, 404, 500])
@pytest.mark.parametrize("what", [CHAT, JOBS])
async def test_an_error_without_end(
    workspace: Workspace, server: FaultServer, what: str, status: int
) -> None:
    server.always[what] = endless(status, BEGINNING, MORE)
    error = await failed(workspace, what)
    assert isinstance(error, Refused)
    assert error.status == status
    assert status == 302 or error.cause.startswith(BEGINNING.decode())
    assert len(error.cause) <= 300
    assert server.sent_endlessly < BUFFERED


@pytest.mark.parametrize("what", [CHAT, JOBS])
async def test_an_error_that_comes_letter_by_letter(
    workspace: Workspace, server: FaultServer, what: str
) -> None:
    server.always[what] = endless(503, BEGINNING, b"A", 0.05)
    error = await failed(workspace, what)  # within the time-out of the profile, 0.6 s
    assert isinstance(error, Refused)
    assert error.cause.startswith(BEGINNING.decode())
    assert server.sent_endlessly < 100


async def test_an_error_that_is_small_only_while_compressed(
    workspace: Workspace, server: FaultServer
) -> None:
    packed = gzip.compress(BEGINNING + b"A" * 50_000_000)
    server.always[CHAT] = endless(500, packed, b"", 0.05, content_encoding="gzip")
    error = await failed(workspace, CHAT)
    assert isinstance(error, Refused)
    assert error.cause.startswith(BEGINNING.decode())


async def test_lines_that_are_no_stream_without_end(
    workspace: Workspace, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.services.provider.sse.LONGEST_LINE", 1024**2)
    server.always[CHAT] = endless(200, b"<html>\n", b"<p>no stream</p>\n" * 4000)
    error = await failed(workspace, CHAT)
    assert isinstance(error, Malformed)
    assert server.sent_endlessly < BUFFERED
