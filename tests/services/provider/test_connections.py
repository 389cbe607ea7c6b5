"""No connection outlives its client, whenever that is closed or a request is cancelled."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.until import until
from tui.services.errors import ServiceError
from tui.services.jobs.all_profiles import AllProfilesJobs
from tui.services.provider.provider import Provider
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.server import FaultServer


@contextmanager
def nothing_left_open() -> Iterator[None]:
    """Fail where the garbage collector has to close something.

    It looks only at what was made in between: at all that tests before have left takes a second.
    """
    gc.disable()  # nothing grows old meanwhile
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", ResourceWarning)
            yield
            gc.collect(0)
    finally:
        gc.enable()
    assert [str(one.message) for one in told] == []


async def stale(provider: Provider, server: FaultServer) -> None:
    """Leave three connections behind that the server has closed since."""
    asked = (provider.get_json("/models", doing="list the models") for _ in range(3))
    await asyncio.gather(*asked)
    for connection in tuple(server._connections):
        connection.shutdown(socket.SHUT_RDWR)
    await until(lambda: not server.connections)


async def ended_after(provider: Provider, turns: int, end: str, server: FaultServer | None) -> bool:
    """End a request after this many turns of the loop; return whether it was done before."""
    await provider.client()
    if server is not None:
        await stale(provider, server)
    asking = asyncio.ensure_future(provider.get_json("/models", doing="list the models"))
    for _ in range(turns):
        await asyncio.sleep(0)
    if done := asking.done():
        assert asking.result() == {"data": []}
    if end == "cancelled":
        asking.cancel()
    await provider.close()
    outcome = (await asyncio.gather(asking, return_exceptions=True))[0]
    assert done or isinstance(outcome, dict | ServiceError | asyncio.CancelledError)
    return done


@pytest.mark.parametrize(("end", "before"), [("cancelled", 0), ("closed", 0), ("cancelled", 3)])
async def test_a_request_may_be_ended_at_any_time(
    server: FaultServer, workspace: Workspace, end: str, before: int
) -> None:
    server.lists["/models"] = lambda _: {"data": []}
    profile = replace(workspace.profile, timeout=20)
    with nothing_left_open():
        for turns in range(1000):
            provider = Provider(profile, workspace.locations)
            if await ended_after(provider, turns, end, server if before else None):
                break
    assert 3 < turns < 999


async def test_a_look_at_all_profiles_may_be_cancelled_at_any_time(
    server: FaultServer, workspace: Workspace
) -> None:
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def no_jobs(_query: object) -> dict[str, object]:
        loop.call_soon_threadsafe(asked.set)
        return {"data": [], "has_more": False}

    server.lists["/fine_tuning/jobs"] = no_jobs
    looks = AllProfilesJobs(workspace.locations, {}, workspace.store)

    async def look() -> None:
        async with aclosing(looks.list([workspace.profile])) as found:
            assert [one.error async for one in found] == [None]

    with nothing_left_open():
        for number in range(200):
            looking = asyncio.ensure_future(look())
            await asked.wait()
            asked.clear()
            for _ in range(round(1.06**number)):  # more turns of the loop each time
                await asyncio.sleep(0)
            if looking.done():
                break
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
    assert 3 < number < 199


async def test_a_handshake_may_be_cancelled(tmp_path: Path) -> None:
    greeted = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        greeted.set()
        await reader.read()  # until the other side closes
        writer.close()

    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    environ = write_config(tmp_path, f"https://127.0.0.1:{port}/v1", "timeout = 20")
    with nothing_left_open():
        workspace = await Workspace.open(environ=environ)
        asking = asyncio.ensure_future(workspace.provider.get_json("/models", doing="list"))
        await until(greeted.is_set)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        del asking
        await workspace.close()
        listening.close()
        await listening.wait_closed()
