"""Every format, with a good row and odd ones: what is made of it, and why a row is dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.core.formats import Columns, ConvertedRows, Record, convert, sniff

USER = {"role": "user", "content": "Q"}
ANSWER = {"role": "assistant", "content": "A"}
SYSTEM = {"role": "system", "content": "S"}
PLAIN = {"messages": [USER, ANSWER]}
FULL = {"messages": [SYSTEM, USER, ANSWER]}
TOOL = {
    "type": "function",
    "function": {"name": "f", "description": "d", "parameters": {"type": "object"}},
}
CALLED = {
    "role": "assistant",
    "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    ],
}
REPLY = {"role": "tool", "tool_call_id": "call_1", "content": '{"r": 2}'}
WITH_TOOLS = {"messages": [USER, CALLED, REPLY, ANSWER], "tools": [TOOL]}
PAIR = {
    "input": {"messages": [USER]},
    "preferred_output": [ANSWER],
    "non_preferred_output": [{"role": "assistant", "content": "B"}],
}


def run(name: str, *rows: Any, columns: Columns | None = None) -> ConvertedRows:
    return convert(
        [Record(n, row) for n, row in enumerate(rows, 1)], name, columns=columns, source="x"
    )


GOOD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("openai", FULL, FULL),
    ("openai", PAIR, PAIR),
    (
        "sharegpt",
        {
            "system": "S",
            "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}],
        },
        FULL,
    ),
    (
        "sharegpt",
        {
            "conversations": [
                {"from": "human", "value": "Q"},
                {"from": "function_call", "value": '{"name": "f", "arguments": {"a": 1}}'},
                {"from": "observation", "value": '{"r": 2}'},
                {"from": "gpt", "value": "A"},
            ],
            "tools": json.dumps([TOOL["function"]]),
        },
        WITH_TOOLS,
    ),
    (
        "sharegpt",
        {
            "conversations": [
                {"from": "human", "value": "Q"},
                {"from": "gpt", "value": "A", "weight": 0},
            ]
        },
        {"messages": [USER, {**ANSWER, "weight": 0}]},
    ),
    ("alpaca", {"instruction": "Q", "input": "", "output": "A"}, PLAIN),
    (
        "alpaca",
        {
            "instruction": "Do",
            "input": "this",
            "output": "A",
            "system": "S",
            "history": [["Q", "A"]],
        },
        {"messages": [SYSTEM, USER, ANSWER, {"role": "user", "content": "Do\nthis"}, ANSWER]},
    ),
    ("completion", {"prompt": "Q", "completion": "A"}, PLAIN),
    ("completion", {"prompt": "Q\n\n###\n\n", "completion": " A END"}, PLAIN),
    ("completion", {"prompt": [SYSTEM, USER], "completion": [ANSWER]}, FULL),
    ("preference", {"prompt": "Q", "chosen": "A", "rejected": "B"}, PAIR),
    (
        "preference",
        {"chosen": [USER, ANSWER], "rejected": [USER, {"role": "assistant", "content": "B"}]},
        PAIR,
    ),
    (
        "preference",
        {
            "conversations": [{"from": "human", "value": "Q"}],
            "chosen": {"from": "gpt", "value": "A"},
            "rejected": {"from": "gpt", "value": "B"},
        },
        PAIR,
    ),
    ("preference", {"instruction": "Q", "input": "", "chosen": "A", "rejected": "B"}, PAIR),
    ("kto", {"prompt": "Q", "completion": "A", "label": True}, PLAIN),
    ("kto", {"messages": [USER, ANSWER], "kto_tag": True}, PLAIN),
    (
        "hf",
        {"messages": [{**USER, "tool_calls": None, "weight": None}, ANSWER], "source": None},
        PLAIN,
    ),
    ("hf", {"conversation": json.dumps([USER, ANSWER])}, PLAIN),
    (
        "hf",
        {
            "messages": [
                USER,
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "call_1", "function": {"name": "f", "arguments": {"a": 1}}}
                    ],
                },
                REPLY,
                ANSWER,
            ],
            "tools": json.dumps([TOOL]),
        },
        WITH_TOOLS,
    ),
    ("anthropic", {"system": "S", "messages": [USER, ANSWER]}, FULL),
    (
        "anthropic",
        {
            "messages": [
                USER,
                {
                    "role": "assistant",
                    "content": [
                        {"type": "tool_use", "id": "call_1", "name": "f", "input": {"a": 1}}
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {"type": "tool_result", "tool_use_id": "call_1", "content": '{"r": 2}'}
                    ],
                },
                {"role": "assistant", "content": [{"type": "text", "text": "A"}]},
            ],
            "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}}],
        },
        WITH_TOOLS,
    ),
    (
        "anthropic",
        {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": "S"}],
            "messages": [
                {"role": "user", "content": [{"text": "Q"}]},
                {"role": "assistant", "content": [{"text": "A"}]},
            ],
        },
        FULL,
    ),
    (
        "gemini",
        {
            "systemInstruction": {"parts": [{"text": "S"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "Q"}]},
                {"role": "model", "parts": [{"text": "A"}]},
            ],
        },
        FULL,
    ),
    (
        "gemini",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Q"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}]},
                {
                    "role": "user",
                    "parts": [{"functionResponse": {"name": "f", "response": {"r": 2}}}],
                },
                {"role": "model", "parts": [{"text": "A"}]},
            ],
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parameters": {"type": "OBJECT"}}
                    ]
                }
            ],
        },
        WITH_TOOLS,
    ),
    (
        "oasst",
        {
            "message_tree_id": "1",
            "prompt": {
                "role": "prompter",
                "text": "Q",
                "replies": [
                    {"role": "assistant", "text": "B", "rank": 1, "replies": []},
                    {
                        "role": "assistant",
                        "text": "A",
                        "rank": 0,
                        "replies": [{"role": "prompter", "text": "again?", "replies": []}],
                    },
                ],
            },
        },
        PLAIN,
    ),
    ("text", {"text": "A"}, {"messages": [ANSWER]}),
    ("text", {"text": "### Human: Q\n### Assistant: A"}, PLAIN),
    (
        "text",
        {"text": "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"},
        PLAIN,
    ),
]


@pytest.mark.parametrize(("name", "row", "expected"), GOOD)
def test_good_rows_become_openai_lines(
    name: str, row: dict[str, Any], expected: dict[str, Any]
) -> None:
    made = run(name, row)
    assert made.dropped == ()
    assert json.loads(made.lines[0]) == expected
    assert made.origins == (1,)


@pytest.mark.parametrize(("name", "row", "expected"), GOOD)
def test_good_rows_are_recognised(name: str, row: dict[str, Any], expected: dict[str, Any]) -> None:
    found = sniff([row])
    assert found.reason
    assert found.confidence == 1
    assert found.format == name


ODD: list[tuple[str, Any, str]] = [
    ("openai", {"text": "A"}, "no messages"),
    ("openai", {"messages": []}, "messages is empty"),
    ("openai", {"messages": [1]}, "a number at place 1"),
    ("openai", {"prompt": "Q", "completion": "A"}, "the older format"),
    ("sharegpt", {"conversations": []}, "conversations is empty"),
    ("sharegpt", {"conversations": [{"from": "alien", "value": "x"}]}, "'alien'"),
    ("sharegpt", {"conversations": [{"from": "human", "value": None}], "images": ["a"]}, "images"),
    ("sharegpt", {"conversations": [{"from": "tool", "value": "x"}]}, "without a call"),
    ("sharegpt", {"conversations": [{"from": "function_call", "value": "x("}]}, "not JSON"),
    ("alpaca", {"instruction": "Q"}, "output is missing"),
    ("alpaca", {"instruction": "Q", "output": " "}, "output is empty"),
    ("alpaca", {"instruction": "Q", "output": "A", "history": [["one"]]}, "history"),
    ("completion", {"prompt": "Q", "completion": 3}, "completion is a number"),
    ("preference", {"prompt": "Q", "chosen": "A"}, "rejected is missing"),
    ("preference", {"chosen": "A", "rejected": "B"}, "no prompt"),
    ("kto", {"prompt": "Q", "completion": "A", "label": False}, "judged bad"),
    ("kto", {"prompt": "Q", "completion": "A", "label": "perhaps"}, "neither good nor bad"),
    ("hf", {"messages": [{"content": "x"}]}, "no role"),
    ("anthropic", {"messages": [{"role": "tool", "content": "x"}]}, "'tool'"),
    (
        "anthropic",
        {"messages": [{"role": "user", "content": [{"type": "document"}]}]},
        "'document'",
    ),
    ("gemini", {"contents": [{"role": "user", "parts": [{"fileData": {"fileUri": "gs://x"}}]}]},
     "Google"),
    ("gemini", {"contents": [{"role": "user", "parts": [{"functionResponse": {"name": "f"}}]}]},
     "without a call"),
    ("oasst", {"message_tree_id": "1", "parent_id": "2"}, "flat export"),
    ("text", {"text": " "}, "text is empty"),
    ("text", 3, "not an object"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "row", "reason"), ODD)
def test_odd_rows_are_dropped_with_their_reason(name: str, row: Any, reason: str) -> None:
    made = run(name, row)
    assert made.lines == ()
    (dropped,) = made.dropped
    assert reason in dropped.reason
    assert dropped.excerpt
    assert dropped.where == "x:1"


def test_what_is_left_out_is_said_with_count_and_first_row() -> None:
    row = {"instruction": "Q", "output": "A", "topic": "t"}
    made = run("alpaca", {"instruction": ""}, row, row)
    (remark,) = made.remarks
    assert (remark.text, remark.count, remark.first) == ("left out: topic", 2, 2)


def test_calls_made_in_one_go_find_their_replies() -> None:
    calls = [{"name": "f", "arguments": {}}, {"name": "g", "arguments": {}}]
    row = {
        "conversations": [
            {"from": "human", "value": "Q"},
            {"from": "function_call", "value": json.dumps(calls)},
            {"from": "observation", "value": "one"},
            {"from": "observation", "value": "two"},
        ]
    }
    _, asked, one, two = json.loads(run("sharegpt", row).lines[0])["messages"]
    ids = [call["id"] for call in asked["tool_calls"]]
    assert [one["tool_call_id"], two["tool_call_id"]] == ids
    assert [one["content"], two["content"]] == ["one", "two"]


def test_lines_of_openai_keep_their_bytes() -> None:
    raw = b'{"messages":[{"role":"user","content":"Q"}],   "extra":1.50}'
    record = Record(1, json.loads(raw), raw=raw)
    assert convert([record], "openai").lines == (raw,)


def test_columns_are_named_by_the_user_or_by_their_usual_names() -> None:
    columns = Columns.parse("user=Frage,assistant=Antwort")
    made = run("table", {"Frage": "Q", "Antwort": "A", "Note": 5}, columns=columns)
    assert json.loads(made.lines[0]) == PLAIN
    assert made.remarks[0].text == "left out: column Note"
    (empty,) = run("table", {"Frage": "", "Antwort": "A"}, columns=columns).dropped
    assert empty.reason.startswith("column Frage is empty; --empty-prompt")
    assert Columns.guess(["Question", "Answer", "id"]) == Columns(
        user=("Question",), assistant=("Answer",)
    )
    with pytest.raises(ValueError, match="No column for user"):
        run("table", {}, columns=Columns())
    with pytest.raises(ValueError, match="'x=y'"):
        Columns.parse("x=y")


def test_a_pair_may_come_from_columns() -> None:
    columns = Columns(user=("q",), chosen=("good",), rejected=("bad",))
    made = run("table", {"q": "Q", "good": "A", "bad": "B"}, columns=columns)
    assert json.loads(made.lines[0]) == PAIR


def test_rows_of_no_format_are_named() -> None:
    assert sniff([{"a": 1, "b": 2}]).format == ""
    assert "a, b" in sniff([{"a": 1, "b": 2}]).reason
    assert sniff([]).reason
    assert sniff([1, 2]).format == ""
    half = sniff([{"instruction": "Q", "output": "A"}, {"x": 1}])
    assert (half.format, half.confidence) == ("alpaca", 0.5)


def test_a_support_export_keeps_its_words_under_the_names_help_desks_use() -> None:
    for words in ("body", "msg", "text", "message"):
        turns = [{"author": "customer", words: "Q"}, {"author": "agent", words: "A"}]
        assert [json.loads(one) for one in run("hf", {"messages": turns}).lines] == [PLAIN]
    visitor = [{"role": "end-user", "body": "Q"}, {"role": "operator", "body": "A"}]
    assert [json.loads(one) for one in run("hf", {"messages": visitor}).lines] == [PLAIN]


@pytest.mark.parametrize("part", [{"text": "Q"}, {"value": "Q"}, {"type": "text", "value": "Q"}])
@pytest.mark.parametrize(
    "message",
    [{"parts": ...}, {"content": ..., "id": "1"}, {"content": None, "parts": ...}],
    ids=["parts", "content", "null beside parts"],
)
def test_parts_keep_their_words_under_whatever_key(
    message: dict[str, Any], part: dict[str, Any]
) -> None:
    turn = {"role": "user"} | {k: [part] if v is ... else v for k, v in message.items()}
    row = {"messages": [turn, ANSWER]}
    assert (sniff([row]).format, sniff([row]).confidence) == ("hf", 1)
    (made,) = (json.loads(one) for one in run("hf", row).lines)
    assert made["messages"][0]["content"] == [{"type": "text", "text": "Q"}]


@pytest.mark.parametrize("words", ["Q", ["Q"], {"en": "Q"}, [{"line": "Q"}]])
def test_words_of_any_shape_are_not_lost_with_their_key(words: object) -> None:
    made = run("hf", {"messages": [{"role": "user", "plain_body": words}, ANSWER]})
    assert [one.reason for one in made.dropped] == [
        "a message has no content; its words may be plain_body"
    ]


def test_a_message_whose_words_nobody_finds_is_not_converted_without_them() -> None:
    asked = {"role": "user", "plain_body": "Q", "at": "10:00"}
    turns = [asked, {"role": "agent", "plain_body": "A"}]
    made = run("hf", {"messages": turns})
    assert not made.lines
    assert made.dropped[0].reason == ("a message has no content; its words may be plain_body, at")
    assert sniff([{"messages": turns}]).confidence == 0


def test_a_null_that_becomes_an_empty_message_is_told() -> None:
    turns = [{"from": "human", "value": None}, {"from": "gpt", "value": "A"}]
    made = run("sharegpt", {"conversations": turns})
    assert "a turn without a text (null) became an empty message" in str(made)


def test_what_a_tool_result_says_of_itself_is_listed_as_lost() -> None:
    called = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
    failed = {"type": "tool_result", "tool_use_id": "t1", "content": "no", "is_error": True}
    turns = [
        USER,
        {"role": "assistant", "content": [called]},
        {"role": "user", "content": [failed]},
    ]
    made = run("anthropic", {"messages": [*turns, ANSWER]})
    assert [(one.key, one.value) for one in made.left] == [("is_error of a tool result", True)]


@pytest.mark.parametrize("key", ["role", "speaker", "sender", "author", "from"])
def test_a_turn_of_somebody_is_no_text_to_learn_whole(key: str) -> None:
    rows = [{key: "prompter", "text": "What is it?"}, {key: "assistant", "text": "A test."}]
    assert sniff(rows).format == ""
    assert sniff([{"text": "A test."}]).format == "text"
