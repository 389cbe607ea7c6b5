"""`finetui compare` at servers that are busy, limit, refuse or fail."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.chat_server import ChatServer, chat_server, home_at_server, quick_retries, refused
from tests.cli.numbered import Answer, dataset, rule
from tests.faults.server import DROP, Fault
from tests.rows import rows_of
from tui.services.compare.retry_policy import RetryPolicy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

server = chat_server(rule)
home = home_at_server
impatient = quick_retries


def test_a_rate_limit_holds_everybody_back_once(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", 12)
    arrived: list[float] = []
    limited = iter([True] * 3)

    def limiting(model: str, question: str) -> Answer:
        arrived.append(time.monotonic())
        if len(arrived) > 4 and next(limited, False):
            return refused(429, "slow down", retry_after_ms="400")
        return rule(model, question)

    server.rule = limiting
    found = home.json("compare", "--models", "good", "--dataset", str(data), "--concurrency", "3")
    assert (found["asked"], found["failed"], found["asked_again"]) == (12, 0, 0)
    gaps = [b - a for a, b in pairwise(arrived)]
    pauses = [gap for gap in gaps if gap > 0.35]
    assert 1 <= len(pauses) <= 2  # three were turned away, and one pause kept all of them back
    assert server.most <= 3


def test_what_fails_in_passing_is_asked_again(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", 6)
    hiccups = iter([refused(503, "busy"), DROP, refused(500, "oops"), "<html>", "\x00"])
    first: set[str] = set()

    def hiccup(model: str, question: str) -> Answer:
        if question not in first:
            first.add(question)
            fault = next(hiccups, None)
            if isinstance(fault, Fault):
                return fault
        return rule(model, question)

    server.rule = hiccup
    found = home.json("compare", "--models", "good", "--dataset", str(data), "--concurrency", "1")
    assert (found["asked"], found["failed"]) == (6, 0)
    assert found["asked_again"] == 1  # the dropped connection: its answer may be on the bill


def test_a_prompt_that_fails_for_good_is_recorded_and_ends_in_1(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 6), tmp_path / "r.jsonl"
    words = ("compare", "--models", "good,poor", "--dataset", str(data), "--out", str(out))

    def failing(model: str, question: str) -> Answer:
        if question == "Number 3":
            return refused(400, "this prompt is refused")
        return refused(500, "down") if question == "Number 4" else rule(model, question)

    server.rule = failing
    found = home.json(*words, code=1)
    assert (found["asked"], found["failed"]) == (12, 4)
    failed = [row for row in rows_of(out) if row["error"]]
    assert {(row["line"], row["error"].partition(" (")[0]) for row in failed} == {
        (4, "this prompt is refused"),
        (5, "down"),
    }
    asked = Counter(question for _, question in server.asked)
    assert asked["Number 3"] == 2  # a refusal is final
    assert asked["Number 4"] == 2 * RetryPolicy().tries
    # Another day, what failed in passing is asked again, and only that.
    server.rule = rule
    del server.asked[:]
    later = home.json(*words, code=1)
    assert {question for _, question in server.asked} == {"Number 4"}
    assert (later["asked"], later["failed"]) == (12, 2)
    assert len(rows_of(out)) == 12


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (refused(401, "wrong key"), "wrong key"),
        (refused(404, "no such model", code="model_not_found"), "no such model"),
        (refused(429, "no credit", code="insufficient_quota"), "no credit"),
        (refused(429, "come back tomorrow", retry_after="86400"), "come back tomorrow"),
    ],
)
def test_what_concerns_every_prompt_ends_the_run_at_once(
    home: Home, server: ChatServer, tmp_path: Path, fault: Fault, said: str
) -> None:
    data, out = dataset(tmp_path / "d.jsonl", 12), tmp_path / "r.jsonl"
    words = ("compare", "--models", "good", "--dataset", str(data), "--out", str(out))
    server.rule = lambda *_: fault
    error = home.json(*words, code=3)["error"]
    assert said in error["cause"]
    assert len(server.asked) <= 4
    server.rule = rule
    assert home.json(*words)["asked"] == 12


def test_a_run_in_which_all_fails_is_given_up(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", 100)
    server.rule = lambda *_: refused(400, "temperature is not taken")
    found = home.json("compare", "--models", "good", "--dataset", str(data), code=3)
    assert "prompts in a row failed" in found["error"]["cause"]
    assert RetryPolicy().give_up_after <= found["failed"] < 50
