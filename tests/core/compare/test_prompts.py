"""What a line of a dataset asks, and the answer it expects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core.compare.answers import Answer
from tui.core.compare.prompts import Prompt, SkippedLine, prompt_of

USER = {"role": "user", "content": "How warm?"}
SYSTEM = {"role": "system", "content": "Be brief."}
GOOD = {"role": "assistant", "content": "Warm."}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def read(value: Any) -> Prompt | SkippedLine:
    return prompt_of(7, json.dumps(value).encode())


def prompt(value: Any) -> Prompt:
    found = read(value)
    assert isinstance(found, Prompt)
    return found


def test_all_before_the_last_answer_is_asked() -> None:
    more = [SYSTEM, USER, {**GOOD, "weight": 0}, {"role": "user", "content": "Sure?"}]
    found = prompt({"messages": [*more, GOOD], "tools": [TOOL]})
    assert found.line == 7
    assert found.messages == (SYSTEM, USER, GOOD, more[-1])  # a weight is for training only
    assert found.tools == (TOOL,)
    assert found.expected == Answer("Warm.")
    assert found.title == "Sure?"


def test_what_stands_behind_the_last_answer_is_left_out() -> None:
    found = prompt({"messages": [USER, GOOD, {"role": "tool", "content": "x"}]})
    assert found.messages == (USER,)


def test_a_row_without_an_answer_is_asked_without_a_reference() -> None:
    found = prompt({"messages": [USER], "reference_answer": "Warm."})  # for reinforcement
    assert (found.messages, found.expected) == ((USER,), None)


def test_a_pair_asks_its_input_and_expects_what_is_preferred() -> None:
    pair = {
        "input": {"messages": [SYSTEM, USER], "tools": [TOOL]},
        "preferred_output": [GOOD],
        "non_preferred_output": [{"role": "assistant", "content": "Dunno."}],
    }
    found = prompt(pair)
    assert found.messages == (SYSTEM, USER)
    assert found.tools == (TOOL,)
    assert found.expected == Answer("Warm.")


def test_a_completion_asks_its_prompt() -> None:
    found = prompt({"prompt": "1+1=", "completion": "2"})
    assert [m["content"] for m in found.messages] == ["1+1="]
    assert found.expected == Answer("2")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "not a JSON object"),
        ({"text": "x"}, "no messages"),
        ({"messages": [GOOD]}, "it asks nothing"),
        ({"messages": [SYSTEM, GOOD]}, "it asks nothing"),
        ({"messages": [{"role": "user", "content": " "}, GOOD]}, "it asks nothing"),
        ({"messages": ["hello"]}, "its messages are not objects"),
        ({"messages": 5}, "its messages are not objects"),
        ({"input": {}, "preferred_output": [GOOD]}, "its messages are not objects"),
        ({"preferred_output": [GOOD]}, "its messages are not objects"),
    ],
)
def test_lines_that_ask_nothing_are_skipped_with_a_reason(value: Any, reason: str) -> None:
    assert read(value) == SkippedLine(7, reason)


def test_a_system_message_is_replaced_or_put_first() -> None:
    bare, with_one = prompt({"messages": [USER]}), prompt({"messages": [SYSTEM, USER]})
    for one in (bare, with_one):
        made = one.with_system("Speak French.")
        assert made.messages == ({"role": "system", "content": "Speak French."}, USER)


def test_the_fingerprint_is_that_of_what_is_asked() -> None:
    one = prompt({"messages": [USER, GOOD]})
    other = prompt_of(900, b'{"messages":[{"content":"How warm?","role":"user"}]}')
    assert isinstance(other, Prompt)
    assert one.fingerprint == other.fingerprint == "a2b1d843bb9909be"  # the ledger keeps it
    assert one.with_system("x").fingerprint != one.fingerprint


JSON = any_json(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    st.sampled_from(["messages", "input", "preferred_output", "role", "content", "tools"]),
    most=4,
)


def test_a_picture_is_told_behind_what_is_asked_of_it() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

    def title(*parts: Any) -> str:
        return Prompt(1, ({"role": "user", "content": [*parts]},)).title

    assert title({"type": "text", "text": "What?"}, image, image) == "What? [image] [image]"
    assert title(image, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}) == (
        "a\nb [image]"
    )
    assert title(image) == "[image]"
    assert title() == ""


@given(JSON)
def test_any_json_is_read_or_skipped(value: Any) -> None:
    found = read(value)
    if isinstance(found, Prompt):
        assert found.messages
        assert len(found.fingerprint) == 16
        assert isinstance(found.title, str)
