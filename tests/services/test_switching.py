"""Switching profiles and closing while requests are under way."""

from __future__ import annotations

import asyncio
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
