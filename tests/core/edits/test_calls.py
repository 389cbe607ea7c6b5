"""Edits of tool calls and tools."""

from __future__ import annotations

import pytest

from tests.core.edits.examples import at, call, made, tools
from tui.core import edits


def test_a_call_is_changed_and_its_other_keys_stay() -> None:
    changed = edits.put_call(tools(), at(1), 0, edits.CallDraft("find", '{"q": 1}', "a"))
    assert changed.raw["messages"][1]["tool_calls"] == [
        {
            "id": "a",
            "type": "function",
            "function": {"name": "find", "arguments": '{"q": 1}', "strict": True},
            "extra": 1,
        },
        call("b"),
    ]


def test_a_call_is_added_and_the_last_one_takes_the_key_along() -> None:
    example = made({"messages": [{"role": "assistant", "content": "x"}]})
    draft = edits.CallDraft("f", "{}", edits.new_call_id(example))
    more = edits.put_call(example, at(0), 0, draft)
    assert more.messages[0].tool_calls[0].id == "call_1"
    assert edits.delete_call(more, at(0), 0).raw == example.raw
    with pytest.raises(edits.EditError, match="assistant"):
        edits.put_call(tools(), at(0), 0, draft)


def test_the_form_before_tool_calls_is_edited_where_it_stands() -> None:
    old = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
    example = made({"messages": [old]})
    changed = edits.put_call(example, at(0), 0, edits.CallDraft("g", "[]", ""))
    assert changed.raw["messages"][0]["function_call"] == {"name": "g", "arguments": "[]"}
    assert "tool_calls" not in changed.raw["messages"][0]
    assert edits.delete_call(example, at(0), 0).raw["messages"] == [{"role": "assistant"}]


def test_open_calls_are_those_nobody_else_answers() -> None:
    assert [c.id for c in edits.open_calls(tools(), at(2))] == ["a", "b"]
    assert [c.id for c in edits.open_calls(tools(), at(3))] == ["b"]
    assert edits.open_calls(tools(), at(1)) == []
    assert edits.set_tool_call_id(tools(), at(3), "b").messages[3].tool_call_id == "b"


def test_tools_of_a_pair_are_inside_its_input() -> None:
    pair = edits.preference_pair(tools(), edits.pair_from(tools()), "better")
    assert edits.set_tools(pair, None).raw["input"].keys() == {"messages"}
    assert edits.set_parallel(pair, False).raw["input"]["parallel_tool_calls"] is False
    assert edits.set_tools(tools(), None).raw.keys() == {"messages", "mine"}
