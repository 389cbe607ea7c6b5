"""What goes wrong is one line and an exit code, never a traceback."""

from __future__ import annotations

import argparse
import json
import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import forks
from tests.faults.conftest import write_config
from tests.faults.server import ACT_AND_DROP, FaultServer, problem, reply, said, stream
from tests.home import Home
from tests.lab_process import ROOT, chat_lines
from tui.cli.dispatch import COMMANDS, parser_of

if TYPE_CHECKING:
    from pathlib import Path

GOOD = str(ROOT / "tui" / "data" / "samples" / "support_valid.jsonl")


@pytest.fixture
def bare(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def one_line(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, (done.stdout, done.stderr)
    [line] = done.stderr.splitlines()
    assert line.startswith("finetui: ")
    return line


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["check", "/no/such.jsonl"], "/no/such.jsonl"),
        (["tokens", "/"], "/ is a folder"),
        (["nonsense"], "nonsense"),
        (["jobs", "frobnicate"], "frobnicate"),
        (["jobs", "create", "--training-file", "x"], "--model"),
        (["jobs", "create", "--training-file", "f", "--model", "m", "--epochs", "many"], "many"),
        (["jobs", "create", "--training-file", "f", "--model", "m", "--epochs", "0"], "epochs"),
        (["jobs", "create", "--training-file", "f", "--model", "m", "--lr-multiplier", "inf"], ""),
        (["jobs", "create", "--training-file", "no/f.jsonl", "--model", "m"], "no/f.jsonl"),
        (["files", "upload", "/no/such.jsonl"], "/no/such.jsonl"),
        (["tokens", GOOD, "--epochs", "0"], "--epochs"),
        (["chat", "--model", "m", "--temperature", "9", "hi"], "temperature"),
        (["chat", "--model", "m", "-"], "stdin"),
        (["chat", "--model", "m", " "], "empty"),
        (["--profile", "nobody", "models", "list"], "nobody"),
        (["models", "list", "--profile=nobody"], "nobody"),
        ([GOOD], "terminal"),
    ],
)  # fmt: skip
def test_wrong_usage(bare: Home, words: list[str], names: str) -> None:
    assert names in one_line(bare.run(*words), 2)
    done = bare.run(*words, "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert set(error) == {"title", "cause", "next_step", "request_id"}
    assert bare.lab_pid() is None  # none of it needs a provider


def test_the_other_files_are_still_checked(bare: Home, tmp_path: Path) -> None:
    bad = tmp_path / "bad\x1b[31m.jsonl"
    bad.write_bytes(chat_lines(12) + b"{broken\n[1]\n")
    done = bare.run("check", "/no/such.jsonl", str(bad), GOOD, "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert [file["path"] for file in document["files"]] == [str(bad), GOOD]
    file = document["files"][0]
    assert file["errors"] == sum(issue["severity"] == "error" for issue in file["issues"]) > 0
    assert {13, 14} <= {issue["line"] for issue in file["issues"]}
    keys = {"line", "lines", "rule", "severity", "where", "message", "fixable"}
    assert set(file["issues"][0]) == keys
    assert "/no/such.jsonl" in document["error"]["cause"]
    plain = bare.run("check", str(bad))
    assert plain.returncode == 1
    assert ":13: error " in plain.stdout
    assert "\x1b" not in plain.stdout
    assert bare.run("check", GOOD).returncode == 0


def test_a_bad_configuration(bare: Home) -> None:
    folder = bare.path / "config"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("a = 1\nb = = 2\n")
    assert "line 2" in one_line(bare.run("models", "list"), 2)


def test_a_provider_that_says_no(bare: Home, server: FaultServer) -> None:
    write_config(bare.path, server.url)
    words = "Incorrect API key \x1b[2J \x9b2J provided"
    server.fault("GET /models", *[reply(401, problem(words, code="invalid_api_key"))] * 2)
    line = one_line(bare.run("models", "list"), 3)
    assert "␛[2J" in line
    assert "Check the key of profile fault" in line
    assert "req-1" in line
    done = bare.run("models", "list", "--json")
    assert json.loads(done.stdout)["error"]["cause"] == words
    assert done.stdout.rstrip("\n").isprintable()
    server.close()
    assert "cannot be reached" in one_line(bare.run("models", "list"), 3)


def test_what_bills_wants_a_yes(bare: Home, server: FaultServer) -> None:
    write_config(bare.path, server.url, "bills = true")
    words = ("jobs", "create", "--training-file", GOOD, "--model", "gpt-4.1-mini-2025-04-14")
    done = bare.run(*words)
    assert "Add --yes" in one_line(done, 4)
    assert server.url.split("//")[1].split("/")[0] in done.stderr
    assert "USD" in done.stderr
    assert {seen.method for seen in server.seen} == {"GET"}  # nothing was uploaded either
    server.fault("POST /fine_tuning/jobs", ACT_AND_DROP)
    done = bare.run(*words, "--yes", "--accept", "warnings", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == server.jobs[0]["id"]
    assert "looking for the job" in done.stderr
    assert len(server.jobs) == 1


def test_a_broken_answer_is_printed_and_said(bare: Home, server: FaultServer) -> None:
    write_config(bare.path, server.url)
    server.fault("POST /chat/completions", *[stream(said("half an answer"))] * 2)
    done = bare.run("chat", "--model", "m", "hi")
    assert done.stdout == "half an answer\n"
    assert "broke off" in one_line(done, 3)
    assert bare.json("chat", "--model", "m", "hi", code=3)["complete"] is False


def test_interrupted(bare: Home, server: FaultServer) -> None:
    write_config(bare.path, server.url)
    server.new_job({"status": "running"})
    path = "/fine_tuning/jobs/ftjob-1/events"
    server.lists[path] = lambda _: {"data": [{"id": "e", "message": "hi"}], "has_more": False}
    process = bare.start("jobs", "watch", "ftjob-1")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().endswith("info hi\n")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert out == ""
    assert "the job goes on" in err
    assert "Traceback" not in err


def test_a_reader_that_leaves(bare: Home, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"[]\n" * 5000)
    command = f"{forks.shell_command('tui.cli')} check {bad} | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], env=bare.environ, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_terminal_is_sent_no_commands(bare: Home, server: FaultServer) -> None:
    write_config(bare.path, server.url)
    server.fault("POST /chat/completions", stream(said("a\x1b]0;title\x07b", "stop")))
    ours, theirs = pty.openpty()
    words = ("chat", "--model", "m", "hi")
    process = forks.start("tui.cli", *words, env=bare.environ, stdout=theirs, stderr=theirs)
    os.close(theirs)
    assert process.wait(timeout=60) == 0
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert shown == "a␛]0;title␇b\r\n"


def test_streams_that_are_closed_or_full(bare: Home, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"[]\n")
    asked = [sys.executable, "-m", "tui.cli", "check", str(bad), "--json"]

    def shell(redirect: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", f'exec "$@" {redirect}', "sh", *asked], env=bare.environ, cwd=ROOT,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    closed = shell("<&- >&-")
    assert (closed.returncode, closed.stdout, closed.stderr) == (1, "", "")
    if os.path.exists("/dev/full"):  # noqa: PTH110 - Linux has it
        assert "Cannot write the output" in one_line(shell(">/dev/full"), 5)


def test_json_stays_json_where_the_terminal_lacks_characters(bare: Home, tmp_path: Path) -> None:
    named = tmp_path / "süß-🪴.jsonl"
    named.write_bytes(b"[]\n")
    environ = bare.environ | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    environ.pop("PYTHONIOENCODING", None)
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "check", str(named), "--json"], env=environ, cwd=ROOT,
        capture_output=True, text=True, encoding="ascii", check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    path = json.loads(done.stdout)["files"][0]["path"]
    assert os.fsencode(path) == os.fsencode(named)


def test_the_help_tells_what_each_command_does(bare: Home) -> None:
    done = bare.spawn("--help")
    assert done.returncode == 0
    told = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()}
    assert all(told[name] for name in COMMANDS)


@pytest.mark.parametrize("name", sorted({*COMMANDS} - {"lab"}))
def test_the_values_of_every_option_are_words(name: str) -> None:
    """A wrong value is answered with the right ones, as argparse prints them: by their repr."""
    waiting = [parser_of(name)]
    for parser in waiting:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting += action.choices.values()
            else:
                assert all(type(one) in {str, int} for one in action.choices or ()), action
