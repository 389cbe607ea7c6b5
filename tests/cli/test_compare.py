"""`finetui compare`: the document, the file of results, resuming, caps."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.chat_server import ChatServer, chat_server, home_at_server, quick_retries
from tests.cli.numbered import dataset, rule
from tests.lab_process import wait_for
from tests.rows import rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

server = chat_server(rule)
home = home_at_server
impatient = quick_retries


def slots(rows: list[dict[str, Any]]) -> list[tuple[int, str, int]]:
    return [(row["line"], row["model"], row["repeat"]) for row in rows]


def figures(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what no two runs have in common."""
    times = ("latency_s", "first_token_s")
    measures = {
        model: {name: value for name, value in found.items() if name not in times}
        for model, found in document["measures"].items()
    }
    rest = {n: v for n, v in document.items() if n not in {"run", "asked_again", "measures"}}
    return {**rest, "measures": measures}


def test_a_dataset_is_asked_measured_and_tested(home: Home, tmp_path: Path) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 40), tmp_path / "r.jsonl"
    words = ("compare", "--models", "good,poor", "--dataset", str(data), "--out", str(out))
    found = home.json(*words)
    assert found["models"] == ["good", "poor"]
    assert (found["prompts"], found["asked"], found["failed"]) == (40, 80, 0)
    good, poor = found["measures"]["good"], found["measures"]["poor"]
    assert (good["exact"], poor["exact"]) == (0.5, 0.1)
    assert good["json_valid"] is good["json_equal"] is good["tool_calls_equal"] is None
    assert good["answer_tokens"] == 3
    assert good["latency_s"]["p95"] >= good["latency_s"]["p50"] > 0
    assert good["first_token_s"]["p50"] > 0
    assert good["cost"] == {"amount": None, "currency": "USD"}
    exact = next(pair for pair in found["pairs"] if pair["measure"] == "exact")
    assert exact == {
        "a": "good", "b": "poor", "measure": "exact",
        "wins": 16, "losses": 0, "ties": 24, "p_value": 2 / 2**16,
    }  # fmt: skip
    rows = rows_of(out)
    assert sorted(slots(rows)) == sorted((n, m, 1) for n in range(1, 41) for m in ("good", "poor"))
    first = next(row for row in rows if row["line"] == 1 and row["model"] == "good")
    assert set(first) == {
        "line", "model", "repeat", "text", "finish_reason", "usage", "latency_s",
        "first_token_s", "measures", "error",
    }  # fmt: skip
    assert first["text"] == "It is 0."
    assert first["measures"]["exact"] == 1
    told = home.run(*words)
    assert "good against poor, exact: better on 16, worse on 0, equal on 24: not chance" in (
        told.stdout
    )


def test_only_what_the_dataset_has_is_sent(home: Home, server: ChatServer, tmp_path: Path) -> None:
    data = dataset(tmp_path / "d.jsonl", 3)
    found = home.json(
        "compare", "--models", "good", "--dataset", str(data), "--limit", "2",
        "--system", "Be brief.", "--temperature", "0.5", "--seed", "7", "--repeat", "3",
    )  # fmt: skip
    assert (found["prompts"], found["asked"]) == (2, 6)
    assert found["pairs"] == []
    asked = sorted(body["messages"][-1]["content"] for body in server.bodies)  # several at once
    assert asked == ["Number 0"] * 3 + ["Number 1"] * 3
    for body in server.bodies:
        assert body["messages"][:-1] == [{"role": "system", "content": "Be brief."}]
        assert body["messages"][-1]["role"] == "user"
        assert (body["temperature"], body["seed"]) == (0.5, 7)
        assert "tools" not in body


