"""Multiple choice: what is learned is the choice, never its number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

ASKED = "Which is a planet?"
WHOLE = f"{ASKED}\n\nA) Sun\nB) Mars"
TEXTS = ["Sun", "Mars"]


def converted(tmp_path: Path, row: dict[str, Any], *words: str) -> list[tuple[str, str]]:
    path, target = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    path.write_text(json.dumps(row))
    assert main(["convert", str(path), *words, "-o", str(target)]) == 0
    return [
        (message["role"], message["content"])
        for line in target.read_text().splitlines()
        for message in json.loads(line)["messages"]
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"question": ASKED, "choices": TEXTS, "answer": 1},
        {"question": ASKED, "choices": TEXTS, "answer": "1"},
        {"question": ASKED, "choices": TEXTS, "answer": "B"},
        {"question": ASKED, "options": {"A": "Sun", "B": "Mars"}, "answer": "(b)"},
        {"question": ASKED, "choices": {"text": TEXTS, "label": ["A", "B"]}, "answer": "B"},
        {"question": ASKED, "choices": {"text": TEXTS, "label": ["1", "2"]}, "answer": "2"},
        {"question": ASKED, "A": "Sun", "B": "Mars", "answer": "B"},
        {"question": WHOLE, "choices": TEXTS, "answer": 1},
        {
            "question": ASKED,
            "options": [{"label": "A", "text": "Sun"}, {"label": "B", "text": "Mars"}],
            "answer": "B",
        },
    ],
    ids=str,
)
def test_the_answer_is_the_choice(tmp_path: Path, row: dict[str, Any]) -> None:
    assert converted(tmp_path, row) == [("user", WHOLE), ("assistant", "B) Mars")]


def test_columns_that_are_named_are_read_so_too(tmp_path: Path) -> None:
    row = {"id": "7", "question": ASKED, "choices": {"text": TEXTS, "label": ["A", "B"]}}
    row["answerKey"] = "B"
    words = ["--user", "question", "--assistant", "answerKey"]
    assert converted(tmp_path, row, *words) == [("user", WHOLE), ("assistant", "B) Mars")]


@pytest.mark.parametrize(
    "row",
    [
        {"question": ASKED, "choices": TEXTS, "answer": "Mars"},
        {"question": ASKED, "answer": "1"},
        {"question": ASKED, "choices": ["Sun"], "answer": "1"},
        {"question": ASKED, "choices": [1, 2], "answer": "B"},
        {"question": ASKED, "B": "Sun", "answer": "B"},
    ],
    ids=str,
)
def test_other_answers_stay_as_they_are(tmp_path: Path, row: dict[str, Any]) -> None:
    assert converted(tmp_path, row) == [("user", ASKED), ("assistant", str(row["answer"]))]


def test_an_answer_that_is_no_choice_is_dropped_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"question": ASKED, "choices": TEXTS, "answer": n} for n in (1, 2)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert main(["convert", str(path), "-o", str(tmp_path / "out.jsonl")]) == 1
    assert "row 2: the answer 2 is none of 2 choices" in capsys.readouterr().err
