"""Switching profiles and closing while requests are under way."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import HANG, FaultServer
from tests.until import until
from tui.services.errors import InputError, ServiceError
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_other_profile_s_services_take_over(server: FaultServer, tmp_path: Path) -> None:
    other = FaultServer()
    more = f'[profiles.other]\nbase_url = "{other.url}"\napi_key = "sk-other"\n'
    workspace = await Workspace.open(environ=write_config(tmp_path, server.url, more))
    try:
        await workspace.jobs.list()
        before = workspace.jobs
        with pytest.raises(InputError):
            await workspace.use_profile("nobody")
        assert workspace.jobs is before  # nothing happened
        workspace.poller.subscribe(lambda _: None)
        await workspace.use_profile("other")
        await workspace.jobs.list()
        assert workspace.profile.name == "other"
        with pytest.raises(InputError, match="closed"):
            await before.list()
    finally:
        await workspace.close()
        other.close()
    assert {seen.headers["authorization"] for seen in server.seen} == {"Bearer sk-fault"}
    assert {seen.headers["authorization"] for seen in other.seen} == {"Bearer sk-other"}


async def test_closing_ends_what_is_under_way(server: FaultServer, tmp_path: Path) -> None:
    workspace = await Workspace.open(environ=write_config(tmp_path, server.url, "timeout = 20"))
    server.fault("GET /fine_tuning/jobs", HANG)
    task = asyncio.create_task(workspace.jobs.list())
    await until(lambda: server.seen)
    await workspace.close()
    with pytest.raises(ServiceError):
        await task


async def test_a_client_that_comes_after_the_closing_is_closed_too(
    server: FaultServer, tmp_path: Path
) -> None:
    environ = write_config(tmp_path, server.url)
    config = tmp_path / "config" / "config.toml"
    fifo = tmp_path / "key"
    os.mkfifo(fifo)
    text = config.read_text().replace('api_key = "sk-fault"', f'key_command = "cat {fifo}"')
    config.write_text(text)
    workspace = await Workspace.open(environ={**environ, "PATH": os.environ["PATH"]})
    provider = workspace.provider
    asking = asyncio.create_task(workspace.jobs.list())
    key = await asyncio.to_thread(fifo.open, "w")  # waits until the command reads it
    await workspace.close()
    with key:
        key.write("sk-too-late-0123456789\n")
    with pytest.raises(InputError, match="profile was closed"):
        await asking
    assert server.seen == []
    assert provider._client is None
