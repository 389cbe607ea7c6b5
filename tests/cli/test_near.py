"""dedupe --near and --against: listed with exit code 1, or taken out where one says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.rows import qa

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

STORY = (
    "once there was a fox who lived beside the old mill and never slept before the moon rose high"
)


def line(prompt: str, answer: str) -> str:
    return json.dumps(qa(prompt, answer))


ROWS = [
    line("Tell me of it.", STORY),
    line("Hi", "Hello"),
    line("Tell me of it!", STORY.replace("fox", "hare")),
]


@pytest.fixture
def train(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*ROWS, ""]).encode())
    return path


def test_near_duplicates_are_listed_and_nothing_is_written(home: Home, train: Path) -> None:
    before = train.read_bytes()
    (file,) = home.json("dedupe", "--near", str(train), code=1)["files"]
    (group,) = file["groups"]
    assert group["lines"] == [1, 3]
    assert 0.85 <= group["similarity"][1] < 1
    done = home.run("dedupe", str(train), "--near")
    assert done.returncode == 1
    assert f"{train}:1: near: lines 1 (100 %), 3 (" in done.stdout
    assert home.run("dedupe", str(train), "--near", "--threshold", "0.99").returncode == 0
    assert train.read_bytes() == before


def test_near_duplicates_are_taken_out_byte_for_byte(home: Home, train: Path) -> None:
    made = train.with_name("made.jsonl")
    assert home.run("dedupe", str(train), "--near", "-o", str(made)).returncode == 0
    assert made.read_bytes() == b"\xef\xbb\xbf" + "\r\n".join([*ROWS[:2], ""]).encode()


def test_leakage_is_listed_and_taken_out_of_the_training_file(home: Home, train: Path) -> None:
    valid = train.with_name("valid.jsonl")
    valid.write_text(
        "\n".join([line("Ho", "Ho"), line("Hi", "Hey"), line("Now tell of it", STORY)])
    )
    (file,) = home.json("dedupe", str(train), "--against", str(valid), code=1)["files"]
    assert [(g["reason"], g["lines"], g["other_lines"]) for g in file["groups"]] == [
        ("prompt", [2], [2])
    ]
    found = home.json("dedupe", str(train), "--against", str(valid), "--near", code=1)
    (file,) = found["files"]
    assert [(g["reason"], g["lines"][0], g["other_lines"]) for g in file["groups"]] == [
        ("near", 1, [3]),
        ("prompt", 2, [2]),
    ]
    words = ("dedupe", str(train), "--against", str(valid), "--near", "--threshold", "0.8")
    assert home.run(*words, "--in-place").returncode == 0
    assert home.run(*words).returncode == 0


@pytest.mark.parametrize("words", [["--threshold", "0.9"], ["--near", "--threshold", "7"]])
def test_what_makes_no_sense_is_refused(home: Home, train: Path, words: list[str]) -> None:
    assert home.run("dedupe", str(train), *words).returncode == 2


def test_check_tells_what_is_alike_when_asked(home: Home, train: Path) -> None:
    valid = train.with_name("valid.jsonl")
    valid.write_text("\n".join([line("Else?", "Yes."), ROWS[1]]) + "\n")

    def found(*words: str) -> list[tuple[int, str]]:
        (file,) = home.json("check", *words, str(train), code=1)["files"]
        told = [i for i in file["issues"] if i["rule"] in {"near-duplicate", "leakage"}]
        return [(issue["line"], issue["message"].partition(".")[0]) for issue in told]

    assert found() == []
    near = (3, "This says nearly the same as line 1")
    assert found("--near") == [near]
    leak = found("--near", "--against", str(valid))
    assert leak == [(2, "Line 2 of valid"), near]
    assert home.run("check", "--against", str(train.with_name("no")), str(train)).returncode == 2
