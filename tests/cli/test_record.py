"""`finetui record`: a model's answers kept for good, once each, and compared with afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.chat_server import ChatServer, chat_server, home_at_server, quick_retries, refused
from tests.faults.server import Fault
from tests.lab_process import wait_for
from tui.services.store.tables import comparisons_table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

PRICED = """
[[models]]
id = "gpt-4.1-mini-2025-04-14"
encoding = "o200k_base"
price_training = "1"
price_input = "1000"
price_output = "1000"
"""
OLD, NEW = "ft:gpt-4.1-mini-2025-04-14:org:old:1", "successor"


def said(text: str, *, sure: bool = True) -> Fault:
    """Return a whole answer, with a log probability for each word."""
    words = [word if n == 0 else f" {word}" for n, word in enumerate(text.split())]
    found = [{"token": word, "logprob": -0.25, "top_logprobs": []} for word in words]
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
        **({"logprobs": {"content": found}} if sure else {}),
    }
    usage = {"prompt_tokens": 10, "completion_tokens": len(words), "total_tokens": 10 + len(words)}
    return Fault("reply", body={"object": "chat.completion", "choices": [choice], "usage": usage})


def rule(model: str, question: str) -> Fault:
    """The old model is always right, its successor for even numbers."""
    number = int(question.rpartition(" ")[2])
    right = model == OLD or number % 2 == 0
    return said(f"It is {number}." if right else "I do not know.")


server = chat_server(rule)
home = home_at_server
impatient = quick_retries


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return dataset(tmp_path / "d.jsonl", range(8))


def dataset(path: Path, numbers: range) -> Path:
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"Number {n}"},
                {"role": "assistant", "content": f"It is {n}."},
            ]
        }
        for n in numbers
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def record(home: Home, data: Path, *more: str, code: int = 0) -> Any:
    return home.json("record", "--model", OLD, "--dataset", str(data), *more, code=code)


def test_the_answers_are_kept_with_log_probabilities(
    home: Home, server: ChatServer, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "r.jsonl"
    made = record(home, data, "--out", str(out), "--temperature", "0")
    assert (made["answered"], made["failed"], made["missing"], made["logprobs"]) == (8, 0, 0, 8)
    assert {body["logprobs"] for body in server.bodies} == {True}
    assert {body["temperature"] for body in server.bodies} == {0}
    row = json.loads(out.read_text().splitlines()[0])
    assert row["logprobs"][:2] == [["It", -0.25, []], [" is", -0.25, []]]
    listed = home.json("record", "--list")["recordings"]
    assert [(one["recording"], one["model"], one["answers"], one["wanted"]) for one in listed] == [
        (made["recording"], OLD, 8, 8)
    ]


def test_asked_again_it_asks_nothing_and_anew_it_asks_all(
    home: Home, server: ChatServer, data: Path
) -> None:
    first = record(home, data)
    again = record(home, data)
    assert again["recording"] == first["recording"]
    assert (again["was_there"], len(server.asked)) == (8, 8)
    anew = record(home, data, "--anew")
    assert anew["recording"] != first["recording"]
    assert len(server.asked) == 16
    other = record(home, data, "--temperature", "0.5")  # asked otherwise, it is another recording
    assert other["recording"] not in {first["recording"], anew["recording"]}


def test_a_model_that_is_not_there_leaves_no_recording(
    home: Home, server: ChatServer, data: Path, tmp_path: Path
) -> None:
    server.rule = lambda _model, _question: refused(404, "no such model")
    words = ("--model", "nope", "--dataset", str(data))
    for more in ((), ("--out", str(tmp_path / "out.jsonl"))):
        assert "no such model" in home.json("record", *words, *more, code=3)["error"]["cause"]
        assert home.json("record", "--list")["recordings"] == []
    # What may have been answered is kept, but what failed counts as no answer.
    server.rule = lambda model, q: rule(OLD, q) if q.endswith("0") else Fault("drop")
    made = home.json("record", *words, code=1)
    assert (made["answered"], made["failed"]) == (1, 7)
    kept = home.json("record", "--list")["recordings"]
    assert [(one["model"], one["answers"], one["failed"]) for one in kept] == [("nope", 1, 7)]
    assert "1 of 8, 7 failed" in home.run("record", "--list").stdout


def test_a_dry_run_tells_what_is_left_to_ask(
    home: Home, server: ChatServer, data: Path, tmp_path: Path
) -> None:
    (home.path / "config" / "models.toml").write_text(PRICED)
    out = tmp_path / "r.jsonl"
    for words in (
        ("record", "--model", OLD, "--dataset", str(data)),
        ("compare", "--models", OLD, "--dataset", str(data), "--out", str(out)),
    ):
        whole = home.json(*words, "--dry-run")
        assert (whole["answers"], whole["there"]) == (8, 0)
        server.rule = lambda m, q: refused(401, "late") if q.endswith("6") else rule(m, q)
        home.json(*words, "--concurrency", "1", code=3)  # ended at the seventh
        rest = home.json(*words, "--dry-run")
        assert (rest["answers"], rest["there"]) == (2, 6)
        assert rest["cost"]["amount"] == pytest.approx(whole["cost"]["amount"] / 4)
        server.rule = rule
        # The cap is on all of it, what has been spent too.
        told = home.json(*words, "--max-cost", "0.05", code=4)
        assert "spent already" in told["error"]["cause"]
        home.json(*words)
        done = home.json(*words, "--dry-run", "--max-cost", "0.01")
        assert (done["answers"], done["there"], done["cost"]["amount"]) == (0, 8, 0)
        said = home.run(*words, "--dry-run").stdout
        assert "nothing is left to ask, all 8 answers are there" in said


def test_recordings_are_deleted_after_a_yes_and_nothing_else_is(home: Home, data: Path) -> None:
    one, other = record(home, data), record(home, data, "--temperature", "0.5")
    compared = home.json("compare", "--recording", one["recording"], "--models", NEW)
    told = home.json("record", "--delete", one["recording"], code=4)
    assert [found["recording"] for found in told["would_delete"]] == [one["recording"]]
    assert home.json("record", "--delete", compared["run"], "--yes", code=2)["error"]
    assert home.json("record", "--delete", "nope", one["recording"], "--yes", code=2)["error"]
    assert len(home.json("record", "--list")["recordings"]) == 2
    done = home.json("record", "--delete", one["recording"], "--yes")
    assert done["deleted"] == [{"id": one["recording"], "deleted": True}]
    left = home.json("record", "--list")["recordings"]
    assert [found["recording"] for found in left] == [other["recording"]]
    # What was compared with it is there as it was.
    again = home.json("compare", "--from", compared["run"])
    assert again["models"] == compared["models"]


def test_one_that_is_being_made_is_not_deleted(home: Home, server: ChatServer, data: Path) -> None:
    server.slow = 0.2
    words = ("record", "--model", OLD, "--dataset", str(data), "--concurrency", "1")
    process = home.start(*words)
    try:
        wait_for(lambda: len(server.asked) >= 1, 60)
        run = home.json("record", "--list")["recordings"][0]["recording"]
        told = home.json("record", "--delete", run, "--yes", code=2)
        assert "under way" in told["error"]["title"]
    finally:
        process.kill()
        process.communicate()
    home.json("record", "--delete", run, "--yes")
    assert home.json("record", "--list")["recordings"] == []


def test_killed_it_goes_on_with_the_same_command(
    home: Home, server: ChatServer, data: Path
) -> None:
    server.slow = 0.05
    words = ("record", "--model", OLD, "--dataset", str(data), "--concurrency", "1")
    process = home.start(*words)
    wait_for(lambda: len(server.asked) >= 4, 60)
    process.kill()
    process.communicate()
    listed = home.json("record", "--list")["recordings"]
    assert len(listed) == 1
    there = listed[0]["answers"]
    assert 3 <= there < 8
    before = len(server.asked)
    made = home.json(*words)
    assert (made["recording"], made["answered"]) == (listed[0]["recording"], 8)
    assert made["was_there"] == there
    assert len(server.asked) - before == 8 - there
    # What was on its way when the process died, at most, and perhaps had not arrived.
    assert before - there <= made["asked_again"] <= 1


def test_two_programs_at_once_pay_once(home: Home, server: ChatServer, data: Path) -> None:
    server.slow = 0.02
    words = ("record", "--model", OLD, "--dataset", str(data))
    started = [home.start(*words) for _ in range(3)]
    for one in started:
        one.communicate(timeout=60)
    codes = sorted(one.returncode or 0 for one in started)
    assert codes[0] == 0
    assert set(codes) <= {0, 2}
    assert len(server.asked) == 8


def test_a_successor_is_compared_with_it_after_the_model_has_gone(
    home: Home, server: ChatServer, data: Path
) -> None:
    made = record(home, data, "--temperature", "0.5")
    data.unlink()

    def gone(model: str, question: str) -> Fault:
        return refused(404, "The model does not exist") if model == OLD else rule(model, question)

    server.rule = gone
    del server.asked[:], server.bodies[:]
    found = home.json("compare", "--recording", made["recording"], "--models", NEW)
    side = f"{OLD}@{made['recording']}"
    assert found["models"] == [side, NEW]
    assert {model for model, _ in server.asked} == {NEW}
    assert len(server.asked) == 8
    assert {body["temperature"] for body in server.bodies} == {0.5}  # as the other was asked
    assert not any("logprobs" in body for body in server.bodies)
    assert (found["measures"][side]["exact"], found["measures"][NEW]["exact"]) == (1.0, 0.5)
    exact = next(one for one in found["pairs"] if one["measure"] == "exact")
    assert (exact["a"], exact["wins"], exact["losses"], exact["ties"]) == (side, 4, 0, 4)
    # It is a side like any other: the results go on to pairs.
    told = home.run("compare", "--from", found["run"], "--json")
    assert json.loads(told.stdout)["measures"][side]["exact"] == 1.0


def test_what_was_not_recorded_is_said_and_not_asked(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    made = record(home, dataset(tmp_path / "d.jsonl", range(4)))
    grown = dataset(tmp_path / "grown.jsonl", range(2, 7))
    del server.asked[:]
    done = home.run(
        "compare",
        "--recording",
        made["recording"],
        "--models",
        NEW,
        "--dataset",
        str(grown),
        "--json",
    )
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["asked"], found["failed"]) == (10, 3)
    assert f"not in recording {made['recording']}" in done.stderr
    assert {model for model, _ in server.asked} == {NEW}


def test_a_provider_without_log_probabilities_is_recorded_all_the_same(
    home: Home, server: ChatServer, data: Path
) -> None:
    def strict(model: str, question: str) -> Fault:
        if "logprobs" in server.bodies[-1]:
            return refused(400, "Unknown parameter: logprobs")
        return said(f"It is {question}.", sure=False)

    server.rule = strict
    made = record(home, data, "--concurrency", "1")
    assert (made["answered"], made["logprobs"]) == (8, 0)
    assert "logprobs" not in server.bodies[-1]
    told = home.run("record", "--model", OLD, "--dataset", str(data))
    assert "without log probabilities" in told.stdout


def test_recordings_outlive_the_runs_that_are_dropped(
    home: Home, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparisons_table, "RUNS_KEPT", 2)
    made = record(home, data)
    for n in range(4):
        home.json("compare", "--models", NEW, f"Number {n}")
    assert [one["recording"] for one in home.json("record", "--list")["recordings"]] == [
        made["recording"]
    ]
    assert home.json("compare", "--recording", made["recording"], "--models", NEW)["asked"] == 16


def test_it_keeps_to_what_it_may_cost(home: Home, server: ChatServer, data: Path) -> None:
    (home.path / "config" / "models.toml").write_text(PRICED)
    dry = record(home, data, "--dry-run")
    assert (dry["answers"], dry["models"]) == (8, [OLD])
    assert dry["cost"]["amount"] > 0
    refusal = record(home, data, "--max-cost", "0.01", code=4)
    assert "--max-cost allows" in refusal["error"]["cause"]
    assert server.asked == []
    made = record(home, data, "--max-cost", "10")
    # What was recorded is paid: comparing prices the other model alone.
    words = ("compare", "--recording", made["recording"], "--models", OLD)
    compared = home.json(*words, "--dry-run")
    assert compared["answers"] == 8
    assert compared["cost"] == dry["cost"]
    assert home.json(*words, "--max-cost", str(dry["cost"]["amount"] * 1.2))["asked"] == 16


def test_hostile_names_stay_text(home: Home, server: ChatServer, tmp_path: Path) -> None:
    data = dataset(tmp_path / "d.jsonl", range(2))
    name = "ft:\x1b[31m[red]\u202emodel"
    server.rule = lambda _model, _question: said("\x1b]0;owned\x07 fine")
    done = home.run("record", "--model", name, "--dataset", str(data))
    assert done.returncode == 0
    listed = home.run("record", "--list")
    for text in (done.stdout, done.stderr, listed.stdout):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_usage(home: Home, data: Path) -> None:
    assert home.run("record", "--model", OLD).returncode == 2
    assert home.run("record", "--dataset", str(data)).returncode == 2
    several = home.json("compare", "--models", f"{OLD},{NEW}", "Number 1")
    done = home.run("compare", "--recording", several["run"], "--models", NEW)
    assert done.returncode == 2
    assert "Not a recording" in done.stderr
    assert home.run("compare", "--recording", "feedbeef", "--models", NEW).returncode == 2
