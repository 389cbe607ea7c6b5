"""`finetui convert` on files as they lie on disks: mixtures, odd tables, names of many tongues."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import shlex
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.test_convert import converted, lines
from tests.rows import qa
from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("app_folder")

QA = qa("Q", "A")
SYSTEM = {"messages": [{"role": "system", "content": "S"}, *QA["messages"]]}
MIXED = (
    QA,
    {"instruction": "Q", "output": "A"},
    {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
    {"prompt": "Q", "completion": "A"},
    {"question": "Q", "answer": "A"},
    {"Messages": [{"Role": "User", "Content": "Q"}, {"Role": "Assistant", "Content": "A"}]},
    {"messages": [["user", "Q"], ["assistant", "A"]]},
    {"messages": [{"role": "Benutzer", "content": "Q"}, {"role": "Assistent", "content": "A"}]},
    {"messages": [{"role": "用户", "content": "Q"}, {"role": "助手", "content": "A"}]},
)


@pytest.mark.parametrize("first", range(3))
def test_each_row_of_a_mixture_is_read_as_what_it_is(tmp_path: Path, first: int) -> None:
    rows = [*MIXED[first:], *MIXED[:first]]
    assert converted(tmp_path, lines(*rows)) == (0, [QA] * len(rows))
    assert converted(tmp_path, lines(*rows), "--from", "alpaca") == (1, [QA])


def test_a_system_prompt_beside_the_messages_is_carried(tmp_path: Path, capsys: Any) -> None:
    keys = ("system", "system_prompt", "system_message", "systemPrompt", "instructions")
    rows = [{**QA, key: "S"} for key in keys]
    assert converted(tmp_path, lines(QA, *rows)) == (0, [QA, *[SYSTEM] * len(keys)])
    capsys.readouterr()
    (tmp_path / "in.jsonl").write_bytes(lines(*[QA] * 3, rows[1]))
    assert main(["fix", "in.jsonl"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out.splitlines()[-1]) == rows[1], "fix takes no system prompt out"
    command = shlex.split(err.split("`")[1])
    assert main([*command[1:3]]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == SYSTEM
    twice = {**SYSTEM, "instructions": "I"}
    assert converted(tmp_path, lines(twice)) == (0, [SYSTEM])
    assert 'left out: instructions (1 row, first in 1: "I")' in capsys.readouterr().err


def test_what_stays_as_it_is_though_no_server_takes_it_is_told(tmp_path: Path, capsys: Any) -> None:
    odd = {"messages": [{"role": "narrator", "content": "Q"}, {"role": "assistant", "content": 5}]}
    assert converted(tmp_path, lines(odd, QA)) == (0, [odd, QA])
    said = capsys.readouterr().err
    assert "unknown role narrator stays: finetui edit --map-role" in said
    assert "content that is a number stays" in said
    image = {"type": "image_url", "image_url": "https://a.example/b.png"}
    row = {"messages": [{"role": "user", "content": [image]}, QA["messages"][1]]}
    _, (made,) = converted(tmp_path, lines(row))
    assert made["messages"][0]["content"][0]["image_url"] == {"url": image["image_url"]}
    converted(tmp_path, lines({"messages": [QA["messages"][0], {"role": "assistant", "content": [
        {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]}]}))  # fmt: skip
    assert "image_url in a message of assistant stays" in capsys.readouterr().err
    gave = {"role": "function", "name": "f", "content": {"t": 21}}
    asked = {"role": "assistant", "function_call": {"name": "f", "arguments": {"x": 1}}}
    _, (made,) = converted(tmp_path, lines({"messages": [QA["messages"][0], asked, gave]}))
    assert made["messages"][2]["content"] == '{"t": 21}'
    pair = {"input": {"messages": QA["messages"][:1]}, "preferred_output": "A",
            "non_preferred_output": "B"}  # fmt: skip
    _, (made,) = converted(tmp_path, lines(pair))
    assert made["non_preferred_output"] == [{"role": "assistant", "content": "B"}]


TURNS = QA["messages"]
FILES: tuple[tuple[str, bytes], ...] = (
    ("sep.csv", b"sep=;\r\nquestion;answer\r\nQ;A\r\n"),
    ("repr.csv", f'id,messages\n1,"{TURNS!r}"\n'.encode()),
    ("numpy.csv", 'messages\n"{}"\n'.format(repr(TURNS).replace("}, {", "}\n {")).encode()),
    ("joined.csv", b"question,answer\nQ,A\nquestion,answer\nQ,A\n"),
    ("lines.csv", lines(QA)),
    ("texts.csv", b'id,text\n1,"User: Q\nAssistant: A"\n'),
    ("old.jsonl", b"\r".join(json.dumps(QA).encode() for _ in range(1)) + b"\r"),
    ("twice.jsonl", lines(json.dumps(QA))),
    ("by_id.json", json.dumps({"c-1": TURNS, "c-2": TURNS}).encode()),
    ("a.txt", b"Benutzer: Q\nAssistent: A\n"),
    ("ru.csv", "вопрос;ответ\nQ;A\n".encode()),
    ("forum.jsonl", lines({"topic_id": 1, "username": "user", "post_text": "Q", "post_time": 1},
                          {"topic_id": 1, "username": "bot", "post_text": "A", "post_time": 2})),
    ("log.jsonl", lines({"sessionId": "s", "message": {"role": "user", "content": "Q"}},
                        {"sessionId": "s", "message": {"role": "assistant", "content": [
                            {"type": "text", "text": "A"}]}})),
)  # fmt: skip


SQUAD = {"version": "2", "data": [{"title": "T", "paragraphs": [{"context": "C", "qas": [
    {"id": "1", "question": "Q", "answers": [{"text": "A", "answer_start": 1}, {"text": "B"}]},
    {"id": "2", "question": "R", "answers": [], "is_impossible": True}]}]}]}  # fmt: skip
IRC = b"[12:01] <ann> Q\n[12:01] * ann waits\n[12:02] <@bob> A\n"
# What check, fix and convert say of them names a command that reads them.
NAMED: tuple[tuple[str, bytes, list[dict[str, Any]]], ...] = (
    ("squad.json", json.dumps(SQUAD).encode(), [qa("Q\n\nC", "A")]),
    ("squad.jsonl", lines(SQUAD["data"][0], SQUAD["data"][0]), [qa("Q\n\nC", "A")] * 2),
    ("table.md", b"| Question | Answer |\n|---|:--|\n| Q | A \\| B |\n", [qa("Q", "A | B")]),
    ("irc.log", IRC, [QA]),
    ("by_id.json", json.dumps({"c-1": TURNS, "c-2": TURNS}).encode(), [QA, QA]),
    ("forum.jsonl", lines({"topic_id": 1, "username": "ann", "post_text": "Q", "post_time": 1},
                          {"topic_id": 1, "username": "bob", "post_text": "A", "post_time": 2}),
     [QA]),
    ("teams.csv", b"conversation,sender,text\n1,ann,Q\n1,bob,A\n", [QA]),
)  # fmt: skip


@pytest.mark.parametrize(("name", "data", "rows"), NAMED, ids=[one[0] for one in NAMED])
def test_the_command_named_reads_it(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes,
    rows: list[dict[str, Any]],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(data)
    for command in ("check", "fix"):
        assert main([command, name]) in {1, 2}
        out, err = capsys.readouterr()
        step = shlex.split(
            (out if command == "check" else err).split("`")[1].replace("NAME", "bob")
        )
        main(step[1:])
        made = tmp_path / step[step.index("-o") + 1]
        assert [json.loads(one) for one in made.read_bytes().splitlines()] == rows
        made.unlink()
        capsys.readouterr()


@pytest.mark.parametrize(("name", "data"), FILES)
def test_files_that_need_no_option(tmp_path: Path, name: str, data: bytes) -> None:
    code, rows = converted(tmp_path, data, name=name)
    assert code == 0
    assert rows
    assert all(row == QA for row in rows)


def test_lines_that_cr_alone_ends_are_lines(tmp_path: Path) -> None:
    data = b"\r".join(json.dumps(qa("Q", str(n))).encode() for n in range(3))
    assert converted(tmp_path, data) == (0, [qa("Q", str(n)) for n in range(3)])


def test_a_cell_that_stands_for_an_empty_one_is_told(tmp_path: Path, capsys: Any) -> None:
    code, rows = converted(tmp_path, b"question,answer\nQ,A\nR,NULL\nS,nan\n", name="in.csv")
    assert (code, len(rows)) == (0, 3)
    said = capsys.readouterr().err
    assert "an answer that is only NULL" in said
    assert "an answer that is only nan" in said


def test_ratings_with_a_comma_or_in_another_language_count(tmp_path: Path, capsys: Any) -> None:
    table = b'question;answer;Bewertung\nQ;A;"4,5"\nQ;B;"1,5"\n'
    assert converted(tmp_path, table, "--bad", "Bewertung<3", name="in.csv") == (0, [QA])
    assert "no row looked at can be read" not in capsys.readouterr().err
    worded = b"question;answer;Bewertung\nQ;A;gut\nQ;B;schlecht\n"
    assert converted(tmp_path, worded, name="in.csv") == (0, [QA])
    assert converted(tmp_path, worded, "--strict", name="in.csv") == (1, [QA])


def test_people_answer_in_slack_too(tmp_path: Path, capsys: Any) -> None:
    thread = [{"type": "message", "user": "U1", "text": "Q", "ts": "1.1", "thread_ts": "1.1"},
              {"type": "message", "user": "U2", "text": "A", "ts": "2.1",
               "thread_ts": "1.1"}]  # fmt: skip
    data = json.dumps(thread).encode()
    assert converted(tmp_path, data, name="in.json") == (1, [])
    said = capsys.readouterr().err
    assert "--answers-by NAME says which person answers" in said
    assert suggested(said) == ["finetui convert in.json -o out.jsonl --answers-by U2"]
    assert converted(tmp_path, data, "--answers-by", "U2", name="in.json") == (0, [QA])


@pytest.mark.parametrize(
    ("name", "data", "step"),
    [
        ("in.csv", b"question,answer\n", "Add rows to it"),
        ("in.jsonl", b"{'messages': []}\n", "Mend it first: `finetui fix sub/in.jsonl -o sub/"),
        ("in.md", b"# Notes\n\n- one\n", "it looks like Markdown, which finetui does not read"),
        ("in.json", b"{}", "its object has no keys"),
        ("in.jsonl", lines({"question": "Q", "answer_a": "A", "answer_b": "B", "winner": "a"}),
         "--user question --assistant answer_a"),
    ],
)  # fmt: skip
def test_the_next_step_is_one(
    tmp_path: Path, capsys: Any, name: str, data: bytes, step: str
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / name).write_bytes(data)
    assert main(["convert", f"sub/{name}"]) == 2
    assert step in capsys.readouterr().err


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return made.getvalue()


def tarred(data: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo("a.jsonl")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


CHATS = lines(*[qa(f"Q{n}", f"A{n}") for n in range(10)])
TABLE = "Frage\tAntwort\nÖffnung?\tMo\nPreis?\t10 €\n"
# Shapes that only convert reads: every other command says what they are, and how to go on.
FOR_CONVERT: dict[str, bytes] = {
    "a.jsonl.gz": gzip.compress(CHATS),
    "a.jsonl.bz2": bz2.compress(CHATS),
    "a.jsonl.xz": lzma.compress(CHATS),
    "a.zip": zipped(notes_html=b"<p>", a_jsonl=CHATS),
    "plain.jsonl": gzip.compress(CHATS),
    "noending": gzip.compress(CHATS),
    "a.csv.gz": gzip.compress(TABLE.encode("utf-16")),
    "tab.txt": TABLE.encode(),
    "unicode.txt": TABLE.encode("utf-16"),
    "export": b"question,answer\nWhy?,So\n",
    "above.csv": b"Export of 2024-01-02,,\n\nquestion,answer,agent\nWhy?,So,Ann\nWho?,Me,Bob\n",
    "twice.csv": b"user,assistant,user\nQ,A,R\n",
    "escaped.csv": b'question,answer\n"Say \\"hi\\", ok",A\n',
    "ru.csv": "вопрос;ответ\nгде;тут\n".encode("cp1251"),
    "jp.csv": "質問,回答\nこれは何ですか,あれです\n".encode("shift_jis"),
    "teams.csv": b"Conversation ID,From,Body\n1,Ann,Q\n1,Bot,A\n2,Cy,R\n2,Bot,B\n",
    "cyrillic.jsonl": lines(qa("что это такое", "это инструмент")).decode().encode("cp1251"),
    "chinese.jsonl": lines(qa("这是什么", "一个工具")).decode().encode("gb18030"),
    "columns.txt": b"nr\tfirst text\tsecond text\n1\tHow are you?\tFine, thanks\n",
}  # fmt: skip


def suggested(text: str) -> list[str]:
    """Return the commands that a text names."""
    return text.split("`")[1::2]


@pytest.mark.parametrize("name", FOR_CONVERT)
def test_every_command_names_the_one_that_reads_a_file(
    tmp_path: Path, capsys: Any, name: str
) -> None:
    (tmp_path / name).write_bytes(FOR_CONVERT[name])
    named = set()
    for verb in ("check", "fix", "dedupe", "tokens", "stats"):
        assert main([verb, name]) in {1, 2}, verb
        (told,) = suggested("".join(capsys.readouterr()))
        named.add(told)
    for told in named:  # one, or two
        words = shlex.split(told)
        assert words[:3] == ["finetui", "convert", name]
        assert main(words[1:]) == 0, told
        made = tmp_path / words[words.index("-o") + 1]
        assert made.read_bytes().count(b"\n") >= 1
        made.unlink()
    assert (tmp_path / name).read_bytes() == FOR_CONVERT[name]


@pytest.mark.parametrize("name", FOR_CONVERT)
def test_what_comes_in_by_a_pipe_is_read_as_by_its_path(
    tmp_path: Path, capsysbinary: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(FOR_CONVERT[name])

    def run(*words: str) -> tuple[int, bytes, bytes]:
        with path.open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            return main([*words]), *capsysbinary.readouterr()

    code, made, said = run("convert", "-")
    assert b"check stdin" not in said
    same = run("convert", name)
    assert (code, made) == same[:2]
    told = suggested(run("check", "-")[1].decode())
    if code:
        assert told == [words.replace(" -o columns.chat.jsonl", "") for words in told]
    words = shlex.split(told[0])[1:]
    assert words[:2] == ["convert", "-"]
    assert run(*words)[0] == 0


def test_what_is_said_of_a_table_that_is_not_plain(tmp_path: Path, capsys: Any) -> None:
    said = {}
    for name in ("above.csv", "twice.csv", "escaped.csv"):
        (tmp_path / name).write_bytes(FOR_CONVERT[name])
        assert main(["convert", name, "-o", f"{name}.jsonl"]) == 0
        said[name] = capsys.readouterr().err
    assert 'lines above the header (1 row, first in 1: "Export of 2024-01-02")' in said["above.csv"]
    assert "called user#2" in said["twice.csv"]
    assert 'left out: column user#2 (1 row, first in 1: "R")' in said["twice.csv"]
    assert '\\" within cells was read as a quote' in said["escaped.csv"]
    assert qa('Say "hi", ok', "A") == json.loads((tmp_path / "escaped.csv.jsonl").read_bytes())
    assert main(["convert", "twice.csv", "--user", "user#2", "-o", "second.jsonl"]) == 0
    assert json.loads((tmp_path / "second.jsonl").read_bytes()) == qa("R", "A")


def test_check_and_convert_agree_on_a_header_alone(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "in.csv").write_bytes(b"question,answer\n")
    for verb in ("check", "convert", "fix", "dedupe"):
        assert main([verb, "in.csv"])
        said = "".join(capsys.readouterr())
        assert "there is no row" in said.lower()
        assert "`" not in said


UNPACKED_BY_HAND = {
    "cut.jsonl.gz": gzip.compress(CHATS * 50)[:-9],
    "twice.jsonl.gz": gzip.compress(gzip.compress(CHATS)),
    "broken.jsonl.gz": gzip.compress(CHATS.replace(b'"', b"'")),
    "some.tar.gz": tarred(CHATS),
}


@pytest.mark.parametrize("name", UNPACKED_BY_HAND)
def test_what_convert_cannot_unpack_is_unpacked_by_the_command_it_names(
    tmp_path: Path, capsys: Any, name: str
) -> None:
    (tmp_path / name).write_bytes(UNPACKED_BY_HAND[name])
    assert main(["convert", name, "-o", "out.jsonl"]) == 2
    (told,) = suggested(capsys.readouterr().err)
    program = f"{shlex.quote(sys.executable)} -m tui.cli"
    there = {one.name for one in tmp_path.iterdir()}
    subprocess.run(["sh", "-c", told.replace("finetui", program)], check=False, timeout=60)
    (made,) = [one for one in tmp_path.iterdir() if one.name not in there]
    assert main(["convert", made.name, "-o", "out.jsonl"]) == 0
    assert CHATS in (tmp_path / "out.jsonl").read_bytes()


def test_a_file_that_unpacks_to_more_than_disks_hold_is_left(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.services.unpacking.MOST_UNPACKED", 100_000)
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(CHATS * 1000))
    assert main(["convert", "in.jsonl.gz"]) == 2
    assert "unpacked it has more than 100 kB" in capsys.readouterr().err
