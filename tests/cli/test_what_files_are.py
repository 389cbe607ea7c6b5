"""Files without rows are named by every command, with what to do; tables name their columns."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

TALK = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
NOTEBOOK = {"cells": [{"cell_type": "code", "source": ["df"]}], "metadata": {}, "nbformat": 4}
NO_ROWS = {
    "a.ipynb": (json.dumps(NOTEBOOK, indent=1).encode(), "a Jupyter notebook", "df.to_json("),
    "a.jsonl.7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "packed with 7z", "7z x a.jsonl.7z"),
    "a.zip": (b"PK\x03\x04\x14\0\0\0[Content_Types].xml", "an Office document", "as .xlsx"),
    "a.pdf": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "a PDF document", "as JSONL or as a table"),
    "a.pkl": (b"\x80\x04\x95abc", "a Python pickle", "as JSONL or as a table"),
    "a.db": (b"SQLite format 3\0" + b"\0" * 90, "an SQLite database", "as JSONL or as a table"),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NO_ROWS)
@pytest.mark.parametrize("verb", ["check", "convert", "fix", "dedupe"])
def test_a_file_without_rows_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, verb: str
) -> None:
    data, what, step = NO_ROWS[name]
    path = tmp_path / name
    path.write_bytes(data)
    assert main([verb, name]) in {1, 2}
    said = "".join(capsys.readouterr())
    assert what in said
    assert step in said
    assert path.read_bytes() == data


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main([*words])
    out, err = capsys.readouterr()
    return code, out, err


def commands(text: str) -> list[list[str]]:
    return [shlex.split(part)[1:] for part in text.split("`")[1::2]]


@pytest.mark.parametrize(
    ("table", "made"),
    [
        ("betreff,frage_text,erledigt\nx,Wie lange offen?,Bis sechs\n", 1),
        ("nr,anliegen,loesung\n1,Passwort vergessen,Neu setzen\n", 1),
        ("id,first,second\n1,How are you today?,Fine thank you\n2,And you?,Fine too\n", 2),
        ("role,content\nuser,Hi\nassistant,Hello\n", 1),
        ("who,said\nuser,Hi\nassistant,Hello\n", 0),
    ],
)
def test_one_step_leads_from_a_table_to_examples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, made: int
) -> None:
    (tmp_path / "t.csv").write_text(table)
    _, out, _ = run(capsys, "check", "t.csv")
    (told,) = commands(out)
    code, _, err = run(capsys, "convert", "t.csv")
    if code:
        (again,) = commands(err)
        assert told[: len(again)] == again  # check and convert name the same columns
    if made:
        assert run(capsys, *told)[0] == 0
        assert len((tmp_path / "t.chat.jsonl").read_text().splitlines()) == made


def test_a_table_without_texts_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("a1,b1\n1,2\n")
    _, out, _ = run(capsys, "check", "t.csv")
    assert "its columns are a1, b1, and a question and its answer take two of texts" in out
    code, _, err = run(capsys, "convert", "t.csv")
    assert code == 2
    assert "--user NAME --assistant NAME" in err


def test_a_batch_is_converted_from_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    asked = {"custom_id": "1", "body": {"messages": TALK[:1]}}
    said = {"custom_id": "1", "response": {"body": {"choices": [{"message": TALK[1]}]}}}
    (folder / "in.jsonl").write_text(json.dumps(asked) + "\n")
    (folder / "out.jsonl").write_text(json.dumps(said) + "\n")
    for name in ("in", "out"):
        assert run(capsys, "convert", f"batch/{name}.jsonl")[0] == 1
        _, out, _ = run(capsys, "check", f"batch/{name}.jsonl")
        assert "into the same folder, and convert the folder." in out
    code, out, _ = run(capsys, "convert", "batch")
    assert (code, json.loads(out)) == (0, {"messages": TALK})


@pytest.mark.parametrize(
    "row",
    [
        {"conversation": {"id": 7, "messages": TALK}},
        {"data": {"dialog": {"turns": TALK}}, "source": "web"},
        {"sample": {"conversations": TALK}, "n": 1},
    ],
)
def test_a_conversation_within_an_object_is_taken_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: dict[str, Any]
) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    code, out, err = run(capsys, "convert", "a.jsonl")
    assert (code, json.loads(out)) == (0, {"messages": TALK})
    for key in ("id", "source", "n"):
        assert (f"left out: {key} " in err) == (f'"{key}"' in json.dumps(row))


def test_a_role_that_is_not_known_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = [{"speaker": "Mia", "text": "Hi"}, {"speaker": "Chatbot", "text": "Hello"}]
    (tmp_path / "a.jsonl").write_text(json.dumps({"messages": talk}) + "\n")
    _, out, err = run(capsys, "convert", "a.jsonl")
    assert [one["role"] for one in json.loads(out)["messages"]] == ["Mia", "assistant"]
    assert "unknown role Mia stays: finetui edit --map-role FROM=TO renames it" in err


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"question,answer\na,b\n"),
        ("a.parquet", b"PAR1\xff\x00"),
        ("a.jsonl.gz", b"\x1f\x8b\x08\x00\xff\xfe"),
        ("a.jsonl", b"PAR1\xff\x00"),
        ("a.xlsx", b"PK\x03\x04\xff"),
    ],
)
def test_what_is_no_text_is_left_alone(name: str, data: bytes, tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert main(["fix", str(path), "--in-place", "--yes"]) == 2
    assert path.read_bytes() == data
    assert "finetui: " in capfd.readouterr().err


def test_a_table_is_told_once(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"question,answer\n" + b"a,b\n" * 50)
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert out.count("error") == 2, "the one error, and the count"
    assert f"finetui convert {path} --from table -o {tmp_path / 'a.chat.jsonl'}" in out


@pytest.mark.parametrize(
    "text",
    [
        "# Chat\n\n**User:** Hi\n\n```sh\nls\n```\n",
        "### Notes\n\nUser and assistant agree\n",
    ],
)
def test_prose_is_not_taken_for_damaged_json(tmp_path: Path, text: str, capfd: Any) -> None:
    path = tmp_path / "chat.md"
    path.write_text(text)
    assert main(["fix", str(path), "--in-place", "--yes"]) == 2
    assert path.read_text() == text
    assert "Not JSON" in capfd.readouterr().err


PROSE = {
    "notes.md": ("Markdown", "# Notes\n\n## Q\nText\n- one\n[a link](b) there\n"),
    "chat.yaml": ("YAML", "- role: user\n  content: Hi\n- role: assistant\n  content: Ho\n"),
    # With a time alone: with a date it is WhatsApp's, which convert reads.
    "log.txt": ("a chat log", "[10:00] Ann: Hi\n[10:01] Bob: Ho\n"),
    "named.jsonl": ("a chat log", "[10:00] Ann: Hi\n[10:01] Bob: Ho\n"),
    "page.html": ("XML or HTML", "<html>\n<p>Hi</p>\n</html>\n"),
}


@pytest.mark.parametrize("name", PROSE)
def test_what_is_not_json_at_all_is_told_once_and_without_a_command(
    name: str, tmp_path: Path, capfd: Any
) -> None:
    kind, text = PROSE[name]
    path = tmp_path / name
    path.write_text(text)
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert out.count("error invalid-json") == 1
    assert f"not JSONL: it looks like {kind}, which finetui does not read." in out
    assert "`" not in out, "no command can help"
    assert main(["fix", str(path), "--in-place", "--yes"]) == 2
    assert "`" not in capfd.readouterr().err
    assert path.read_text() == text
    assert main(["convert", str(path), "-o", str(tmp_path / "new.jsonl")]) == 2
    assert "Nothing to convert" in capfd.readouterr().err


def test_a_table_without_a_heading_is_told_to_want_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("What is rust?\tIron oxide.\nWhat is tin?\tA metal.\n")
    assert main(["convert", str(path), "-o", str(tmp_path / "out.jsonl")]) == 2
    said = capsys.readouterr().err
    assert "if that is the first row of data, put a line with names above it" in said
