"""`finetui fix` and `check` on odd lines: what is meant is kept, and what is said is true."""

from __future__ import annotations

import json
import shlex
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


BROKEN = (
    ("semicolons.jsonl", "{};\n{};\n", "wrote JSON for JavaScript in 2 lines"),
    ("code.js", "export const rows = [\n{},\n{},\n];\n", "“export const rows =”"),
    ("json5.json", "[{messages: [{role: 'user', content: 'Q'}, // asked\n {role: 'assistant', "
     "content: 'A',}]}]", "“// asked”"),
    ("spaces.jsonl", "\xa0{}\n\u200b{}\u2028\n", "other spaces between values in 2 lines"),
    ("numbered.jsonl", "1: {}\n2: {}\n", "the first in line 1: “1:”"),
    ("app.log", "2024-01-01 10:00 INFO api - {}\n", "“2024-01-01 10:00 INFO api -”"),
    ("quoted.txt", "'{}'\n'{}'\n", "straight double quotes in 2 lines"),
    ("fenced.md", "```json\n{}\n```\n", "takes out 1 text at text-around"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "data", "said"), BROKEN, ids=[one[0] for one in BROKEN])
def test_damage_of_many_tools_is_mended_and_told(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, name: str, data: str, said: str
) -> None:
    """Convert names fix where it cannot read a file; what fix writes is sound."""
    monkeypatch.chdir(tmp_path)
    row = qa("Q", "A")
    code, lines, err = fixed(tmp_path, capsys, data.replace("{}", json.dumps(row)).encode(), name)
    assert code == 0, err
    assert {*lines} == {json.dumps(row)}
    assert said in err
    main(["convert", name])
    step = [one for one in capsys.readouterr().err.split("`") if one.startswith("finetui fix")]
    for command in step:
        assert main(shlex.split(command)[1:]) == 0


def test_a_row_over_two_lines_is_joined_and_one_cut_off_is_left(
    tmp_path: Path, capsys: Any
) -> None:
    row = qa("one\ntwo", "A")
    raw = json.dumps(row).replace("\\n", "\n")
    data = f"{raw}\n{json.dumps(row)[:-9]}\n{raw}\n".encode()
    code, lines, err = fixed(tmp_path, capsys, data)
    assert code == 1
    assert [json.loads(one) for one in (lines[0], lines[2])] == [row, row]
    assert lines[1] == json.dumps(row)[:-9]
    assert "Line cut off: left in line 2 of the result" in err


def test_what_is_no_data_is_called_by_its_name(tmp_path: Path, capsys: Any) -> None:
    for name, data, what in (
        ("a.yaml", b"- role: user\n  content: Hi\n", "YAML"),
        ("b.txt", b'data: {"id": 1}\n\ndata: [DONE]\n', "a stream of events"),
        ("c.sql", b"INSERT INTO qa VALUES ('Q', 'A');\n", "SQL"),
        ("d.env", b"# keys\nNAME=value\nOTHER=x\n", "settings"),
        ("e.gif", b"GIF89a\1\0", "a GIF picture"),
        ("f.jsonl", b"\x93\x01\0\0\x02\x08", "binary data"),
        ("g.rtf", b"{\\rtf1\\ansi hi}", "an RTF document"),
    ):
        for command in ("check", "fix", "convert"):
            (tmp_path / name).write_bytes(data)
            assert main([command, name]) in {1, 2}
            out, err = capsys.readouterr()
            said = out if command == "check" else err
            assert what in said, (command, name, said)
            assert "no line begins" not in said


def test_check_says_once_that_rows_have_raw_line_ends(tmp_path: Path, capsys: Any) -> None:
    row = json.dumps(qa("one\ntwo\nand three", "A")).replace("\\n", "\n")
    (tmp_path / "raw.jsonl").write_text(f"{row}\n" * 3)
    assert main(["check", "raw.jsonl"]) == 1
    out = capsys.readouterr().out
    assert "Lines 1 to 3 are one object or list" in out
    assert "2 more likewise. To mend: `finetui fix raw.jsonl -o raw.fixed.jsonl`" in out
    assert "invalid-json" not in out
