"""A model as the judge: what it is shown, in which order, and how its reply is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.compare.answers import Answer
from tui.core.compare.judging import JudgeBill, JudgeSettings, read_scores, sheet
from tui.core.compare.prompts import Prompt

NAMES = {"A": "one", "B": "two"}
PROMPT = Prompt(3, ({"role": "user", "content": "Hi"},), (), {"content": "Hello"})
ANSWERS = [("one", Answer("first")), ("two", Answer("second"))]


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ('{"scores": {"A": 10, "B": 5}}', {"one": 1.0, "two": 0.5}),
        ('{"A": 0, "B": 7.5}', {"one": 0.0, "two": 0.75}),
        ('I think:\n```json\n{"scores": {"B": 1, "A": 2}}\n```', {"one": 0.2, "two": 0.1}),
        ('{"scores": {"A": 10}}', None),
        ('{"scores": {"A": 11, "B": 1}}', None),
        ('{"scores": {"A": "good", "B": "bad"}}', None),
        ("A is better", None),
        ("}{", None),
        ("", None),
    ],
)
def test_scores_are_read_or_not(text: str, scores: dict[str, float] | None) -> None:
    assert read_scores(text, NAMES) == scores


@given(st.text())
def test_any_reply_is_read(text: str) -> None:
    assert read_scores(text, NAMES) is None or text


def test_the_judge_sees_letters_and_never_names() -> None:
    found = sheet(JudgeSettings("boss"), PROMPT, 1, ANSWERS)
    text = str(found.prompt.messages[1]["content"])
    shown, _ = json.JSONDecoder().raw_decode(text)
    assert "one" not in text.replace("JSON only", "")
    assert shown["expected"] == "Hello"
    by_name = dict(ANSWERS)
    assert {a: by_name[n].text for a, n in found.names.items()} == shown["answers"]


def test_the_order_is_that_of_the_seed() -> None:
    def orders(seed: int) -> list[str]:
        settings = JudgeSettings("boss", seed=seed)
        return [sheet(settings, PROMPT, n, ANSWERS).names["A"] for n in range(40)]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    assert 5 < orders(1).count("one") < 35


def test_the_bill_adds_up_and_comes_back() -> None:
    bill = JudgeBill("f", "boss").plus(100, 10, ok=True).plus(None, 5, ok=False)
    assert bill == JudgeBill("f", "boss", 2, 1, 100, 15)
    assert JudgeBill.from_json(json.loads(json.dumps(bill.as_json()))) == bill
