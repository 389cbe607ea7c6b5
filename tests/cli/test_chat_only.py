"""Headless: servers without jobs or models, waits by the clock, answers that break off or stall."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import Fault, FaultServer, html, problem, reply, said, sse, stream
from tests.faults.shapes import (
    ABSENT,
    CHAT,
    FAILING,
    JOBS,
    MODELS,
    NO_MODELS,
    SCOPE,
    answering,
    asked,
    listing,
)
from tests.home import Home
from tui.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TUNED = "ft:base:org:x:A1"


@pytest.fixture
def home(tmp_path: Path, server: FaultServer) -> Home:
    write_config(tmp_path, server.url)
    return Home(tmp_path)


@pytest.mark.parametrize("how", [*ABSENT, *FAILING])
def test_models_are_listed_without_the_jobs(home: Home, server: FaultServer, how: str) -> None:
    base = {"id": "base", "created": 0, "shutdown_date": "2027-01-14"}
    listing(server, base, {"id": TUNED, "created": None})
    server.always[JOBS] = (ABSENT | FAILING)[how]
    done = home.run("models", "list")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [(row[:6], row[-1]) for row in rows] == [
        (["base", "base", "base", "–", "–", "2027-01-14"], "live"),
        ([TUNED, "tuned", "base", "–", "–", "2027-01-14"], "live"),
    ]
    assert (done.stderr == "") == (how in ABSENT)
    found = home.json("models", "list")
    assert [(row["id"], row["until"]) for row in found["models"]] == [
        ("base", "2027-01-14"),
        (TUNED, "2027-01-14"),
    ]
    assert found["models"][0]["created"] == 0  # in --json the provider's own words stay
    assert found["jobs_problem"]["title"]
    if how == "restricted key":
        assert SCOPE in done.stderr
    assert home.json("models", "list", "--tuned")["models"][0]["id"] == TUNED


@pytest.mark.parametrize("how", NO_MODELS)
def test_a_named_model_answers_where_none_is_listed(
    home: Home, server: FaultServer, how: str
) -> None:
    server.always |= {MODELS: NO_MODELS[how], JOBS: ABSENT["plain text"]}
    answering(server)
    done = home.run("chat", "--model", "org/my-model", "hi")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Ahoy\n", "")
    assert asked(server) == [("org/my-model", "hi")]
    told = home.run("models", "list")
    assert told.returncode == (0 if "null" in how or how == "no data" else 3)
    assert told.stdout == ""


def test_jobs_tell_of_models_the_provider_does_not_list(home: Home, server: FaultServer) -> None:
    server.always[MODELS] = html(404)
    server.new_job({"status": "succeeded", "model": "base", "fine_tuned_model": TUNED})
    done = home.run("models", "list")
    assert done.returncode == 3
    assert done.stdout.split()[:4] == [TUNED, "tuned", "base", "ftjob-1"]
    assert "only models that jobs name are listed" in done.stderr


@pytest.mark.parametrize("how", ABSENT)
def test_what_is_not_offered_of_a_job_is_no_failure(
    home: Home, server: FaultServer, how: str
) -> None:
    server.new_job({"status": "running", "model": "base"})
    for what in ("events", "checkpoints"):
        server.always[f"GET /fine_tuning/jobs/ftjob-1/{what}"] = ABSENT[how]
    for command, what in (
        ("events", "events"), ("metrics", "events"), ("checkpoints", "checkpoints")
    ):  # fmt: skip
        done = home.run("jobs", command, "ftjob-1")
        assert done.returncode == 0, done.stderr
        assert f"the {what} of a job are not offered here" in done.stderr
    assert home.json("jobs", "events", "ftjob-1")["events"] == []
    assert home.json("jobs", "checkpoints", "ftjob-1")["checkpoints"] == []


def test_a_job_that_is_not_there_is_still_a_failure(home: Home, server: FaultServer) -> None:
    gone = reply(404, problem("No such job: ftjob-9", code="not_found"))
    for path in ("", "/events", "/checkpoints"):
        server.always[f"GET /fine_tuning/jobs/ftjob-9{path}"] = gone
    for what in ("events", "checkpoints"):
        done = home.run("jobs", what, "ftjob-9")
        assert done.returncode == 3
        assert "No such job: ftjob-9" in done.stderr
        assert "not offered" not in done.stderr


def test_one_model_with_the_day_its_base_stops(home: Home, server: FaultServer) -> None:
    server.always[f"GET /models/{TUNED}"] = reply(200, {"id": TUNED, "created": -1})
    server.always["GET /models/base"] = reply(200, {"id": "base", "shutdown_date": "2027-01-14"})
    done = home.run("models", "show", TUNED)
    assert "until     2027-01-14 with its base" in done.stdout
    assert "created   –" in done.stdout
    assert home.json("models", "show", TUNED)["until"] == "2027-01-14"


def test_times_that_are_none_are_a_dash_everywhere(home: Home, server: FaultServer) -> None:
    server.new_job({"created_at": 0, "finished_at": 0})
    server.lists["/files"] = lambda _: {"data": [{"id": "file-1", "created_at": 0}]}
    server.lists["/fine_tuning/jobs/ftjob-1/events"] = lambda _: {"data": []}
    for words in (["jobs", "list"], ["jobs", "show", "ftjob-1"], ["files", "list"]):
        done = home.run(*words)
        assert done.returncode == 0
        assert "1970" not in done.stdout
        assert "–" in done.stdout


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (reply(429, problem("Rate limit reached for m")), "Rate limit reached for m"),
        (reply(503, problem("The engine is overloaded")), "The engine is overloaded"),
        (reply(529, {"type": "error", "error": {"message": "Overloaded"}}), "Overloaded"),
        (reply(503, {"detail": "busy"}), "busy"),
        (reply(503, "come back later"), "come back later"),
        (stream(sse(**problem("no room at once"))), "no room at once"),
        (stream(said("half"), sse(**problem("no room in the middle"))), "no room in the middle"),
        (stream(said("half"), b'data: {"ch'), "the stream ended in the middle of a chunk"),
    ],
)
def test_the_server_s_words_in_an_overload(
    home: Home, server: FaultServer, fault: Fault, words: str
) -> None:
    server.always[CHAT] = fault
    done = home.run("chat", "--model", "m", "hi")
    assert done.returncode == 3
    [line] = done.stderr.splitlines()
    assert words in line
    found = home.json("chat", "--model", "m", "hi", code=3)
    if done.stdout:
        assert done.stdout == "half\n"
        assert (found["text"], found["broken"]) == ("half", words)
    else:
        assert words in found["error"]["cause"]


@pytest.mark.parametrize(
    "words",
    [
        ["chat", "--model", "m", "hi"],
        ["models", "list"],
        ["jobs", "list"],
        ["files", "list"],
        ["jobs", "cancel", "ftjob-1"],
    ],
)
def test_every_command_tells_until_when_to_wait(
    home: Home, server: FaultServer, words: list[str]
) -> None:
    busy = reply(429, problem("slow down"), retry_after="600")
    asks = (CHAT, JOBS, MODELS, "GET /files", "POST /fine_tuning/jobs/ftjob-1/cancel")
    server.always |= dict.fromkeys(asks, busy)
    done = home.run(*words)
    assert done.returncode == 3
    assert "slow down. The server asks to wait until " in done.stderr
    assert "asks to wait until" in home.json(*words, code=3)["error"]["next_step"]


def test_an_answer_that_stalls_says_so_once_a_silence(
    home: Home, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    heard = threading.Condition()
    note = Output.note

    def noted(self: Output, text: str) -> None:
        note(self, text)
        with heard:
            told.append(text)
            heard.notify()

    def pieces() -> Iterator[bytes]:
        for piece in (said("a"), said("b")):
            before = len(told)
            yield piece
            with heard:
                assert heard.wait_for(lambda before=before: len(told) > before, 60)
        yield said("", "stop")

    monkeypatch.setattr("tui.cli.chat.STALLED_S", 0.05)
    monkeypatch.setattr(Output, "note", noted)
    server.fault(CHAT, Fault("stream", body=pieces()))
    done: Any = home.run("chat", "--model", "m", "hi")
    assert (done.returncode, done.stdout) == (0, "ab\n")
    assert set(told) == {"finetui: no text for 0.05 s; ctrl+c stops"}
    assert 2 <= len(told) <= 3  # one of them perhaps before anything came
