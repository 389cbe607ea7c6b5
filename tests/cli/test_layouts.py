"""edit, dedupe and split on files whose lines are not their examples, or not all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.rows import USER, answer, chat, rows_of
from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("app_home")

ROWS = [json.loads(chat(USER, answer(f"a{n % 2}"))) for n in range(4)]
SHAREGPT = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hi"}]}
FILES = {
    "array.json": json.dumps(ROWS).encode(),
    "rows.json": b"[\n" + b",\n".join(chat(USER, answer("a")) for _ in range(3)) + b"\n]\n",
    "indented.json": json.dumps(ROWS, indent=1).encode(),
    "objects.json": b"\n".join(json.dumps(one, indent=1).encode() for one in ROWS),
    "wrapped.json": json.dumps({"data": ROWS}, indent=1).encode(),
    "wrapped on a line.json": json.dumps({"data": ROWS}).encode(),
    "wrapped.jsonl": json.dumps({"version": 1, "rows": ROWS}).encode() + b"\n",
    "arrays.jsonl": b"\n".join([json.dumps(ROWS).encode()] * 2),
    "long line.jsonl": json.dumps({"examples": ROWS * 400}).encode(),
    "foreign.json": json.dumps([SHAREGPT] * 2).encode(),
    "sheet.csv": b'prompt;completion\n"x\n1\n1\ny";b\n1\n1\n',
    "sheet.tsv": b"prompt\tcompletion\nx\ty\n1\n1\n",
    "windows.jsonl": "\r\n".join(json.dumps(one) for one in ROWS).encode("utf-16"),
    "chat.md": b"User: count\n1\n1\n\nAssistant: 1\n1\n",
    "packed.jsonl": b"\x1f\x8b\x08\x00rows\n1\n1\n",
}
COMMANDS = {
    "dedupe": ["dedupe", "--in-place"],
    "near": ["dedupe", "--near", "--in-place"],
    "list near": ["dedupe", "--near"],
    "shuffle": ["edit", "--shuffle", "--in-place"],
    "sample": ["edit", "--sample", "2", "--in-place"],
    "dry": ["edit", "--shuffle", "--dry-run"],
    "find": ["edit", "--find", "a", "--replace", "b", "--in-place"],
    "split": ["split", "--validation", "1"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", FILES)
def test_nothing_tears_a_file_apart(tmp_path: Path, name: str, command: str, capfd: Any) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    verb, *options = COMMANDS[command]
    assert main([verb, str(path), *options]) == 2
    assert path.read_bytes() == FILES[name]
    assert {one.name for one in tmp_path.iterdir()} <= {name, "home"}
    out, err = capfd.readouterr()
    assert out == ""
    assert "Not an example on each line" in err
    assert "finetui" in err.partition("nothing was written")[2] or "Unpack" in err


def test_a_refusal_names_the_command_that_helps(tmp_path: Path, capfd: Any) -> None:
    for name, said in {
        "foreign.json": "--from sharegpt -o",
        "array.json": "finetui convert",
        "wrapped.jsonl": "finetui convert",
        "chat.md": "--from transcript -o",
        "sheet.csv": "--from completion -o",
        "windows.jsonl": "finetui fix",
    }.items():
        path = tmp_path / name
        path.write_bytes(FILES[name])
        assert main(["dedupe", str(path)]) == 2
        assert said in capfd.readouterr().err


@pytest.mark.parametrize("name", [name for name in FILES if "wrapped" in name or "arr" in name])
def test_the_command_that_is_named_takes_the_examples_out(tmp_path: Path, name: str) -> None:
    path, target = tmp_path / name, tmp_path / "made.jsonl"
    path.write_bytes(FILES[name])
    assert main(["convert", str(path), "-o", str(target)]) == 0
    made = rows_of(target)
    assert made == ROWS * (2 if name == "arrays.jsonl" else 1)


def test_a_file_of_lines_is_one_whatever_is_wrong_with_some(tmp_path: Path, capfd: Any) -> None:
    good, cut = chat(USER, answer("a")), chat(USER, answer("b"))[:30]
    marked = b"\xef\xbb\xbf" + good
    files = [[cut, good, good], [good, cut, good], [b"", good, good, cut], [marked, cut]]
    for number, lines in enumerate(files):
        path = tmp_path / f"{number}.jsonl"
        path.write_bytes(b"\n".join([*lines, b""]))
        broken = lines.index(cut) + 1
        for arguments in (["dedupe"], ["dedupe", "--near"], ["split", "--dry-run"]):
            assert main([arguments[0], str(path), *arguments[1:]]) == 1, (number, arguments)
            said = f"line {broken} is not a JSON object, and stays without having been compared"
            assert said in capfd.readouterr().err
    assert main(["dedupe", "--same", "line", str(path)]) == 0, "lines can be compared whatever"


def test_conversations_one_a_line_are_lines(tmp_path: Path, capfdbinary: Any) -> None:
    path = tmp_path / "bare.jsonl"
    turns = json.dumps(ROWS[0]["messages"]).encode()
    for count in (1, 2):
        path.write_bytes((turns + b"\n") * count)
        assert main(["dedupe", str(path)]) == 1, "lists are not compared, and that is said"
        out, err = capfdbinary.readouterr()
        assert out == (turns + b"\n") * count
        assert b"without having been compared" in err


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (SHAREGPT, "ShareGPT"),
        ({"instruction": "Hi", "input": "", "output": "Hi"}, "Alpaca"),
        ({"prompt": [USER], "completion": [answer("Hi")]}, "Prompt and completion"),
        ({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}, "Gemini"),
        ({"title": "Hi"}, "of no format that is known here"),
    ],
)
@pytest.mark.parametrize(
    "options", [["--find", "Hi", "--replace", "Ho"], ["--strip", "both"], ["--weights", "last"]]
)
def test_edit_names_the_rows_it_does_not_look_into(
    tmp_path: Path, row: dict[str, Any], words: str, options: list[str], capfdbinary: Any
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(json.dumps(row).encode() + b"\n" + chat(USER, answer("Hi ")) + b"\n")
    assert main(["edit", str(path), *options]) == 1
    out, err = capfdbinary.readouterr()
    assert out.splitlines()[0] == json.dumps(row).encode()
    assert b"left as it is: 1 line: " in err
    assert words.encode() in err
    assert b"convert it first" in err


def test_of_utf16_only_that_is_said(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "windows.jsonl"
    path.write_bytes("".join(json.dumps(one) + "\r\n" for one in ROWS).encode("utf-16"))
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert "utf-16" in out
    assert "no-final-newline" not in out


def test_pairs_are_advised_only_where_they_are_not_made(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "judged.jsonl"
    rows = [{"prompt": "p", "completion": "bad", "label": False}]
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    main(["convert", str(path)])
    assert "--pairs makes" in capfd.readouterr().err
    main(["convert", str(path), "--to", "preference"])
    err = capfd.readouterr().err
    assert "judged bad, and no good one" in err
    assert "--pairs makes" not in err