def test_tools_of_an_example_are_sent_and_its_calls_compared(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    def call(arguments: str) -> dict[str, Any]:
        made = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
        return {"role": "assistant", "content": None, "tool_calls": [made]}

    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    example = {
        "messages": [{"role": "user", "content": "Call f"}, call('{"a":1,"b":2}')],
        "tools": [tool],
    }
    data, out = tmp_path / "d.jsonl", tmp_path / "r.jsonl"
    data.write_text(json.dumps(example) + "\n")
    server.rule = lambda model, _: call('{"b": 2, "a": 1.0}' if model == "good" else '{"a": 1}')
    found = home.json(
        "compare", "--models", "good,poor", "--dataset", str(data), "--out", str(out)
    )  # fmt: skip
    assert server.bodies[0]["tools"] == [tool]
    shares = {model: m["tool_calls_equal"] for model, m in found["measures"].items()}
    assert shares == {"good": 1, "poor": 0}
    assert {row["tool_calls"][0]["name"] for row in rows_of(out)} == {"f"}


def test_a_prompt_shows_its_answers_with_the_same_ones_as_one(
    home: Home, server: ChatServer
) -> None:
    said = iter(["Yes.", "Yes.", "No.", "Yes."])
    server.rule = lambda *_: next(said)
    done = home.run("compare", "--models", "m", "Is it so?", "--repeat", "4", "--concurrency", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:5] == ["── m", "3 × the same:", "Yes.", "1 × this:", "No."]


def test_a_conversation_is_asked_as_it_is(home: Home, server: ChatServer, tmp_path: Path) -> None:
    server.rule = lambda *_: "Fine."
    messages = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "How are you?"},
        {"role": "assistant", "content": "Fine."},
    ]
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"messages": messages}))
    found = home.json("compare", "--models", "m", "--messages", str(path))
    assert server.bodies[0]["messages"] == messages[:3]
    assert found["measures"]["m"]["exact"] == 1
    path.write_text(json.dumps(messages[:3]))
    home.json("compare", "--models", "m", "--messages", str(path))
    assert server.bodies[-1]["messages"] == messages[:3]


def test_pairs_and_rows_for_reinforcement_are_asked_and_others_counted(
    home: Home, tmp_path: Path
) -> None:
    user = {"role": "user", "content": "Number 2"}
    lines: list[Any] = [
        {
            "input": {"messages": [user]},
            "preferred_output": [{"role": "assistant", "content": "It is 2."}],
            "non_preferred_output": [{"role": "assistant", "content": "No"}],
        },
        {"messages": [user], "reference_answer": "2"},
        {"text": "nothing"},
        ["no object"],
    ]
    data = tmp_path / "d.jsonl"
    data.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = home.run("compare", "--models", "good", "--dataset", str(data), "--json")
    found = json.loads(done.stdout)
    assert (found["prompts"], found["skipped"]) == (2, 2)
    assert found["measures"]["good"]["exact"] == 1  # of the one that has a reference
    assert "2 lines that ask nothing left out" in done.stderr


# -- going on ----------------------------------------------------------------------------


@pytest.mark.timeout(240)
def test_killed_three_times_nothing_is_asked_again_and_nothing_is_missing(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 60), tmp_path / "r.jsonl"
    words = ("compare", "--models", "good,poor", "--dataset", str(data))
    whole = home.json(*words)
    del server.asked[:]
    server.slow = 0.01
    more = (*words, "--out", str(out), "--concurrency", "3")
    finished: set[tuple[int, str, int]] = set()
    for share in sorted(random.sample(range(5, 110), 3)):
        process = home.start(*more)
        wait_for(lambda: out.exists() and out.read_bytes().count(b"\n") >= share, 60)  # noqa: B023
        process.kill()
        process.communicate()
        asked_before = len(server.asked)
        finished = {*slots([json.loads(x) for x in whole_lines(out)])}
        again = {(int(q.rpartition(" ")[2]) + 1, m, 1) for m, q in server.asked[asked_before:]}
        assert not again & finished
    asked_before = len(server.asked)
    last = home.json(*more)
    asked = {(int(q.rpartition(" ")[2]) + 1, m, 1) for m, q in server.asked[asked_before:]}
    assert not asked & finished
    every = {(n, m, 1) for n in range(1, 61) for m in ("good", "poor")}
    # What the ledger had, and the file not yet when the process died, is neither.
    assert len(every - asked - finished) <= 3
    assert Counter(slots(rows_of(out))) == Counter(every)
    assert figures(last) == figures(whole)
    # Only what was on its way when the process died was asked for once more, and that is told.
    surplus = len(server.asked) - 120
    assert 0 <= surplus <= 3 * 3
    assert surplus <= last["asked_again"] <= 3 * 3


def whole_lines(path: Path) -> list[str]:
    return [line for line in path.read_text().split("\n")[:-1] if line]


def test_interrupted_it_says_how_to_go_on(home: Home, server: ChatServer, tmp_path: Path) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 200), tmp_path / "r.jsonl"
    server.slow = 0.05
    process = home.start("compare", "--models", "good", "--dataset", str(data), "--out", str(out))
    wait_for(lambda: out.exists() and out.stat().st_size, 60)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "of 200 answers; the same command again goes on from here" in told
    assert "Traceback" not in told


