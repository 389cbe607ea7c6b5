"""Conversations of help desks whose first message stands beside the answers to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

INTERCOM = {
    "type": "conversation", "id": "7", "source": {"body": "<p>Help &amp; soon</p>",
                                                  "author": {"type": "user", "name": "Ann"}},
    "conversation_parts": {"conversation_parts": [
        {"part_type": "note", "body": "<p>a VIP</p>", "author": {"type": "admin"}},
        {"part_type": "comment", "body": "<p>Sure</p>", "author": {"type": "bot"}},
        {"part_type": "close", "body": None, "author": {"type": "admin"}}]},
}  # fmt: skip
FRESHDESK = {
    "id": 1, "subject": "Lid", "description": "<p>Help &amp; soon</p>",
    "conversations": [{"incoming": False, "private": True, "body_text": "a VIP"},
                      {"incoming": False, "body": "<div>Sure</div>", "body_text": "Sure"}],
}  # fmt: skip
ZENDESK = {
    "id": 2, "requester_id": 5,
    "comments": [{"author_id": 5, "body": "Help & soon"},
                 {"author_id": 9, "body": "a VIP", "public": False},
                 {"author_id": 9, "body": "Sure"}],
}  # fmt: skip
MADE = {
    "messages": [
        {"role": "user", "content": "Help & soon"}, {"role": "assistant", "content": "Sure"},
    ]
}  # fmt: skip


def test_who_asks_and_who_answers_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for wrapper, one in (("conversations", INTERCOM), ("tickets", FRESHDESK), ("tickets", ZENDESK)):
        other: dict[str, Any] = {**one, "id": 8}
        for data in ({wrapper: [one, other], "type": "list"}, [one, other]):
            (tmp_path / "desk.json").write_text(json.dumps(data))
            assert main(["convert", "desk.json"]) == 0
            out, err = capsys.readouterr()
            assert [json.loads(line) for line in out.splitlines()] == [MADE, MADE]
            assert "a VIP" in err, "what is internal is told, and not learned"
        (tmp_path / "desk.jsonl").write_text("".join(f"{json.dumps(x)}\n" for x in (one, other)))
        assert main(["convert", "desk.jsonl"]) == 0
        out = capsys.readouterr().out
        assert [json.loads(line) for line in out.splitlines()] == [MADE, MADE]
        assert main(["check", "desk.jsonl"]) == 1
        command = capsys.readouterr().out.split("`")[1]
        assert "--answers-by" not in command
        assert main([*command.split()[1:3], "--from", "table"]) == 0
        capsys.readouterr()
