"""Ended in the middle of a request that changes something, a command says what may be done."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import ACT_AND_HANG, HANG, FaultServer, page
from tests.home import Home
from tests.lab_process import chat_lines, wait_for

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("interrupts")
JOB = "POST /fine_tuning/jobs"


@pytest.fixture
def home(tmp_path: Path, server: FaultServer) -> Home:
    server.lists["/models"] = lambda q: page([{"id": "base"}], q)
    write_config(tmp_path, server.url, "timeout = 20")
    return Home(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "train.jsonl"
    path.write_bytes(chat_lines(60))
    return str(path)


def end(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_job_may_exist_and_can_be_looked_for(
    home: Home, server: FaultServer, data: str, number: signal.Signals, code: int
) -> None:
    server.fault(JOB, ACT_AND_HANG)
    process = home.start("jobs", "create", "--training-file", data, "--model", "base", "--json")
    wait_for(lambda: server.count(JOB))
    ended, out, err = end(process, number)
    assert ended == code
    assert "asked to create the job, and no answer is there" in err
    assert "`finetui jobs unanswered` tells" in err
    assert "Traceback" not in err
    assert json.loads(out)["error"]["title"] == "Interrupted"
    found = home.run("jobs", "unanswered")
    assert found.returncode == 0
    assert f"exists: {server.jobs[0]['id']} (found by its mark)" in found.stdout


@pytest.mark.parametrize(
    ("words", "request_", "looks"),
    [
        (("files", "upload", "DATA"), "POST /files", "finetui files list"),
        (("files", "delete", "file-1", "--yes"), "DELETE /files/file-1", "finetui files list"),
        (
            ("models", "delete", "ft:a:b", "--yes"),
            "DELETE /models/ft:a:b",
            "finetui models list --tuned",
        ),
        (
            ("jobs", "cancel", "ftjob-1"),
            "POST /fine_tuning/jobs/ftjob-1/cancel",
            "finetui jobs show ftjob-1",
        ),
        (
            ("jobs", "pause", "ftjob-1"),
            "POST /fine_tuning/jobs/ftjob-1/pause",
            "finetui jobs show ftjob-1",
        ),
    ],
)
def test_so_may_everything_else_that_changes_something(
    home: Home, server: FaultServer, data: str, words: tuple[str, ...], request_: str, looks: str
) -> None:
    server.fault(request_, HANG)
    process = home.start(*(data if word == "DATA" else word for word in words))
    wait_for(lambda: server.count(request_))
    code, _, err = end(process, signal.SIGINT)
    assert code == 130
    assert "it may have been done" in err
    assert f"`{looks}` tells" in err


def test_what_changes_nothing_says_nothing(home: Home, server: FaultServer) -> None:
    server.fault("GET /fine_tuning/jobs/j", HANG)
    process = home.start("jobs", "show", "j", "--profile", "fault")
    wait_for(lambda: server.count("GET /fine_tuning/jobs/j"))
    assert end(process, signal.SIGTERM) == (143, "", "")


def test_the_profile_is_named_unless_it_is_the_default(home: Home, server: FaultServer) -> None:
    config = home.path / "config" / "config.toml"
    text = config.read_text().replace("[profiles.fault]", "[profiles.far]")
    config.write_text(text.replace('default_profile = "fault"', 'default_profile = "lab"'))
    server.fault("POST /fine_tuning/jobs/j/cancel", HANG)
    process = home.start("--profile", "far", "jobs", "cancel", "j")
    wait_for(lambda: server.count("POST /fine_tuning/jobs/j/cancel"))
    assert "`finetui jobs show j --profile far` tells" in end(process, signal.SIGINT)[2]