def test_a_line_the_ledger_has_and_the_file_lost_is_written_again(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 4), tmp_path / "r.jsonl"
    words = ("compare", "--models", "good", "--dataset", str(data), "--out", str(out))
    home.json(*words)
    before = rows_of(out)
    asked = len(server.asked)
    lines = out.read_bytes().splitlines(keepends=True)
    for cut in (b"", lines[0], lines[0] + lines[1][:20]):
        out.write_bytes(cut)
        assert home.json(*words)["asked"] == 4
        assert sorted(slots(rows_of(out))) == sorted(slots(before))
    assert len(server.asked) == asked


def test_results_of_other_settings_are_not_gone_on_with(home: Home, tmp_path: Path) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 4), tmp_path / "r.jsonl"
    words = ("compare", "--dataset", str(data), "--out", str(out))
    home.json(*words, "--models", "good")
    before = out.read_bytes()
    for more, named in [
        (("--models", "poor"), "models"),
        (("--models", "good", "--repeat", "2"), "repeats"),
        (("--models", "good", "--temperature", "1"), "parameters"),
        (("--models", "good", "--limit", "3"), "prompts"),
        (("--models", "good", "--system", "x"), "prompts"),
    ]:
        error = home.json(*words, *more, code=2)["error"]
        assert error["title"] == "The file holds another comparison"
        assert named in error["cause"]
    other = tmp_path / "notes.txt"
    other.write_text("my notes\n")
    error = home.json(
        "compare", "--models", "good", "--dataset", str(data), "--out", str(other), code=2
    )["error"]
    assert error["title"] == "The file exists"
    assert (other.read_text(), out.read_bytes()) == ("my notes\n", before)


def test_a_run_another_process_is_at_is_left_alone(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 200), tmp_path / "r.jsonl"
    words = ("compare", "--models", "good", "--dataset", str(data), "--out", str(out))
    server.slow = 0.05
    process = home.start(*words)
    try:
        wait_for(lambda: out.exists() and out.stat().st_size)
        error = home.json(*words, code=2)["error"]
        assert error["title"] == "The comparison is running"
    finally:
        process.kill()
        process.communicate()


def test_an_earlier_run_is_compared_with(home: Home, server: ChatServer, tmp_path: Path) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 40), tmp_path / "before.jsonl"
    base = ("compare", "--models", "good", "--dataset", str(data))
    before = home.json(*base, "--out", str(out))
    server.rule = lambda _, question: rule("poor", question)
    run = before["run"]
    for name, beside in [(run, f"good@{run}"), (run[:5], f"good@{run}"), (str(out), "good@before")]:
        found = home.json(*base, "--against", name)
        exact = next(pair for pair in found["pairs"] if pair["measure"] == "exact")
        assert (exact["a"], exact["b"]) == ("good", beside)
        assert (exact["wins"], exact["losses"], exact["ties"]) == (0, 16, 24)
        assert found["measures"][beside]["exact"] == 0.5
    assert home.json(*base, "--against", "nosuch", code=2)["error"]["title"] == "No such comparison"


# -- money -------------------------------------------------------------------------------

PRICED = """
[[models]]
id = "good"
encoding = "o200k_base"
price_training = "1"
price_input = "1000"
price_output = "1000"
currency = "USD"
as_of = 2026-11-01
source = "test"
methods = []
"""


