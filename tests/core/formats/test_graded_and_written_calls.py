"""Rows for a grader, calls written into texts, tools as Anthropic names them: read, not dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.core.formats import Columns, Record, convert, sniff

CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>'
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}
VERL = {
    "data_source": "gsm8k",
    "prompt": [{"role": "user", "content": "1 + 1?"}],
    "ability": "math",
    "reward_model": {"style": "rule", "ground_truth": "2"},
    "extra_info": {"index": 1},
}


def read(row: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Convert a row as `convert` does that is told nothing of the format."""
    found = sniff([row])
    made = convert([Record(1, row)], found.format, columns=found.columns)
    assert not made.dropped
    return json.loads(made.lines[0]), {one.text for one in made.remarks}


def hermes(replies: str, *, answer: str = CALL, reply: str = "1 degree") -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": f"You call <tools>[{json.dumps(TOOL)}]</tools>"},
        {"role": "user", "content": "Rome?"},
        {"role": "assistant", "content": answer},
        {"role": replies, "content": reply},
        {"role": "assistant", "content": "Cold."},
    ]


def spoken(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"from": one["role"], "value": one["content"]} for one in turns]


@pytest.mark.parametrize(
    "row", [VERL, {"prompt": VERL["prompt"], "ground_truth": "2"}], ids=["verl", "grpo"]
)
def test_rows_for_a_grader_keep_the_truth_beside_the_prompt(row: dict[str, Any]) -> None:
    made, said = read(row)
    assert made == {"messages": VERL["prompt"], "ground_truth": "2"}
    assert any("for reinforcement" in one for one in said)


@pytest.mark.parametrize("replies", ["tool", "tool_response"])
@pytest.mark.parametrize("key", ["messages", "conversations"])
def test_written_calls_become_tool_calls(replies: str, key: str) -> None:
    turns = hermes(replies, reply="<tool_response>1 degree</tool_response>")
    made, _ = read({key: turns if key == "messages" else spoken(turns)})
    call, reply = made["messages"][2:4]
    assert json.loads(call["tool_calls"][0]["function"]["arguments"]) == {"city": "Rome"}
    assert reply == {
        "role": "tool",
        "tool_call_id": call["tool_calls"][0]["id"],
        "content": "1 degree",
    }
    assert made["tools"] == [TOOL]


def test_two_calls_take_their_replies_in_order() -> None:
    both = "<tool_response>a</tool_response><tool_response>b</tool_response>"
    made, _ = read({"messages": hermes("tool", answer=f"Wait. {CALL}{CALL}", reply=both)})
    call, first, second = made["messages"][2:5]
    assert call["content"] == "Wait."
    assert [one["id"] for one in call["tool_calls"]] == [
        first["tool_call_id"],
        second["tool_call_id"],
    ]
    assert (first["content"], second["content"]) == ("a", "b")


@pytest.mark.parametrize(
    "answer", [CALL + CALL, f"{CALL} done", "<tool_call>{oops}</tool_call>", "<tool_call>{}"]
)
@pytest.mark.parametrize("key", ["messages", "conversations"])
def test_unclear_calls_stay_text(answer: str, key: str) -> None:
    turns = hermes("tool", answer=answer)
    made, said = read({key: turns if key == "messages" else spoken(turns)})
    assert [one["role"] for one in made["messages"]] == [
        *("system", "user", "assistant", "user", "assistant")
    ]
    assert made["messages"][2]["content"] == answer
    assert "tools" not in made
    assert any("stay text" in one for one in said)


@pytest.mark.parametrize("nested", [False, True])
def test_tools_with_an_input_schema_beside_openai_calls(nested: bool) -> None:
    tool: dict[str, Any] = {"name": "weather", "input_schema": SCHEMA}
    asked = {"name": "weather", "arguments": {"city": "Rome"}}
    call = {"id": "c1", "type": "function", "function": asked}
    turns = [
        {"role": "user", "content": "Rome?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "assistant", "content": "Cold."},
    ]
    made, _ = read({"messages": turns, "tools": [{"function": tool} if nested else tool]})
    assert made["tools"] == [TOOL]
    assert made["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"city": "Rome"}'


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Frage", "Antwort"),
        ("Eingabe", "Ausgabe"),
        ("question", "r\u00e9ponse"),
        ("Pregunta", "Respuesta"),
    ],
)
def test_columns_are_named_in_other_languages(asked: str, answered: str) -> None:
    assert Columns.guess(["id", answered, asked]) == Columns(user=(asked,), assistant=(answered,))
