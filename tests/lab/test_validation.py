"""Which files may be trained on, line by line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.json_values import any_json
from tests.lab_process import chat_lines, preference_lines
from tui.lab.validation import FileProblem, check_file
from tui.lab.validation.examples import example_problem, parse

if TYPE_CHECKING:
    from pathlib import Path

USER = {"role": "user", "content": "Hi"}
ANSWER = {"role": "assistant", "content": "Hello"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(messages), **more}


GOOD = [
    chat(USER, ANSWER),
    chat({"role": "system", "content": ""}, USER, {**ANSWER, "weight": 0, "name": "bob"}),
    chat(USER, {"role": "assistant", "tool_calls": [CALL]},
         {"role": "tool", "tool_call_id": "c1", "content": "4"}, ANSWER, tools=[{}]),
    chat({"role": "user", "content": [{"type": "text", "text": "x"},
          {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]}, ANSWER),
    chat(USER, {"role": "assistant", "content": None, "function_call": CALL["function"]},
         {"role": "function", "name": "f", "content": "4"}, ANSWER, parallel_tool_calls=False),
    chat({"role": "developer", "content": "x"}, ANSWER),
]  # fmt: skip

BAD = {
    "has no 'messages'": {"prompt": "x", "completion": "y"},
    "use the method 'dpo'": {"input": {}, "preferred_output": []},
    "must be an array of messages": {"messages": "x"},
    "'messages' is empty": {"messages": []},
    "messages[0]: a message must be an object": chat("x"),
    "messages[1]: the message has no 'role'": chat(USER, {"content": "x"}),
    "unknown role 'bot'": chat(USER, {"role": "bot", "content": "x"}),
    "unexpected key 'mood' in a user": chat({**USER, "mood": 1}, ANSWER),
    "unexpected key 'weight' in a user": chat({**USER, "weight": 1}, ANSWER),
    "has an unexpected key 'id'": chat(USER, ANSWER, id=3),
    "the user message has no content": chat({"role": "user"}, ANSWER),
    "the assistant message has no content": chat(USER, {"role": "assistant"}),
    "'content' must be a string": chat({"role": "user", "content": 3}, ANSWER),
    "'content' is an empty array": chat({"role": "user", "content": []}, ANSWER),
    "content part of type 'image_url' in a assistant": chat(
        USER, {"role": "assistant", "content": [{"type": "image_url", "image_url": {}}]}
    ),
    "an image part needs": chat(
        {"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}, ANSWER
    ),
    "'weight' must be 0 or 1": chat(USER, {**ANSWER, "weight": 0.5}),
    "'weight' must be 0 or 1 ": chat(USER, {**ANSWER, "weight": True}),
    "'weight' must be 0 or 1  ": chat(USER, {**ANSWER, "weight": [1]}),
    "needs a 'tool_call_id'": chat(USER, ANSWER, {"role": "tool", "content": "x"}),
    "answers no preceding tool call": chat(
        USER, {"role": "tool", "tool_call_id": "c9", "content": "x"}, ANSWER
    ),
    "must be a non-empty array": chat(USER, {"role": "assistant", "tool_calls": []}),
    "a tool call needs an 'id'": chat(USER, {"role": "assistant", "tool_calls": [{}]}),
    "must be a string of JSON": chat(
        USER,
        {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f"}}]},
    ),
    "has no assistant message": chat(USER),
    "'tools' must be an array": chat(USER, ANSWER, tools={}),
    "'name' must be a string": chat({**USER, "name": 3}, ANSWER),
}


def pair(**changes: Any) -> dict[str, Any]:
    base = {"input": {"messages": [USER]}, "preferred_output": [ANSWER]}
    return {
        key: value
        for key, value in {**base, "non_preferred_output": [ANSWER], **changes}.items()
        if value is not None
    }


BAD_PAIRS = {
    "has no 'input'": chat(USER, ANSWER),
    "'input' must be an object": pair(input=[USER]),
    "'input.messages' is empty": pair(input={}),
    "has no 'preferred_output'": pair(preferred_output=None),
    "has no 'non_preferred_output'": pair(non_preferred_output=None),
    "'preferred_output' is empty": pair(preferred_output=[]),
    "'preferred_output' has no assistant": pair(
        preferred_output=[{"role": "system", "content": "x"}]
    ),
    "may hold assistant and tool": pair(non_preferred_output=[ANSWER, USER]),
    "unexpected key 'score'": pair(score=1),
    "unexpected key 'temperature'": pair(input={"messages": [USER], "temperature": 1}),
}


@pytest.mark.parametrize("example", GOOD)
def test_good_chats(example: dict[str, Any]) -> None:
    assert example_problem(example, "supervised") is None


@pytest.mark.parametrize("words", BAD)
def test_bad_chats(words: str) -> None:
    assert words.strip() in (example_problem(BAD[words], "supervised") or "")


@pytest.mark.parametrize("words", BAD_PAIRS)
def test_bad_pairs(words: str) -> None:
    assert words in (example_problem(BAD_PAIRS[words], "dpo") or "")


def test_good_pairs() -> None:
    assert example_problem(pair(), "dpo") is None
    older = {
        "input": {"messages": [USER]},
        "preferred_completion": [ANSWER],
        "non_preferred_completion": [ANSWER],
    }
    assert example_problem(older, "dpo") is None


@settings(deadline=None)
@given(
    any_json(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.sampled_from(
            ["messages", "role", "user", "assistant", "tool", "content", "text"]),
        st.sampled_from(["messages", "role", "content", "type", "text", "weight", "tool_calls",
                         "input", "preferred_output", "non_preferred_output", "tool_call_id"]),
        most=4,
    ).map(lambda inner: {"messages": [inner], "input": inner})
)  # fmt: skip
def test_any_json_is_judged_without_a_crash(example: dict[str, Any]) -> None:
    for method in ("supervised", "dpo"):
        for part in (example, {"messages": example["messages"]}, {"input": example["input"]}):
            assert example_problem(part, method) is None or example_problem(part, method)


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_line_is_parsed_without_a_crash(line: bytes) -> None:
    example, problem = parse(line)
    assert (example is None) != (problem is None)


def problem_of(path: Path, content: bytes, method: str = "supervised") -> FileProblem:
    path.write_bytes(content)
    with pytest.raises(FileProblem) as found:
        check_file(path, method, "training_file")
    return found.value


def test_whole_files(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + chat_lines(10).replace(b"\n", b"\r\n") + b"\n  \n")
    assert check_file(path, "supervised", "training_file") == 10
    path.write_bytes(preference_lines(10))
    assert check_file(path, "dpo", "training_file") == 10
    path.write_bytes(chat_lines(1))
    assert check_file(path, "supervised", "validation_file") == 1

    few = problem_of(path, chat_lines(9))
    assert (few.code, few.param) == ("invalid_n_examples", "training_file")
    assert few.message == "Training file has 9 example(s), but must have at least 10 examples"
    many = problem_of(path, chat_lines(10) + b"7\n" * 14)
    assert many.message.startswith("Training file has 14 invalid line(s). Line 11: is not")
    assert many.message.endswith("; and 4 more")
    assert many.code == "invalid_file_format"
    assert "Line 11: is not valid UTF-8" in problem_of(path, chat_lines(10) + b'"\xff"').message
    silent = json.dumps(chat(USER, {**ANSWER, "weight": 0})).encode() + b"\n"
    assert "nothing to train on" in problem_of(path, silent * 10).message
