"""Exports of people's own chats, and transcripts: read into turns, or listed with the reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.cli import main
from tui.core.formats import ConvertedRows, container_of, convert, records_of, sniff
from tui.core.formats.supported.transcripts import conversations, is_transcript

if TYPE_CHECKING:
    from pathlib import Path


def converted(data: Any) -> ConvertedRows:
    """Convert what is in a file as `convert` does that is told nothing of it."""
    raw = data.encode() if isinstance(data, str) else json.dumps(data).encode()
    records = [*records_of(raw, container_of("export.json", raw))]
    found = sniff([record.value for record in records if not record.beside])
    return convert(records, found.format, columns=found.columns)


def turns(made: ConvertedRows) -> list[list[tuple[str, str]]]:
    rows = [json.loads(line)["messages"] for line in made.lines]
    return [[(message["role"], message["content"]) for message in row] for row in rows]


def node(
    parent: str | None, children: list[str], role: str = "", *parts: object, **more: Any
) -> Any:
    if not role:
        return {"message": None, "parent": parent, "children": children}
    content = {"content_type": more.pop("kind", "text"), "parts": list(parts)}
    message = {"author": {"role": role}, "content": content, **more}
    return {"message": message, "parent": parent, "children": children}


TREE = {
    "title": "Tea",
    "mapping": {
        "root": node(None, ["system"]),
        "system": node("root", ["asked"], "system", ""),
        "asked": node("system", ["first", "again"], "user", "How long?"),
        "first": node("asked", [], "assistant", "An hour."),
        "again": node("asked", ["search"], "assistant", "Let me look.", "It is known."),
        "search": node("again", ["found"], "assistant", "tea()", kind="code", recipient="python"),
        "found": node("search", ["last"], "tool", "3 min", kind="execution_output"),
        "last": node("found", ["left"], "assistant", "Three minutes."),
        "left": node("last", [], "user", "Thanks"),
    },
    "current_node": "left",
}


def test_chatgpt_is_read_along_the_branch_that_was_open() -> None:
    made = converted([TREE])
    assert turns(made) == [
        [("user", "How long?"), ("assistant", "Let me look.\nIt is known.\n\nThree minutes.")]
    ]
    left = {one.key: one.value for one in made.left}
    assert left == {
        "messages of other branches": ["An hour."],
        "assistant message of code": ["tea()"],
        "tool message of execution_output": ["3 min"],
        "a question that nothing answers": "Thanks",
        "title": "Tea",
    }
    # Without current_node, the last leaf.
    bare = {"mapping": {k: v for k, v in TREE["mapping"].items() if k != "first"}}  # type: ignore[attr-defined]
    assert turns(converted([bare, bare])) == turns(made) * 2


def test_chatgpt_with_a_picture_is_dropped_with_the_reason() -> None:
    mapping = {
        "asked": node(None, ["said"], "user", {"asset_pointer": "x"}, kind="multimodal_text"),
        "said": node("asked", [], "assistant", "A cat."),
    }  # fmt: skip
    made = converted([{"mapping": mapping, "current_node": "said"}])
    assert "a picture or a file, which is not in the export" in made.dropped[0].reason


def test_claude_is_read_with_the_texts_pasted_as_files() -> None:
    file = {"file_name": "a.txt", "extracted_content": "DATA"}
    asked = {
        "sender": "human",
        "text": "Sum up",
        "attachments": [file],
        "files": [{"file_name": "a"}],
    }
    blocks = [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "It is data."}]
    said = {"sender": "assistant", "text": "It is data.", "content": blocks}
    made = converted([{"name": "n", "chat_messages": [asked, said]}])
    assert turns(made) == [[("user", "Sum up\n\nDATA"), ("assistant", "It is data.")]]
    assert ("message part thinking", blocks[0]) in [(one.key, one.value) for one in made.left]
    photo = {"sender": "human", "text": "What?", "files": [{"file_name": "a.png"}]}
    made = converted([{"chat_messages": [photo, said]}])
    assert "a file, which is not in the export" in made.dropped[0].reason


def slack(text: str, who: dict[str, str], thread: str = "") -> dict[str, Any]:
    made = {"type": "message", "text": text, "ts": "1.5", **who}
    return {**made, "thread_ts": thread} if thread else made


PERSON, BOT = {"user": "U1"}, {"bot_id": "B1", "subtype": "bot_message"}


@pytest.mark.parametrize("wrapped", [False, True])
def test_slack_threads_are_conversations(wrapped: bool) -> None:
    messages = [
        slack("Deploy &amp; go?", PERSON, "1.1"),
        slack("Lunch?", PERSON, "2.1"),
        slack("Is it", PERSON),
        slack("up?", {"user": "U2"}),
        slack("Done.", BOT, "1.1"),
        slack("Yes.", BOT),
        slack("has joined", {"user": "U3", "subtype": "channel_join"}),
    ]
    made = converted({"ok": True, "messages": messages} if wrapped else messages)
    assert turns(made) == [
        [("user", "Deploy & go?"), ("assistant", "Done.")],
        [("user", "Is it\n\nup?"), ("assistant", "Yes.")],
    ]
    (dropped,) = made.dropped
    assert (dropped.position, "a person and a bot" in dropped.reason) == (2, True)
    assert ("message of Slack itself", "has joined") in [(o.key, o.value) for o in made.left]


def test_a_slack_message_alone_is_not_an_answer_that_nobody_asked_for() -> None:
    made = converted("\n".join(json.dumps(slack(t, PERSON)) for t in ("a", "b")))
    assert made.lines == ()
    assert "one message of a Slack export" in made.dropped[0].reason


HEADS = ["User: {}", "**User:** {}", "**User**\n{}", "## User\n\n{}", "### Human:\n{}", "Q: {}"]
ANSWERS = [
    "Assistant: {}",
    "**Assistant**: {}",
    "**ChatGPT**\n{}",
    "# Assistant\n{}",
    "AI:\n{}",
    "A: {}",
]


@pytest.mark.parametrize(("asks", "says"), zip(HEADS, ANSWERS, strict=True))
def test_a_transcript_is_read_in_the_ways_people_write_them(asks: str, says: str) -> None:
    answer = "Three:\n\n```\nUser: not a turn\n---\n```\n- a\n\nThe user decides."
    text = f"{asks.format('How long?')}\n\n{says.format(answer)}\n"
    assert turns(converted(text)) == [[("user", "How long?"), ("assistant", answer)]]
    two = converted(f"# Title\n\n{text}\n---\n{text}\n***\n\n{asks.format('And?')}\n")
    assert len(two.lines) == 2
    assert [(one.key, one.value) for one in two.left] == [
        ("text before the first speaker", "# Title")
    ]
    assert "no question with an answer" in two.dropped[0].reason


def test_a_separator_before_an_answer_separates_nothing() -> None:
    made = converted("User: a\n\n---\n\nAssistant: b\n")
    assert turns(made) == [[("user", "a\n\n---"), ("assistant", "b")]]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=30)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS.map(str.strip), min_size=2, max_size=6))
def test_no_line_of_a_transcript_is_lost(said: list[str]) -> None:
    text = "\n".join(f"{'Assistant' if n % 2 else 'User'}: {words}" for n, words in enumerate(said))
    made = converted(text)
    told = json.dumps([*map(json.loads, made.lines), made.to_json()], ensure_ascii=False)
    assert is_transcript(text)
    assert all(json.dumps(words, ensure_ascii=False)[1:-1] in told for words in said)
    assert "\n".join(part for _, part in conversations(text)) == text


LONG = {"sender": "human", "text": "a " * 50_000}


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("conversations.json", json.dumps([TREE] * 3), "chatgpt"),
        ("one line.json", json.dumps([{"chat_messages": [LONG]}]), "claude"),
        ("tree.json", json.dumps([{"title": "x" * 70_000, **TREE}], indent=1), "chatgpt"),
        ("2024-05-01.json", json.dumps([slack("a", PERSON), slack("b", BOT)]), "slack"),
        ("chat.md", "## User\n\nHi\n\n## Assistant\n\nHello\n", "transcript"),
    ],
)  # fmt: skip
def test_fix_and_check_name_the_command_and_leave_the_file(
    tmp_path: Path, name: str, content: str, format_: str, capfd: Any
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert main(["fix", str(path), "--in-place", "--yes"]) == 2
    assert path.read_text() == content
    refused = capfd.readouterr().err
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert out.count(": error ") == 1
    for told in (refused, out):
        assert f"--from {format_} -o " in told
