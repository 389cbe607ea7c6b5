"""The lab of another machine by ssh: started there, tunnelled to, found again after a lost line.

ssh itself is a script that forwards: there is no server of it to log in to here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.home import Home
from tests.lab_process import environment, wait_for
from tests.rows import rows_of
from tests.services.settings.test_profiles import load
from tui.services.errors import InputError, LabFailed
from tui.services.provider import remote_lab
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

FAKE = Path(__file__).parent / "fake_ssh.py"


@dataclass
class Far:
    """Another machine: its home, and what was asked of ssh."""

    home: Home
    near: Path
    log: Path
    environ: dict[str, str]

    def calls(self) -> list[dict[str, Any]]:
        return rows_of(self.log)

    async def opened(self) -> Workspace:
        return await Workspace.open("gpu", environ=self.environ)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, command in (("ssh", f"{FAKE}"), ("finetui", "-m tui.cli")):
        script = tools / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        script.chmod(0o755)
    near = tmp_path / "near"
    near.mkdir()
    load(near, '[profiles.gpu]\nkind = "lab"\nssh = "me@gpu-box"\n')
    log = tmp_path / "ssh.log"
    log.touch()
    environ = {
        **environment(),
        "FINETUI_HOME": str(near),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "FAKE_SSH_LOG": str(log),
        "FAKE_SSH_HOME": str(tmp_path / "far"),
        "OPENAI_API_KEY": "sk-of-nobody-else-0123456789",
    }
    one = Far(Home(tmp_path / "far"), near, log, environ)
    yield one
    one.home.end_lab()


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_the_lab_there_is_started_used_and_found_again(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", far.environ["PATH"])
    workspace = await far.opened()
    try:
        assert workspace.profile.key_state == "its own"
        assert not workspace.profile.bills
        assert await workspace.jobs.list() == []
        first = far.home.lab_pid()
        assert first is not None
        assert not (far.near / "lab").exists()  # none was started here
        start, tunnel = far.calls()
        assert start["words"][-2:] == ["me@gpu-box", "finetui lab --detach --json"]
        assert tunnel["words"][-2] == "me@gpu-box"
        words = " ".join(tunnel["words"])
        assert "BatchMode=yes" in words
        assert "ExitOnForwardFailure=yes" in words
        key = (far.home.path / "lab" / "api_key").read_text().strip()
        assert key not in json.dumps([one["words"] for one in far.calls()])
        assert "sk-of-nobody" not in json.dumps([one["env"] for one in far.calls()])

        os.kill(tunnel["pid"], signal.SIGKILL)  # the line is lost
        wait_for(lambda: not runs(tunnel["pid"]))
        assert [model.id for model in await workspace.models.list()]
        assert far.home.lab_pid() == first
        assert len(far.calls()) == 4

        far.home.end_lab()  # it has ended there, as an idle one does
        assert await workspace.jobs.list() == []
        assert far.home.lab_pid() not in {None, first}
        last = far.calls()[-1]["pid"]
    finally:
        await workspace.close()
    wait_for(lambda: not runs(last))  # the tunnel goes with the workspace
    assert far.home.lab_pid() is not None  # and the lab goes on


def test_a_tunnel_does_not_outlive_a_program_that_is_killed(far: Far) -> None:
    code = (
        "import asyncio, os, signal\nfrom tui.services.workspace import Workspace\n"
        "async def main():\n"
        "    workspace = await Workspace.open('gpu')\n"
        "    await workspace.jobs.list()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=far.environ, check=False, timeout=100)
    assert done.returncode == -signal.SIGKILL
    tunnel = far.calls()[-1]
    assert "-L" in tunnel["words"]
    wait_for(lambda: not runs(tunnel["pid"]))


async def test_what_ssh_says_is_told(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", far.environ["PATH"])
    far.environ["FAKE_SSH_FAIL"] = "me@gpu-box: Permission denied (publickey)."
    workspace = await far.opened()
    try:
        with pytest.raises(LabFailed, match="lab of me@gpu-box") as caught:
            await workspace.jobs.list()
        assert "Permission denied (publickey)" in caught.value.cause
        assert "ssh me@gpu-box 'finetui lab --detach'" in caught.value.next_step
        assert workspace.provider.status == "failed"
    finally:
        await workspace.close()


async def test_one_without_finetui_is_told(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", far.environ["PATH"])
    load(far.near, '[profiles.gpu]\nssh = "gpu"\nssh_command = "/opt/none/finetui"\n')
    workspace = await far.opened()
    try:
        with pytest.raises(LabFailed) as caught:
            await workspace.jobs.list()
        assert "/opt/none/finetui" in caught.value.cause
    finally:
        await workspace.close()


@pytest.mark.skipif(shutil.which("ssh") is None, reason="the options are those of OpenSSH")
def test_the_real_ssh_takes_the_words(tmp_path: Path) -> None:
    profile = load(tmp_path, '[profiles.gpu]\nssh = "me@gpu-box"\n').get("gpu")
    one = remote_lab.RemoteLab(profile, {})
    words = one.command("-L", "127.0.0.1:4001:127.0.0.1:4002", remote="true")
    shown = subprocess.run(
        [words[0], "-G", "-F", "/dev/null", *words[1:]], capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    told = shown.stdout.splitlines()
    assert "hostname gpu-box" in told
    assert "user me" in told
    assert "batchmode yes" in told
    assert "exitonforwardfailure yes" in told
    assert "localforward [127.0.0.1]:4001 [127.0.0.1]:4002" in told
    assert not [line for line in told if line.startswith("remoteforward")]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('ssh = "-oProxyCommand=touch x"', "ssh must be a name that ssh knows"),
        ('ssh = "a b"', "ssh must be a name that ssh knows"),
        ('ssh = "box"\nkind = "openai"', "ssh is for the lab of another machine"),
        ('ssh = "box"\nbase_url = "https://x/v1"', "base_url cannot stand beside ssh"),
        ('ssh = "box"\napi_key_env = "A"', "api_key_env cannot stand beside ssh"),
        ('kind = "lab"\nssh_command = "x"', "ssh_command says nothing without ssh"),
    ],
)
def test_what_cannot_be(tmp_path: Path, config: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, f"[profiles.gpu]\n{config}\n")
    assert words in caught.value.cause


def test_a_secret_is_asked_about_where_it_leaves_this_machine(tmp_path: Path) -> None:
    book = load(tmp_path, '[profiles.gpu]\nssh = "box"\ntimeout = 9\nread_only = true\n')
    profile = book.get("gpu")
    assert not profile.embedded
    assert (profile.timeout, profile.read_only, profile.kind) == (9, True, "lab")
