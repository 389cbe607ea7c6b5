"""What the shell is told once the program has ended: what goes on without it."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.terminal.program import Program
from tui.core.jobs.jobs import parse_job
from tui.services.jobs.polling.poller import PollerState
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import FaultServer


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (["running"], "finetui: 1 job goes on at fault; `finetui` shows it again."),
        (["queued", "succeeded", "running"], "finetui: 2 jobs go on at fault; `finetui` shows"),
        (["succeeded", "paused"], ""),
    ],
)
def test_jobs_that_go_on_are_told_of_after_the_end(
    tmp_path: Path, server: FaultServer, statuses: list[str], words: str
) -> None:
    home = tmp_path / "home"
    write_config(home, server.url)
    for number, status in enumerate(statuses):
        server.new_job({"model": "base", "status": status, "suffix": f"moss{number}"})
    with Program(home) as program:
        program.see("take the tour")
        program.send("3")
        program.see("moss0")
        asked = len(server.seen)
        program.send("\x11")
        assert program.wait() == 0
        assert program.restored()
        said = program.text().rpartition("finetui: ")
        assert (said[1] + said[2]).split("\r")[0].startswith(words)
        assert bool(said[1]) == bool(words)
        late = [one for one in server.seen[asked:] if one.path == "/fine_tuning/jobs"]
        assert len(late) <= 1, "only the round that was due"


def test_of_another_profile_the_command_names_it(tmp_path: Path, server: FaultServer) -> None:
    home = tmp_path / "home"
    write_config(home, server.url, f'[profiles.moss]\nbase_url = "{server.url}"\napi_key = "sk-m"')
    server.new_job({"model": "base", "status": "running", "suffix": "fern"})
    with Program(home, "--profile", "moss") as program:
        program.see("take the tour")
        program.send("3")
        program.see("fern")
        program.send("\x11")
        assert program.wait() == 0
        assert "1 job goes on at moss; `finetui --profile moss` shows it again." in program.text()


def test_without_a_look_at_the_jobs_nothing_is_said_and_nobody_is_asked(
    tmp_path: Path, server: FaultServer
) -> None:
    home = tmp_path / "home"
    write_config(home, server.url)
    server.new_job({"model": "base", "status": "running"})
    with Program(home) as program:
        program.see("take the tour")
        program.send("\x11")
        assert program.wait() == 0
        assert "goes on" not in program.text()
    assert not [one for one in server.seen if one.path == "/fine_tuning/jobs"]


def test_a_terminal_that_is_gone_is_told_nothing(tmp_path: Path, server: FaultServer) -> None:
    home = tmp_path / "home"
    write_config(home, server.url)
    server.new_job({"model": "base", "status": "running", "suffix": "fern"})
    with Program(home) as program:
        program.see("take the tour")
        program.send("3")
        program.see("fern")
        program.hang_up()
        # 120 is Python's where its own buffers cannot be written.
        assert program.wait_without_terminal() in {128 + signal.SIGHUP, 120}


async def test_what_was_listed_long_ago_says_nothing_of_now(
    tmp_path: Path, server: FaultServer
) -> None:
    workspace = await Workspace.open(environ=write_config(tmp_path, server.url))
    try:
        services = workspace.services
        assert services.jobs_at_work(60.0) == 0
        running, gone = (parse_job({"id": one, "status": "running"}) for one in "ab")
        state = PollerState((running, gone), time.time(), forgotten={"b": time.time()})
        services.poller.state = state
        assert services.jobs_at_work(60.0) == 1
        services.poller.state = replace(state, fetched_at=time.time() - 61)
        assert services.jobs_at_work(60.0) == 0
    finally:
        await workspace.close()
