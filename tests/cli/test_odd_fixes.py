"""`finetui fix` and `check` on odd lines: what is meant is kept, and what is said is true."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.rows import qa
from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("app_folder")

ASKED, ANSWERED = qa("Q", "A")["messages"]


def fixed(tmp_path: Path, capsys: Any, data: bytes, name: str = "in.jsonl") -> tuple[int, Any, str]:
    """Return the exit code, the lines written, and what was said."""
    (tmp_path / name).write_bytes(data)
    code = main(["fix", name])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def test_a_system_prompt_that_stands_last_is_moved_not_cut(tmp_path: Path, capsys: Any) -> None:
    rule = {"role": "system", "content": "Be kind"}
    row = {"messages": [ASKED, ANSWERED, rule, {"role": "user", "content": "and?"}]}
    code, lines, err = fixed(tmp_path, capsys, json.dumps(row).encode() + b"\n")
    assert code == 0
    assert json.loads(lines[0])["messages"] == [rule, ASKED, ANSWERED]
    assert "Be kind" not in err
    assert "takes out 1 text at messages[].content, the first in line 1: “and?”" in err
    assert "messages[].role" not in err


def test_a_fence_of_markdown_is_not_a_quote(tmp_path: Path, capsys: Any) -> None:
    data = b"```json\n" + json.dumps(qa("Q", "A")).encode() + b"\n```\n"
    code, lines, err = fixed(tmp_path, capsys, data)
    assert code == 1
    assert (lines[0], lines[2]) == ("```json", "```")
    assert "a fence of Markdown" in err


def test_what_can_only_be_meant_in_one_way_is_mended(tmp_path: Path, capsys: Any) -> None:
    image = {"type": "image_url", "image_url": "https://a.example/b.png"}
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    answered = {"role": "tool", "tool_call_id": "c", "content": {"t": 21}}
    called = [{"role": "assistant", "tool_calls": [call]}, answered, ANSWERED]
    pair = {"input": {"messages": [ASKED]}, "preferred_output": "A", "non_preferred_output": "B"}
    rows = [
        {"messages": [{"role": "user", "content": [image, "what?"]}, ANSWERED]},
        {"messages": [ASKED, *called]},
        pair,
        json.dumps(qa("Q", "A")),
        {"messages": [{"role": "user", "content": 12}, {**ANSWERED, "weight": "1"}]},
        {"messages": [{"role": "Benutzer", "content": "Q"}, {**ANSWERED, "role": "助手"}]},
    ]
    data = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    code, lines, err = fixed(tmp_path, capsys, data)
    made = [json.loads(line) for line in lines]
    assert made[0]["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
        {"type": "text", "text": "what?"},
    ]
    assert list(made[1]["messages"][1]["tool_calls"][0]) == ["id", "type", "function"]
    assert made[1]["messages"][2]["content"] == '{"t": 21}'
    assert made[2]["preferred_output"] == [{"role": "assistant", "content": "A"}]
    assert made[3] == made[5] == qa("Q", "A")
    assert made[4]["messages"][0]["content"] == "12"
    assert made[4]["messages"][1]["weight"] == 1
    assert "takes out" not in err
    assert code == 0, err


@pytest.mark.parametrize("data", [b"", b"\n \n", b"[]\n", b"\xef\xbb\xbf\n"])
def test_a_file_without_examples_is_not_done(tmp_path: Path, capsys: Any, data: bytes) -> None:
    code, _, err = fixed(tmp_path, capsys, data)
    assert code == 1
    assert "there is no example to train on" in err


def test_what_is_said_is_true(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    row = {**qa("Q", "A"), "key7of9": "a long text"}
    _, _, err = fixed(tmp_path, capsys, json.dumps(row).encode() + b"\n")
    assert "takes out 1 text at key7of9" in err
    for name, data, said in (
        ("zeros.jsonl", json.dumps(qa("Q", "A")).encode() + b"\n\0\0\0\0\n", "but NUL bytes"),
        ("sse.txt", b'data: {"id": 1}\n\ndata: {"id": 2}\n', "a stream of events"),
        ("tele.json", json.dumps({"name": "x", "messages": [
            {"from": "Ann", "text": "Q"}, {"from": "Bob", "text": "A"}]}).encode(),
         "(Bob replies most often; who answers is one of Ann, Bob)"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        assert main(["check", name]) == 1
        assert said in capsys.readouterr().out
    assert fixed(tmp_path, capsys, b"[12:01] <ann> hi\n[12:02] <bot> ho\n", "irc.log")[0] == 2
