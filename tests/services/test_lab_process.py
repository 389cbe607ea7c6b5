"""The lab comes up when it is needed, once, and again after it has gone."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from tests.home import Home
from tui.services.errors import LabFailed
from tui.services.lab_process import LabProcess
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path)
    yield one
    one.end_lab()


async def test_many_starters_one_lab(home: Home) -> None:
    labs = [LabProcess(home.path / "lab", home.environ) for _ in range(3)]
    found = await asyncio.gather(*(lab.ensure() for lab in labs))
    assert len(set(found)) == 1
    assert found[0].base_url.startswith("http://127.0.0.1:")
    assert (home.path / "lab").stat().st_mode & 0o777 == 0o700
    assert await labs[0].find() == found[0]


async def test_it_is_started_again_by_the_next_request(home: Home) -> None:
    workspace = await Workspace.open(environ=home.environ)
    states: list[str] = []
    workspace.provider.subscribe(lambda status: states.append(status.state))
    try:
        assert workspace.provider.status.state == "idle"
        assert {model.id for model in await workspace.models.list()} >= {"lab-small", "lab-micro"}
        assert states == ["starting", "ready"]
        first = home.lab_pid()
        assert first is not None
        home.end_lab(signal.SIGKILL)
        choices = (await workspace.models.chat_offer()).choices
        assert {choice.kind for choice in choices} == {"base"}
        assert home.lab_pid() not in {None, first}
        assert states == ["starting", "ready", "starting", "ready"]
    finally:
        await workspace.close()


async def test_a_lab_that_does_not_start_says_why(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.services import lab_process

    monkeypatch.setattr(lab_process, "GRACE_S", 0.3)
    (home.path / "lab").mkdir()
    (home.path / "lab" / "api_key").mkdir()  # where its key should be
    workspace = await Workspace.open(environ=home.environ)
    try:
        with pytest.raises(LabFailed) as caught:
            await workspace.models.list()
    finally:
        await workspace.close()
    assert "api_key" in caught.value.cause
    assert workspace.provider.status.state == "failed"
