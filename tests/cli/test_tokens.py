"""`finetui tokens`: what it writes, compares and fails on."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home


def write(path: Path, answers: list[int]) -> str:
    rows = [
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "a " * n},
            ]
        }
        for n in answers
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


@pytest.fixture
def train(tmp_path: Path) -> str:
    return write(tmp_path / "train.jsonl", [4, 4, 5, 300])


def test_counts_per_example(home: Home, train: str, tmp_path: Path) -> None:
    table, lines = tmp_path / "out.csv", tmp_path / "out.jsonl"
    whole = home.json("tokens", train, "--per-example", str(table))["files"][0]
    home.json("tokens", train, "--per-example", str(lines))
    rows = [*csv.DictReader(table.read_text().splitlines())]
    assert [int(row["line"]) for row in rows] == [1, 2, 3, 4]
    assert sum(int(row["context_tokens"]) for row in rows) == whole["context_tokens"]
    assert sum(int(row["trained_tokens"]) for row in rows) == whole["trained_tokens"]
    objects = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [{k: str(v) for k, v in each.items()} for each in objects] == rows


def test_reports(home: Home, train: str, tmp_path: Path) -> None:
    report, drawing = tmp_path / "report.md", tmp_path / "bars.svg"
    image = tmp_path / "bars.png"
    drawn = ("--svg", str(drawing), "--png", str(image))
    ran = home.run("tokens", train, "--report", str(report), *drawn)
    assert ran.returncode == 0
    assert "- Examples: 4 in 4 lines" in report.read_text()
    assert "| p99 |" in report.read_text()
    assert ET.fromstring(drawing.read_text()).tag.endswith("svg")
    assert image.read_bytes().startswith(b"\x89PNG")


def test_against_a_validation_file(home: Home, train: str, tmp_path: Path) -> None:
    other = write(tmp_path / "valid.jsonl", [40])
    told = home.json("tokens", train, "--against", other)
    assert [file["path"] for file in told["files"]] == [train, other]
    assert "as long in validation as in training" in told["difference"]["words"]


@pytest.mark.parametrize(("most", "code"), [(1000, 0), (100, 1)])
def test_fail_over(home: Home, train: str, most: int, code: int) -> None:
    ran = home.run("tokens", train, "--fail-over", str(most))
    assert ran.returncode == code
    assert ("train.jsonl:4:" in ran.stderr) == bool(code)


def test_a_file_that_cannot_be_written_is_one_line(home: Home, train: str, tmp_path: Path) -> None:
    ran = home.run("tokens", train, "--report", str(tmp_path / "no" / "report.md"))
    assert ran.returncode == 2
    assert "Cannot write the file" in ran.stderr
