"""Pictures beside the text, parts of content, and tool calls in OpenAI's outdated form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.core.formats.test_readers import ANSWER, CALLED, REPLY, TOOL, USER, WITH_TOOLS
from tui.core.formats import WRITERS, ConvertedRows, Record, convert, export, sniff
from tui.core.formats.row_reader import ReadOptions

SHELF = "<image>What stands on the shelf?"
ASKED = {"role": "user", "content": SHELF}
URL = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
TEXT = {"type": "text", "text": "Q"}


def read(row: dict[str, Any], **options: Any) -> ConvertedRows:
    found = sniff([row])
    return convert(
        [Record(1, row)], found.format, columns=found.columns, options=ReadOptions(**options)
    )


@pytest.mark.parametrize("key", ["images", "image", "videos", "audios", "audio_path", "image_url"])
@pytest.mark.parametrize(
    "row",
    [
        {"messages": [ASKED, ANSWER]},
        {"conversations": [{"from": "human", "value": SHELF}, {"from": "gpt", "value": "A"}]},
        {"instruction": SHELF, "output": "A"},
        {"prompt": SHELF, "completion": "A"},
        {"prompt": SHELF, "chosen": "A", "rejected": "B"},
        {"messages": [ASKED, ANSWER], "label": True},
        {"question": SHELF, "answer": "A"},
    ],
)
def test_no_example_speaks_of_a_picture_that_was_left_behind(row: dict[str, Any], key: str) -> None:
    made = read({**row, key: ["shelf.png"]})
    assert made.lines == ()
    assert made.dropped[0].reason.startswith(f"{key} holds what lies in files")
    assert made.dropped[0].row[key] == ["shelf.png"]
    alone = read({**row, key: ["shelf.png"]}, without=frozenset({key}))
    assert len(alone.lines) == 1  # the user said so
    assert (key, ["shelf.png"]) in [(one.key, one.value) for one in alone.left]
    assert "it speaks of <image>, and has none" in [one.text for one in alone.remarks]
    assert read({**row, key: []}).lines


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "text", "text": "Q", "image_url": None}, TEXT),
        ({"type": "text", "value": "Q"}, TEXT),
        ({"type": "input_text", "text": "Q"}, TEXT),
        ("Q", TEXT),
        ({"type": "input_image", "image_url": "https://example.com/a.png"}, URL),
        ({"type": "image", "image": "https://example.com/a.png"}, URL),
        ({"type": "image_url", "image_url": "https://example.com/a.png"}, URL),
        ({"type": "image"}, None),
        ({"type": "image", "image": "file:///a.png"}, None),
        ({"type": "video", "video": "a.mp4"}, None),
        ({"type": "audio_url", "audio_url": {"url": "https://example.com/a.mp3"}}, None),
    ],
)
def test_parts_of_other_names_are_read_or_the_row_is_dropped(part: Any, expected: Any) -> None:
    asked = {"role": "user", "content": [part]}
    made = read({"messages": [asked, ANSWER], "source": "x"})
    if expected is None:
        assert made.lines == ()
        assert "image" in made.dropped[0].reason or "hold" in made.dropped[0].reason
    else:
        assert json.loads(made.lines[0])["messages"][0]["content"] == [expected]


def outdated() -> dict[str, Any]:
    asked = {"role": "assistant", "function_call": {"name": "f", "arguments": '{"a": 1}'}}
    reply = {"role": "function", "name": "f", "content": '{"r": 2}'}
    return {"messages": [USER, asked, reply, ANSWER], "functions": [TOOL["function"]]}


@pytest.mark.parametrize("name", ["openai", "hf", ""])
def test_outdated_calls_become_todays_whole(name: str) -> None:
    row = outdated()
    made = convert([Record(1, row)], name) if name else read(row)
    assert [json.loads(line) for line in made.lines] == [WITH_TOOLS]
    assert read({**WITH_TOOLS}).lines  # today's form is taken as it is


def test_calls_and_replies_of_several_turns_are_told_apart() -> None:
    row = outdated()
    row["messages"] += row["messages"][:3]
    found = json.loads(read(row).lines[0])["messages"]
    ids = [m["tool_calls"][0]["id"] for m in found if "tool_calls" in m]
    assert ids == [m["tool_call_id"] for m in found if m["role"] == "tool"]
    assert len(set(ids)) == 2


def test_calls_without_ids_get_them() -> None:
    called = {
        "role": "assistant",
        "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}],
    }
    reply = {"role": "tool", "name": "f", "content": '{"r": 2}'}
    made = json.loads(read({"messages": [USER, called, reply, ANSWER]}).lines[0])
    assert made["messages"][1] == CALLED
    assert made["messages"][2] == {**REPLY, "name": "f"}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"role": "function", "name": "f", "content": "x"}, "without a call before"),
        ({**CALLED, "function_call": {"name": "f", "arguments": "{}"}}, "calls in both forms"),
        ({"role": "assistant", "function_call": "f"}, "not an object"),
    ],
)
def test_calls_that_cannot_be_renewed_are_dropped(message: dict[str, Any], reason: str) -> None:
    made = read({"messages": [USER, message]})
    assert made.lines == ()
    assert reason in made.dropped[0].reason


def empty_answers(value: Any) -> list[Any]:
    """Return every answer without a word in a row of any target."""
    if isinstance(value, list):
        return [found for one in value for found in empty_answers(one)]
    if not isinstance(value, dict):
        return []
    found = [value] if value.get("from") == "gpt" and not value.get("value") else []
    if value.get("role") in {"assistant", "model"} and not (
        value.get("content") or value.get("parts") or value.get("tool_calls")
    ):
        found.append(value)
    found += [value for key in ("output", "completion", "assistant") if value.get(key) == ""]
    return found + [one for inner in value.values() for one in empty_answers(inner)]


SAYING_NOTHING = [
    outdated(),
    {**outdated(), "messages": outdated()["messages"][:2]},
    WITH_TOOLS,
    {"messages": [USER, CALLED]},
    {"messages": [USER, {"role": "assistant", "content": ""}]},
    {"messages": [USER, {"role": "assistant", "content": None, "refusal": "No."}]},
    {"messages": [USER, {"role": "assistant", "content": [{"type": "text", "text": " "}]}]},
]


@pytest.mark.parametrize("target", [f.id for f in WRITERS if f.id not in {"openai", "azure"}])
@pytest.mark.parametrize("row", SAYING_NOTHING)
def test_no_target_gets_an_empty_answer(target: str, row: dict[str, Any]) -> None:
    if target == "parquet":
        return  # the examples themselves, in columns
    made = export([json.dumps(row).encode()], target)
    assert made.read == 1
    assert [empty_answers(json.loads(line)) for line in made.lines] in ([], [[]])
    if target in {"alpaca", "completion", "csv", "tsv", "text"}:
        assert made.lines == ()
        assert made.dropped[0].reason
    if target == "sharegpt" and made.lines:
        assert "function_call" in made.lines[0].decode()
