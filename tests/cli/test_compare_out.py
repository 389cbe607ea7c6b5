"""The file of results: what can be one, and two programs that begin with the same one."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.chat_server import ChatServer, chat_server, home_at_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

PROMPTS = 6


server = chat_server(lambda _model, question: f"It is {question}.")
home = home_at_server


@pytest.fixture
def words(tmp_path: Path) -> tuple[str, ...]:
    data = tmp_path / "d.jsonl"
    asked = [[{"role": "user", "content": f"Number {n}"}] for n in range(PROMPTS)]
    answer = {"role": "assistant", "content": "It is so."}
    lines = [json.dumps({"messages": [*one, answer]}) for one in asked]
    data.write_text("\n".join(lines) + "\n")
    return ("compare", "--models", "m", "--dataset", str(data), "--out")


@pytest.mark.parametrize("option", ["--out", "--pairs"])
def test_standard_output_is_no_file_to_go_on_from(
    home: Home, server: ChatServer, words: tuple[str, ...], tmp_path: Path, option: str
) -> None:
    for asked in (words[:-1], ("record", "--model", "m", *words[3:-1])):
        if asked[0] == "record" and option == "--pairs":
            continue
        done = home.run(*asked, option, "-")
        assert done.returncode == 2
        assert f"{option} - is not a file" in done.stderr
    assert server.bodies == []


@pytest.mark.parametrize("name", ["pipe", "folder", "/dev/null", "link"])
def test_only_a_regular_file_takes_results(
    home: Home, server: ChatServer, words: tuple[str, ...], tmp_path: Path, name: str
) -> None:
    """They are read again to go on from: a device such as /dev/full has no end to read to."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/dev/null")
    done = home.run(*words, str(tmp_path / name))
    assert done.returncode == 2
    assert "is not a regular file" in done.stderr
    assert server.bodies == []


def test_two_programs_that_begin_with_one_file_ask_once(
    home: Home, server: ChatServer, words: tuple[str, ...], tmp_path: Path
) -> None:
    out = tmp_path / "r.jsonl"
    started = [home.start(*words, str(out)) for _ in range(3)]
    for one in started:
        one.communicate(timeout=60)
    codes = sorted(one.returncode or 0 for one in started)
    assert codes[0] == 0
    assert set(codes) <= {0, 2}
    assert len(server.bodies) == PROMPTS
    assert len(out.read_text().splitlines()) == PROMPTS


def test_a_file_taken_away_under_a_run_is_not_begun_with_again(
    home: Home, server: ChatServer, words: tuple[str, ...], tmp_path: Path
) -> None:
    out = tmp_path / "r.jsonl"
    second = []

    def rule(_model: str, question: str) -> str:
        if not second:
            out.unlink()
            second.append(home.spawn(*words, str(out)))
        return question

    server.rule = rule
    first = home.start(*words, str(out), "--concurrency", "1")
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert (second[0].returncode, "another process is at run" in second[0].stderr) == (2, True)
    assert len(server.bodies) == PROMPTS
