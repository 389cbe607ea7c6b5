"""Logs of completions: the request and its response are one example, whoever has logged them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.rows import answer, chat, user
from tui.core.formats import Record, convert, sniff
from tui.core.formats.detection.foreign import foreign_format
from tui.core.formats.supported.batches import Batch

ASKED = [user("Is it fine?")]
SAID = answer("Yes.")
REQUEST = {"model": "gpt-4o", "messages": ASKED, "temperature": 0}
RESPONSE = {
    "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o",
    "choices": [{"index": 0, "message": {**SAID, "refusal": None, "annotations": []},
                 "finish_reason": "stop"}],
    "usage": {"total_tokens": 3},
}  # fmt: skip
BLOCKS = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Yes."}],
          "stop_reason": "end_turn"}  # fmt: skip
HUMAN = {"lc": 1, "type": "constructor", "id": ["langchain", "HumanMessage"],
         "kwargs": {"content": "Is it fine?"}}  # fmt: skip
OUTPUT = [{"type": "message", "role": "assistant", "id": "m", "status": "completed",
           "content": [{"type": "output_text", "text": "Yes.", "annotations": []}]}]  # fmt: skip
CANDIDATE = {"content": {"role": "model", "parts": [{"text": "Yes."}]}, "finishReason": "STOP"}
LOGS: dict[str, dict[str, Any]] = {
    "OpenAI": {"request": REQUEST, "response": RESPONSE},
    "OpenAI, stored": {**RESPONSE, "messages": ASKED, "metadata": {"team": "a"}},
    "OpenAI, responses": {"request": {"model": "m", "input": "Is it fine?"},
                          "response": {"object": "response", "output": OUTPUT}},
    "OpenAI, texts": {"request": REQUEST, "response": {"choices": [{"text": "Yes."}]}},
    "LiteLLM": {"call_type": "acompletion", "messages": ASKED, "response": RESPONSE},
    "LiteLLM, JSON in cells": {"messages": ASKED, "response": json.dumps(RESPONSE)},
    "Langfuse": {"id": "t", "input": {"messages": ASKED}, "output": SAID},
    "Langfuse, text": {"id": "t", "input": ASKED, "output": "Yes."},
    "Langfuse, cells": {"input": json.dumps(ASKED), "output": json.dumps(SAID)},
    "LangSmith": {"run_type": "llm", "inputs": {"messages": ASKED},
                  "outputs": {"choices": [{"message": SAID}]}},
    "LangSmith, LangChain": {"inputs": {"messages": [[HUMAN]]}, "outputs": {"generations": [
        [{"text": "Yes.", "message": {"kwargs": {"content": "Yes."}}}]]}},
    "LangSmith, graph": {"inputs": {"messages": ASKED}, "outputs": {"messages": [
        {"type": "human", "content": "Is it fine?"}, {"type": "ai", "content": "Yes."}]}},
    "Helicone": {"request_body": REQUEST, "response_body": RESPONSE, "provider": "OPENAI"},
    "Helicone, wrapped": {"request": {"body": REQUEST, "id": "r"}, "response": {"body": RESPONSE}},
    "Anthropic": {"request": {"messages": ASKED, "max_tokens": 9}, "response": BLOCKS},
    "Gemini": {"request": {"contents": [{"role": "user", "parts": [{"text": "Is it fine?"}]}]},
               "response": {"candidates": [CANDIDATE]}},
    "Bedrock": {"recordId": "1", "modelInput": {"messages": ASKED}, "modelOutput": BLOCKS},
    "Ollama": {"request": REQUEST, "response": {"message": SAID, "done": True}},
}  # fmt: skip


@pytest.mark.parametrize("name", LOGS)
def test_a_request_and_its_response_are_an_example(name: str) -> None:
    row = LOGS[name]
    found = sniff([row])
    assert (found.format, found.words) == ("log", "certain")
    made = convert([Record(1, row)], "log")
    assert [json.loads(line) for line in made.lines] == [{"messages": [*ASKED, SAID]}]
    told = foreign_format(row)
    assert told is not None
    assert told.format == "log"


def test_calls_and_tools_come_along() -> None:
    function = {"name": "look", "parameters": {"type": "object", "properties": {}}}
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    items = [{"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}]
    for row in (
        {"request": {**REQUEST, "tools": [{"type": "function", "function": function}]},
         "response": {"choices": [{"message": {**SAID, "content": None, "tool_calls": [call]}}]}},
        {"request": {"model": "m", "input": ASKED, "tools": [{"type": "function", **function}]},
         "response": {"object": "response", "output": items}},
    ):  # fmt: skip
        (line,) = convert([Record(1, row)], "log").lines
        made = json.loads(line)
        assert made["messages"][-1]["tool_calls"] == [call]
        assert made["tools"] == [{"type": "function", "function": function}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (RESPONSE, "an answer without its question, which the log would have to hold too"),
        ({"custom_id": "1", "body": REQUEST}, "a question without its answer: put the batch's "
         "output file into the same folder, and convert the folder"),
        ({"custom_id": "1", "response": {"body": RESPONSE}}, "an answer without its question: put "
         "the batch's input file into the same folder, and convert the folder"),
        ({"custom_id": "1", "response": None, "error": {"message": "overloaded"}},
         'the request failed: "overloaded"'),
        ({"request": REQUEST, "response": {"choices": [
            {"message": SAID, "finish_reason": "length"}]}},
         "the answer was cut off (finish_reason length)"),
    ],
)  # fmt: skip
def test_what_is_no_example_is_refused_by_name(row: dict[str, Any], reason: str) -> None:
    made = convert([Record(1, row)], sniff([row]).format)
    assert [one.reason for one in made.dropped] == [reason]


def test_further_answers_and_all_else_are_said() -> None:
    second = {"index": 1, "message": {**SAID, "content": "No."}}
    row = {"request": REQUEST, "response": {**RESPONSE, "choices": [*RESPONSE["choices"], second]},
           "latency": 3}  # fmt: skip
    made = convert([Record(1, row)], "log")
    left = {one.key: one.value for one in made.left}
    assert left["request, beside its messages"] == {"model": "gpt-4o", "temperature": 0}
    assert left["log, beside request and response"] == {"latency": 3}
    beside: Any = left["response, beside its message"]
    assert beside["further answers"] == [second]


def test_a_batch_is_joined_by_its_ids() -> None:
    rows = [
        {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": REQUEST},
        {"custom_id": "b", "body": {**REQUEST, "messages": [user("Other")]}},
        {"custom_id": "a", "response": {"status_code": 200, "body": RESPONSE}, "error": None},
        {"custom_id": "c", "response": {"body": RESPONSE}},
    ]
    records = [Record(at, row) for at, row in enumerate(rows, 1)]
    batch = Batch()
    batch.look(records)
    made = convert(batch.joined(records), "log")
    assert [json.loads(line) for line in made.lines] == [{"messages": [*ASKED, SAID]}]
    assert [one.position for one in made.dropped] == [2, 4]
    assert batch.taken == 1


@pytest.mark.parametrize(
    "row",
    [
        json.loads(chat(user("a"), SAID)),
        {"messages": ASKED, "output": "for a grader"},
        {"messages": [*ASKED, SAID], "response": "as it was at first"},
        {"input": "Is it fine?", "output": "Yes."},
        {"input": {"messages": ASKED}, "preferred_output": [SAID], "non_preferred_output": [SAID]},
        {"prompt": ASKED, "completion": [SAID]},
    ],
)
def test_other_rows_are_no_logs(row: dict[str, Any]) -> None:
    assert sniff([row]).format != "log"
