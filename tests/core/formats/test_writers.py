"""Writing foreign formats: round trips where nothing is lost, and what is lost is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.core.formats.test_readers import ANSWER, FULL, PAIR, PLAIN, USER, WITH_TOOLS
from tui.core.formats import READERS, WRITERS, Record, convert, export

LOSSLESS = [
    ("openai", PAIR),
    ("sharegpt", FULL),
    ("sharegpt", WITH_TOOLS),
    ("sharegpt", {"messages": [USER, {**ANSWER, "weight": 0}]}),
    ("alpaca", FULL),
    ("alpaca", {"messages": [USER, ANSWER, USER, ANSWER]}),
    ("completion", PLAIN),
    ("preference", PAIR),
    ("anthropic", FULL),
    ("anthropic", WITH_TOOLS),
    ("gemini", FULL),
    ("gemini", WITH_TOOLS),
]


def written(name: str, row: dict[str, Any]) -> Any:
    return export([json.dumps(row).encode()], name)


@pytest.mark.parametrize(("name", "row"), LOSSLESS)
def test_there_and_back_is_the_same(name: str, row: dict[str, Any]) -> None:
    there = written(name, row)
    assert there.dropped == ()
    assert there.remarks == ()
    back = convert([Record(1, json.loads(there.lines[0]))], name)
    assert back.dropped == ()
    assert json.loads(back.lines[0]) == row


def test_images_go_there_and_back() -> None:
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    row = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Q"}, url]}, ANSWER]}
    for name in ("anthropic", "gemini"):
        back = convert([Record(1, json.loads(written(name, row).lines[0]))], name)
        assert json.loads(back.lines[0]) == row
    assert "image_url" in written("alpaca", row).dropped[0].reason


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("alpaca", WITH_TOOLS, "calls tools"),
        ("alpaca", PAIR, "preference pair"),
        ("completion", FULL, "alternate"),
        ("csv", WITH_TOOLS, "more than one question"),
        ("anthropic", {"messages": [ANSWER]}, "begin with the user"),
        ("together", {"messages": [USER, USER, ANSWER]}, "two messages of user in a row"),
        ("nebius", {"messages": [{"role": "function", "content": "x"}]}, "without a call"),
        ("preference", PLAIN, "no preference pair"),
        ("sharegpt", {"a": 1}, "no messages"),
    ],
)
def test_what_does_not_fit_is_dropped_with_its_reason(
    name: str, row: dict[str, Any], reason: str
) -> None:
    made = written(name, row)
    assert made.lines == ()
    assert reason in made.dropped[0].reason


@pytest.mark.parametrize(
    ("name", "row", "remark"),
    [
        ("alpaca", {**PLAIN, "tools": WITH_TOOLS["tools"]}, "left out: tools"),
        ("nebius", {"messages": [USER, {**ANSWER, "weight": 1}]}, "message key weight"),
        ("fireworks", {**PLAIN, "parallel_tool_calls": True}, "parallel_tool_calls"),
        ("together", {"messages": [{"role": "developer", "content": "S"}, USER, ANSWER]}, "system"),
    ],
)
def test_what_is_lost_is_said(name: str, row: dict[str, Any], remark: str) -> None:
    made = written(name, row)
    assert len(made.lines) == 1
    assert remark in made.remarks[0].text


def test_azure_keeps_lines_and_asks_for_a_mark() -> None:
    line = b'{"messages":[{"role":"user","content":"Q"}]}'
    assert export([line], "azure").lines == (line,)
    assert next(f for f in WRITERS if f.id == "azure").bom


def test_a_table_holds_a_question_and_an_answer() -> None:
    assert json.loads(written("csv", FULL).lines[0]) == {
        "system": "S", "user": "Q", "assistant": "A",
    }  # fmt: skip
    pair = json.loads(written("csv", PAIR).lines[0])
    assert (pair["chosen"], pair["rejected"]) == ("A", "B")


def test_positions_are_those_of_the_dataset() -> None:
    made = export([b"{", json.dumps(PLAIN).encode()], "alpaca", positions=[7, 9])
    assert made.dropped[0].position == 7
    assert made.origins == (9,)


def test_formats_have_names_of_their_own() -> None:
    ids = [f.id for f in {*READERS, *WRITERS}]
    assert len(ids) == len(set(ids))