def test_above_the_cap_nothing_is_asked_without_a_yes(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    (home.path / "config" / "models.toml").write_text(PRICED)
    data, out = dataset(tmp_path / "d.jsonl", 20), tmp_path / "r.jsonl"
    words = (
        "compare", "--models", "good", "--dataset", str(data), "--out", str(out),
        "--concurrency", "1",
    )  # fmt: skip
    error = home.json(*words, "--max-cost", "0.05", code=4)["error"]
    assert "about 0." in error["cause"]
    assert not server.asked
    assert not out.exists()
    assert home.json(*words, "--max-cost", "0.05", "--dry-run", code=4)["would_exit"] == 4
    # 13 tokens an answer, counted by the server, at 0.001 each: 0.05 is enough for three.
    stopped = home.json(*words, "--max-cost", "0.05", "--yes", code=4)
    assert stopped["error"]["title"] == "Stopped at the cap"
    assert 0.02 < stopped["measures"]["good"]["cost"]["amount"] <= 0.05
    assert 0 < stopped["asked"] == len(server.asked) < 20
    found = home.json(*words, "--max-cost", "10")
    assert (found["asked"], len(server.asked)) == (20, 20)
    assert found["measures"]["good"]["cost"]["amount"] == pytest.approx(20 * 0.013)


def test_a_price_nobody_knows_is_above_every_cap(home: Home, server: ChatServer) -> None:
    words = ("compare", "--models", "mystery", "Number 2", "--max-cost", "100")
    error = home.json(*words, code=4)["error"]
    assert "no price is known for mystery" in error["cause"]
    assert not server.asked
    assert home.json(*words, "--yes")["asked"] == 1


# -- a judge -----------------------------------------------------------------------------


def judging(text: str) -> str:
    """Prefer the answers that are as expected."""
    shown, _ = json.JSONDecoder().raw_decode(text)
    good = {a: 9 if said == shown["expected"] else 3 for a, said in shown["answers"].items()}
    return f"Let me see. ```json\n{json.dumps({'scores': good})}\n```"


def test_a_judge_scores_answers_in_an_order_by_chance(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 20), tmp_path / "r.jsonl"
    rubric = tmp_path / "rubric.txt"
    rubric.write_text("Be strict.")
    server.rule = lambda model, said: judging(said) if model == "boss" else rule(model, said)
    words = ("compare", "--models", "good,poor", "--dataset", str(data), "--out", str(out))
    plain = home.json(*words)
    assert "judge" not in plain
    judge = ("--judge", "boss", "--rubric", str(rubric), "--seed", "3")
    words = (*words[:-1], str(tmp_path / "judged.jsonl"), *judge)
    found = home.json(*words)
    assert found["measures"]["good"]["judge"] == pytest.approx(0.3 + 0.6 * 0.5)
    assert found["measures"]["poor"]["judge"] == pytest.approx(0.3 + 0.6 * 0.1)
    assert found["judge"] == {
        "model": "boss", "asked": 20, "failed": 0, "cost": {"amount": None, "currency": "USD"},
    }  # fmt: skip
    pair = next(pair for pair in found["pairs"] if pair["measure"] == "judge")
    assert (pair["wins"], pair["losses"], pair["ties"]) == (8, 0, 12)
    assert all("judge" in row["measures"] for row in rows_of(tmp_path / "judged.jsonl"))
    sheets = [body for body in server.bodies if body["model"] == "boss"]
    assert {body["messages"][0]["content"] for body in sheets} == {"Be strict."}
    # Which model is A is by chance, and the same for the same seed.
    first = []
    for body in sheets:
        shown, _ = json.JSONDecoder().raw_decode(body["messages"][1]["content"])
        first.append(shown["answers"]["A"] == shown["expected"])
    assert 0 < sum(first) < 20
    # Run again: all is judged already. By another rubric it is not the same judge.
    asked = len(server.asked)
    assert home.json(*words)["judge"] == found["judge"]
    assert len(server.asked) == asked
    rubric.write_text("Be kind.")
    assert home.json(*words, code=2)["error"]["title"] == "Another judge"


def test_a_judge_that_gives_no_scores_is_counted(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", 4)
    server.rule = lambda model, said: "Both fine." if model == "boss" else rule(model, said)
    done = home.run("compare", "--models", "good", "--dataset", str(data), "--judge", "boss")
    assert "judge boss: 4 judgements, 4 without scores; its bill: not known" in done.stderr
    error = home.json("compare", "--models", "good", "x", "--rubric", str(data), code=2)["error"]
    assert "--judge" in error["cause"]


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "--models", "a"),
        ("compare", "--models", "a", "x", "--dataset", "d"),
        ("compare", "--models", "", "x"),
        ("compare", "--models", "a,a", "x"),
        ("compare", "--models", "a", "  "),
        ("compare", "--models", "a", "x", "--limit", "3"),
        ("compare", "--models", "a", "x", "--repeat", "0"),
        ("compare", "--models", "a", "x", "--concurrency", "0"),
        ("compare", "--models", "a", "x", "--max-cost", "much"),
        ("compare", "--models", "a", "x", "--temperature", "9"),
        ("compare", "--models", "a", "--dataset", "/nowhere.jsonl"),
        ("compare", "--models", "a", "--messages", "/nowhere.json"),
        ("compare", "x"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is(
    home: Home, server: ChatServer, words: tuple[str, ...]
) -> None:
    home.json(*words, code=2)
    assert not server.asked
