"""The lab comes up when it is needed, once, and again after it has gone."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.forks import in_forks
from tests.home import Home
from tests.limits import largest_file
from tui.services.errors import LabFailed
from tui.services.provider import lab_process
from tui.services.provider.lab_process import LabProcess
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_a_user_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_process, "start_lab", in_forks.lab_as_users_do)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path)
    yield one
    one.end_lab()


async def test_many_starters_one_lab(home: Home) -> None:
    some = [LabProcess(home.path / "lab", home.environ) for _ in range(3)]
    found = await asyncio.gather(*(lab.ensure() for lab in some))
    assert len(set(found)) == 1
    assert found[0].base_url.startswith("http://127.0.0.1:")
    assert (home.path / "lab").stat().st_mode & 0o777 == 0o700
    assert await some[0].find() == found[0]


async def test_it_is_started_again_by_the_next_request(home: Home) -> None:
    workspace = await Workspace.open(environ=home.environ)
    states: list[str] = []
    workspace.provider.subscribe(states.append)
    try:
        assert workspace.provider.status == "idle"
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
    assert workspace.provider.status == "failed"


async def test_a_full_disk_is_named_although_no_log_is_written(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_process, "GRACE_S", 0.1)
    ends = lambda *_: subprocess.Popen(["false"])  # noqa: E731 - as the lab does there
    monkeypatch.setattr(lab_process, "start_lab", ends)
    with largest_file(0), pytest.raises(LabFailed) as caught:
        await LabProcess(home.path / "lab", home.environ).ensure()
    assert caught.value.cause == f"{home.path / 'lab' / 'starts.log'}: File too large"
    assert "free space" in caught.value.next_step


def environ_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize("broken", [False, True], ids=["good", "broken"])
async def test_it_inherits_no_key(home: Home, broken: bool) -> None:
    config = home.path / "config" / "config.toml"
    config.parent.mkdir()
    url = 'base_url = "https://gateway.example/v1"'
    config.write_text(
        f'[profiles.a]\n{url}\napi_key_env = "MY_OWN_NAME"\n'
        f'[profiles.b]\n{url}\napi_key_env = "OTHER_NAME"\n' + ("read_onyl = true" * broken)
    )
    config.chmod(0o600)
    secrets = {
        "MY_OWN_NAME": "secret-aaaa-1111",
        "OTHER_NAME": "secret-bbbb-2222",
        "COPY_OF_IT": "Bearer secret-aaaa-1111",
        "OPENAI_API_KEY": "secret-cccc-3333",
        "OPENAI_CUSTOM_HEADERS": "X: secret-dddd-4444",
        "ANTHROPIC_API_KEY": "secret-eeee-5555",
        "HF_TOKEN": "secret-ffff-6666",
        "AWS_SECRET_ACCESS_KEY": "secret-gggg-7777",
        "HTTPS_PROXY": "http://me:secret-hhhh-8888@proxy.example:1",
    }
    workspace, error = await Workspace.open_safely("lab", environ=home.environ | secrets)
    assert (error is not None) == broken
    try:
        await workspace.models.list()
    finally:
        await workspace.close()
    pid = home.lab_pid()
    assert pid is not None
    inherited = environ_of(pid)
    assert "PYTHONPATH=" in inherited
    assert "FINETUI_HOME=" in inherited
    assert "secret-" not in inherited
    for name in secrets:
        assert f"{name}=" not in inherited


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_nor_does_it_in_the_foreground(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    config = home.path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text('[profile.a]\napi_key_env = "MY_OWN_NAME"\n')
    given = {"MY_OWN_NAME": "secret-aaaa-1111", "XAI_API_KEY": "secret-bbbb-2222"}
    monkeypatch.setattr(Home, "environ", home.environ | given)
    process = home.start("lab", "--port", "0", "--json")
    assert process.stdout is not None
    json.loads(process.stdout.readline())
    pid = home.lab_pid()
    assert pid is not None
    assert "secret-" not in environ_of(pid)
    process.terminate()
    process.communicate(timeout=60)
