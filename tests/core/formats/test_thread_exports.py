"""Chats and tickets as messengers and help desks export them: read by who answers, never fixed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.formats.test_spoken_rows import converted
from tests.rows import rows_of
from tui.cli import main
from tui.core.formats import sniff
from tui.core.formats.detection.foreign import foreign_line
from tui.core.formats.detection.table_dumps import table_dump

if TYPE_CHECKING:
    from pathlib import Path

ASKED, TOLD = "How do I reset my password?", "Click on Forgot password."
CHAT = {"messages": [{"role": "user", "content": ASKED}, {"role": "assistant", "content": TOLD}]}


def teams(name: str, text: str, at: int) -> dict[str, Any]:
    body = {"contentType": "html", "content": f"<div><p>{text}</p></div>"}
    return {"id": str(at), "messageType": "message", "createdDateTime": f"2026-01-01T00:0{at}:00Z",
            "from": {"application": None, "user": {"displayName": name}}, "body": body}  # fmt: skip


EXPORTS: dict[str, dict[str, Any]] = {
    "discord": {
        "guild": {"id": "1", "name": "The guild of testers"},
        "channel": {"id": "2", "name": "general-support", "topic": "People ask things here"},
        "messages": [
            {"id": "8", "type": "GuildMemberJoin", "timestamp": "2026-01-01T00:00:00+00:00",
             "content": "Joined the server.", "author": {"id": "5", "name": "Ann"}},
            {"id": "9", "type": "Default", "timestamp": "2026-01-01T00:01:00+00:00",
             "content": ASKED, "author": {"id": "5", "name": "Ann", "isBot": False}},
            {"id": "10", "type": "Reply", "timestamp": "2026-01-01T00:02:00+00:00",
             "content": TOLD, "author": {"id": "6", "name": "Helper", "isBot": False}},
        ],
        "messageCount": 3,
    },
    "discord, only the keys it has to have": {
        "guild": {"name": "The guild of testers"}, "channel": {"name": "general-support"},
        "messages": [{"author": {"name": "Ann"}, "content": ASKED, "timestamp": "2026-01-01"},
                     {"author": {"name": "Helper"}, "content": TOLD, "timestamp": "2026-01-02"}],
    },
    "teams, the newest first": {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#chats('x')/messages",
        "value": [
            teams("Helper", TOLD, 2), teams("Ann", ASKED, 1),
            {"id": "0", "messageType": "systemEventMessage", "from": None,
             "body": {"contentType": "html", "content": "<systemEventMessage/>"}},
        ],
    },
    "zendesk, nobody known": {
        "comments": [{"id": 1, "author_id": 5, "body": ASKED, "created_at": "2026-01-01"},
                     {"id": 2, "author_id": "Helper", "body": TOLD, "created_at": "2026-01-02"}],
        "next_page": None,
    },
    "telegram": {
        "name": "Ann and the helper", "type": "personal_chat", "id": 7,
        "messages": [
            {"id": 1, "type": "service", "actor": "Ann", "action": "phone_call", "text": ""},
            {"id": 2, "type": "message", "from": "Ann", "text": [
                "How do I ", {"type": "bold", "text": "reset"}, " my password?"]},
            {"id": 3, "type": "message", "from": "Helper", "text": TOLD},
        ],
    },
    "messenger, the newest first": {
        "participants": [{"name": "Ann Example"}, {"name": "Helper"}],
        "messages": [{"sender_name": "Helper", "timestamp_ms": 1700000002000, "content": TOLD},
                     {"sender_name": "Ann", "timestamp_ms": 1700000001000, "content": ASKED}],
        "title": "Ann Example",
    },
}  # fmt: skip
TICKET = {
    "id": 1, "requester_id": 5, "subject": "A lost password", "description": ASKED,
    "status": "closed",
    "comments": [
        {"id": 1, "type": "Comment", "author_id": 5, "body": ASKED, "public": True},
        {"id": 2, "type": "Comment", "author_id": 6, "body": "She sounds angry.", "public": False},
        {"id": 3, "type": "Comment", "author_id": 6, "body": TOLD, "public": True},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_an_export_becomes_a_chat_when_it_is_said_who_answers(name: str, kind: Any) -> None:
    made = converted(json.dumps(EXPORTS[name]).encode(), kind, answers_by=frozenset({"helper"}))
    assert [json.loads(line) for line in made.lines] == [CHAT]
    assert made.dropped == ()


@pytest.mark.parametrize("name", [*EXPORTS, "ticket"])
def test_fix_leaves_an_export_and_check_names_it(
    name: str, tmp_path: Path, capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path / "home"))
    path = tmp_path / "export.jsonl"
    path.write_text(json.dumps(EXPORTS.get(name, TICKET)) + "\n")
    before = path.read_bytes()
    assert main(["fix", "--in-place", "--yes", str(path)]) == 2
    assert path.read_bytes() == before
    capfd.readouterr()
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert out.count("error") == 2, "the one error, and the count"
    assert "messages by people, as messengers and help desks export them" in out
    assert f"finetui convert {path} --from table" in out
    assert ("--answers-by Helper" in out) == (name != "ticket")


def test_a_ticket_says_who_asks_and_its_internal_comments_are_not_learned() -> None:
    other = {**TICKET, "id": 2}
    data = b"\n".join(json.dumps(one).encode() for one in (TICKET, other))
    made = converted(data, "jsonl")
    assert [json.loads(line) for line in made.lines] == [CHAT, CHAT]
    assert any("internal comments" in one.text for one in made.remarks)
    found = sniff([TICKET["comments"][0]])  # type: ignore[index]
    assert "status" not in found.columns.assistant


def test_nothing_of_an_export_is_out_of_its_rows_and_what_is_beside_them() -> None:
    for export in (*EXPORTS.values(), TICKET):
        dump = table_dump(export)
        assert dump is not None
        kept = json.dumps([dump.rows, {**dump.beside}])
        for text in _texts(export):
            assert text in kept or text.startswith("<div>") or text in ASKED


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [json.dumps(value)[1:-1]]
    inner = [*value.values()] if isinstance(value, dict) else value
    return [text for one in inner for text in _texts(one)] if isinstance(inner, list) else []


@pytest.mark.parametrize(
    "row",
    [
        CHAT,
        {"topic": "What it is about", **CHAT},
        {"messages": [{"content": ASKED}]},
        {"messages": [{"from": "human", "value": ASKED}, {"from": "gpt", "value": TOLD}]},
    ],
)
def test_a_chat_of_ours_or_sharegpts_is_none(row: dict[str, Any]) -> None:
    assert table_dump(row) is None


OUTER = {"topic": "A title that matters to somebody", "notes": [{"by": "A note of some length"}]}


@pytest.mark.parametrize(
    "row",
    [
        {**OUTER, "messages": []},
        {**OUTER, "messages": "How do I reset it?"},
        {**OUTER, "messages": {"0": {"who": "ann", "says": ASKED}}},
        {**OUTER, "messages": [{"text": ASKED}, {"text": TOLD}]},
        {**OUTER, "messages": [ASKED, TOLD]},
        {**OUTER, "messages": [{"role": "Ann Example", "content": ASKED}]},
        {**OUTER, "messages": [{"who": "ann", "content": ASKED}], "tools": ["a long hammer"]},
        {**OUTER, "input": {"messages": [{"who": "ann", "content": ASKED}]},
         "preferred_output": TOLD},
        {"input": {"messages": [{"who": "ann", "content": ASKED}], **OUTER},
         "preferred_output": TOLD},
    ],
)  # fmt: skip
def test_fix_takes_no_text_out_of_an_object_that_may_be_no_chat(
    row: dict[str, Any], tmp_path: Path, capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path / "home"))
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps(row) + "\n")
    before = path.read_bytes()
    assert main(["fix", "--in-place", "--yes", str(path)]) in {1, 2}
    assert path.read_bytes() == before
    assert capfd.readouterr().err


def test_the_names_of_people_are_in_the_command_that_is_named() -> None:
    found = foreign_line(json.dumps(EXPORTS["telegram"]).encode())
    assert found is not None
    assert found.about == "Helper replies most often; who answers is one of Ann, Helper"


def google_chat(*topics: str) -> dict[str, Any]:
    """Return what Takeout writes of a space, a question and an answer a pair of topics."""
    messages = [
        {
            "creator": {"name": name, "email": f"{name}@example.org", "user_type": "Human"},
            "created_date": f"Tuesday, January {at}, 2024 at 3:04:05\u202fPM UTC",
            "text": text,
            "topic_id": topic,
            "message_id": f"space/{topic}/{at}",
        }
        for at, (name, text, topic) in enumerate(
            zip(["Ann", "Helper"] * 2, [ASKED, TOLD] * 2, topics, strict=True), 9
        )
    ]
    return {"messages": messages}


@pytest.mark.parametrize(
    ("topics", "conversations"), [(("a", "a", "b", "b"), 2), (("a", "b", "c", "d"), 1)]
)
def test_topics_of_google_chat_are_conversations_where_they_are_answered(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    topics: tuple[str, ...],
    conversations: int,
) -> None:
    path, target = tmp_path / "messages.json", tmp_path / "out.jsonl"
    path.write_text(json.dumps(google_chat(*topics)))
    assert main(["fix", str(path)]) != 0
    told = capsys.readouterr().err
    assert f"finetui convert {path} --from table --answers-by Helper -o" in told
    assert "one of Ann, Helper" in told
    words = ["--from", "table", "--answers-by", "Helper", "-o", str(target)]
    assert main(["convert", str(path), *words]) == 0
    assert "stay in the order of the file" not in capsys.readouterr().err
    made = rows_of(target)
    assert len(made) == conversations
    assert made[0]["messages"][:2] == CHAT["messages"]
