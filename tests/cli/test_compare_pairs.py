"""`finetui compare --pairs`: preference pairs of a run by a measure or by what was picked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.chat_server import ChatServer, chat_server, home_at_server, quick_retries
from tests.rows import rows_of
from tui.core.dataset.fingerprints import content_key
from tui.services.settings.locations import Locations
from tui.services.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]


def rule(model: str, question: str) -> str:
    """The good model is right about even numbers, the poor one never; of 3 both say the same."""
    number = int(question.rpartition(" ")[2])
    if number == 3:
        return "It is 3."
    return f"It is {number}." if model == "good" and number % 2 == 0 else f"{model} {number}?"


server = chat_server(rule)
home = home_at_server
impatient = quick_retries


@pytest.fixture
def words(tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "d.jsonl"
    asked = [{"role": "user", "content": f"Number {n}"} for n in range(4)]
    lines = [
        {"messages": [one, {"role": "assistant", "content": f"It is {n}."}], "tools": TOOLS}
        for n, one in enumerate(asked)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return ("compare", "--models", "good,poor", "--dataset", str(path))


def said(pair: Any, which: str) -> str:
    return str(pair[which][0]["content"])


def test_pairs_are_made_of_a_new_run_and_of_an_earlier_one(
    home: Home, server: ChatServer, words: tuple[str, ...], tmp_path: Path
) -> None:
    path, out = tmp_path / "pairs.jsonl", tmp_path / "r.jsonl"
    found = home.json(*words, "--out", str(out), "--pairs", str(path), "--by", "exact")
    assert found["preference_pairs"] == {
        "path": str(path), "by": "exact", "pairs": 3, "prompts": 4, "written": True,
    }  # fmt: skip
    made = rows_of(path)
    better = [(said(p, "preferred_output"), said(p, "non_preferred_output")) for p in made]
    # Nobody is right about 1: what was expected is better there. Both are right about 3.
    assert better == [("It is 0.", "poor 0?"), ("It is 1.", "good 1?"), ("It is 2.", "poor 2?")]
    assert made[0]["input"] == {
        "messages": [{"role": "user", "content": "Number 0"}], "tools": TOOLS,
    }  # fmt: skip
    (checked,) = home.json("check", str(path), code=1)["files"]
    assert [one["rule"] for one in checked["issues"]] == ["too-few-examples"]
    asked = len(server.bodies)
    for run in (found["run"], str(out)):
        again = tmp_path / f"again-{len(run)}.jsonl"
        dry = home.json("compare", "--from", run, "--pairs", str(again), "--dry-run")
        assert (dry["preference_pairs"]["written"], again.exists()) == (False, False)
        assert dry["measures"]["good"]["exact"] == found["measures"]["good"]["exact"] == 0.75
        done = home.run("compare", "--from", run, "--pairs", str(again), "--by", "exact")
        assert done.returncode == 0
        assert f"3 pairs of 4 prompts by exact written to {again}" in done.stdout
        assert again.read_bytes() == path.read_bytes()
    assert len(server.bodies) == asked, "nobody was asked"


@pytest.mark.parametrize(
    "config",
    [
        "",
        'default_profile = "gone"\n',
        'default_profile = "fault"\n[profiles.fault]\nbase_url = "not a url"\n',
        'default_profile = "far"\n[profiles.far]\nbase_url = "http://127.0.0.1:9/v1"\n',
        "not TOML [",
    ],
    ids=["none", "gone", "broken", "out of reach", "unreadable"],
)
def test_an_earlier_run_is_told_of_without_a_profile_to_ask(
    home: Home, server: ChatServer, words: tuple[str, ...], tmp_path: Path, config: str
) -> None:
    found = home.json(*words)
    file = home.path / "config" / "config.toml"
    file.write_text(config)
    asked = len(server.bodies)
    pairs = tmp_path / "pairs.jsonl"
    told = home.json("compare", "--from", found["run"], "--pairs", str(pairs), "--by", "exact")
    assert told["measures"]["good"]["exact"] == 0.75
    # Not at the prices of the lab, which stands in: what that profile's models cost is not known.
    assert told["measures"]["good"]["cost"]["amount"] is None
    assert len(rows_of(pairs)) == 3
    assert len(server.bodies) == asked
    # A profile that is named is meant, and asking needs one.
    named = home.run("compare", "--from", found["run"], "--profile", "nobody")
    assert named.returncode == 2
    assert home.run(*words).returncode != 0


def test_an_existing_file_is_left_and_nobody_is_asked(
    home: Home, server: ChatServer, words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text("mine\n")
    done = home.run(*words, "--pairs", str(path))
    assert done.returncode == 2
    assert "The file exists" in done.stderr
    assert path.read_text() == "mine\n"
    assert server.bodies == []


def test_what_was_picked_comes_before_any_measure(
    home: Home, words: tuple[str, ...], tmp_path: Path
) -> None:
    run, path = home.json(*words)["run"], tmp_path / "pairs.jsonl"

    async def pick() -> None:
        store = Store(Locations.standard(home.environ).ledger)
        found, _ = await store.comparisons.rows(run)
        changed = [
            replace(r, measures=replace(r.measures, picked=float(r.slot.model == "poor")))
            for r in found
            if r.slot.line == 1
        ]
        await store.comparisons.changed(run, changed)
        await store.close()

    asyncio.run(pick())
    found = home.json("compare", "--from", run, "--pairs", str(path))
    assert found["preference_pairs"]["by"] == "picked"
    assert found["measures"]["poor"]["picked"] == 1
    (pair,) = rows_of(path)
    assert said(pair, "preferred_output") == "poor 0?"
    assert said(pair, "non_preferred_output") == "It is 0."

    async def origin() -> Any:
        store = Store(Locations.standard(home.environ).ledger)
        found = await store.origins.of(content_key(path.read_bytes().splitlines()[0]))
        await store.close()
        return found

    ((one, where, _),) = asyncio.run(origin())
    assert (one.source, one.id, one.line, one.model, one.rejected) == (
        "run", run, 1, "poor", "good",
    )  # fmt: skip
    assert where == str(path)


def test_without_a_better_answer_there_is_no_pair(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    server.rule = lambda _model, _question: "the same"
    path = tmp_path / "pairs.jsonl"
    done = home.run("compare", "--models", "a,b", "hello", "--pairs", str(path))
    assert done.returncode == 1
    assert "no pair: no answer is better than another as no measure applies" in done.stdout
    assert not path.exists()


@pytest.mark.parametrize(
    ("more", "said_"),
    [
        (("--from", "nothing"), "there is no run nothing"),
        (("--from", "x", "--models", "a"), "--from takes the answers of a run as they are"),
        (("--by", "exact", "--models", "a", "hi"), "--by is what --pairs are made by"),
        (("hi",), "--models is needed"),
    ],
)
def test_options_that_do_not_fit_together(home: Home, more: tuple[str, ...], said_: str) -> None:
    done = home.run("compare", *more)
    assert done.returncode == 2
    assert said_ in done.stderr


def test_tools_stand_beside_the_messages_or_in_a_file_of_their_own(
    home: Home, server: ChatServer, tmp_path: Path
) -> None:
    """For `chat` and `compare` alike; a prompt's own come before those of --tools."""
    asked = [{"role": "user", "content": "Number 1"}]
    other = [{"type": "function", "function": {"name": "other", "parameters": {}}}]
    with_tools, bare, tools = (tmp_path / name for name in ("with", "bare", "tools"))
    with_tools.write_text(json.dumps({"messages": asked, "tools": TOOLS}))
    bare.write_text(json.dumps(asked))
    tools.write_text(json.dumps(other))
    for command in (("chat", "--model", "good"), ("compare", "--models", "good")):
        for file, more, expected in (
            (with_tools, (), TOOLS),
            (bare, ("--tools", str(tools)), other),
            (bare, (), None),
        ):
            assert home.run(*command, "--messages", str(file), *more).returncode == 0
            assert server.bodies[-1].get("tools") == expected
    own = ("compare", "--models", "good", "--messages", str(with_tools), "--tools", str(tools))
    assert home.run(*own).returncode == 0
    assert server.bodies[-1]["tools"] == TOOLS
