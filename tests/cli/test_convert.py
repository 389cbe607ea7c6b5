"""`finetui convert` on what people have: verdicts, pictures, outdated calls, keys of any name."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.any_format import AnyFile, absent, files
from tests.rows import qa, rows_of
from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home


pytestmark = pytest.mark.usefixtures("app_folder")


def lines(*rows: Any) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def converted(tmp_path: Path, data: bytes, *options: str, name: str = "in.jsonl") -> Any:
    """Convert a file and return the exit code and the rows written; none where nothing was."""
    (tmp_path / name).write_bytes(data)
    target = tmp_path / "out.jsonl"
    target.unlink(missing_ok=True)
    code = main(["convert", name, "-o", "out.jsonl", *options])
    written = target.read_bytes().decode() if target.exists() else ""
    return code, [json.loads(line) for line in written.splitlines()]


JUDGED = lines(
    {**qa("Is tap water fine?", "Yes, it is."), "label": True},
    {**qa("Is tap water fine?", "Go away."), "label": False},
)


def test_a_bad_answer_is_no_training_data(tmp_path: Path, capsys: Any) -> None:
    code, rows = converted(tmp_path, JUDGED)
    assert (code, rows) == (0, [qa("Is tap water fine?", "Yes, it is.")])
    said = capsys.readouterr().err
    assert "dropped row 2: an answer judged bad (label is false)" in said
    assert "--pairs makes preference pairs" in said


def test_good_and_bad_answers_become_pairs(tmp_path: Path) -> None:
    code, rows = converted(tmp_path, JUDGED, "--to", "preference")
    assert code == 0
    assert [(r["chosen"][0]["content"], r["rejected"][0]["content"]) for r in rows] == [
        ("Yes, it is.", "Go away.")
    ]
    _, rows = converted(tmp_path, JUDGED, "--pairs")
    assert rows[0]["non_preferred_output"] == [{"role": "assistant", "content": "Go away."}]
    table = b"prompt,completion,label\nQ,A,True\nQ,B,False\nR,C,maybe\n"
    _, rows = converted(tmp_path, table, "--pairs", name="in.csv")
    assert len(rows) == 1


def test_a_picture_is_not_left_behind(tmp_path: Path, capsys: Any) -> None:
    row = {
        **qa("<image>What stands on the shelf?", "A jug."),
        "images": ["shelf.png"],
    }
    code, rows = converted(tmp_path, json.dumps([row]).encode(), name="images.json")
    assert (code, rows) == (1, [])
    assert "images holds what lies in files of its own" in capsys.readouterr().err
    code, rows = converted(tmp_path, json.dumps([row]).encode(), "--without", "images")
    assert (code, len(rows)) == (0, 1)
    assert 'left out: images (1 row, first in 1: ["shelf.png"])' in capsys.readouterr().err


def test_outdated_calls_are_renewed_for_every_target(tmp_path: Path, capsys: Any) -> None:
    function = {"name": "get_w", "parameters": {"type": "object", "properties": {}}}
    called = {"role": "assistant", "function_call": {"name": "get_w", "arguments": '{"a": "T"}'}}
    row = {
        "messages": [qa("Weather?", "")["messages"][0], called],
        "functions": [function],
    }
    _, (made,) = converted(tmp_path, lines(row))
    (call,) = made["messages"][1]["tool_calls"]
    assert (call["type"], call["function"]) == ("function", called["function_call"])
    assert made["tools"] == [{"type": "function", "function": function}]
    assert not {"functions", "function_call"} & {*made, *made["messages"][1]}
    _, (made,) = converted(tmp_path, lines(row), "--to", "sharegpt")
    assert [turn["from"] for turn in made["conversations"]] == ["human", "function_call"]
    code, rows = converted(tmp_path, lines(row), "--to", "alpaca")
    assert (code, rows) == (1, [])
    assert "it calls tools, which this format cannot hold" in capsys.readouterr().err


DOLLY = {"instruction": "When?", "context": "Since 2011.", "response": "2011.", "category": "qa"}


@pytest.mark.parametrize(
    ("row", "options", "expected"),
    [
        (DOLLY, [], qa("When?\n\nSince 2011.", "2011.")),
        ({"Query": "Q", "Answer": "A", "Input": "I"}, [], qa("Q\n\nI", "A")),
        ({"question": "Q", "answer": "A"}, [], qa("Q", "A")),
        ({"data": {"question": "Q", "answers": ["A"]}}, [], qa("Q", "A")),
        ({"Instruction": "Q", "Input": "I", "Output": "A"}, [], qa("Q\nI", "A")),
        ({"问": "Q", "答": "A"}, ["--user", "问", "--assistant", "答"], qa("Q", "A")),
        ({"a": "Q", "b": {"c": "A"}}, ["--columns", "user=a,assistant=b.c"], qa("Q", "A")),
        ({"t": "T", "q": "Q", "x": "A"}, ["--columns", "user=t+q", "--assistant", "x"],
         qa("T\n\nQ", "A")),
        ({"messages": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, [],
         qa("Q", "A")),
        ({"conversation": [{"human": "Q", "assistant": "A"}]}, [], qa("Q", "A")),
        ({"conversation": [{"input": "Q", "output": "A"}]}, [], qa("Q", "A")),
        ({"dialog": [{"speaker": "User", "text": "Q"}, {"speaker": "Bot", "text": "A"}]}, [],
         qa("Q", "A")),
        ({"id": "0", "data": ["Q", "A"]}, [], qa("Q", "A")),
        (qa("Q", "A")["messages"], [], qa("Q", "A")),
        ({"instruction": "Human:\nQ\nAssistant:", "output": "A"}, [],
         qa("Q", "A")),
    ],
)  # fmt: skip
def test_keys_of_any_name(
    tmp_path: Path, row: Any, options: list[str], expected: dict[str, Any]
) -> None:
    code, rows = converted(tmp_path, lines(row, row), *options)
    assert (code, rows) == (0, [expected, expected])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            json.dumps({"data": [{"question": "Q", "answer": "A"}], "v": 1}),
            [qa("Q", "A")],
        ),
        (
            json.dumps({"chats": [qa("Q", "A")]}, indent=1),
            [qa("Q", "A")],
        ),
        (
            json.dumps({"conversations": [qa("Q", "A")]}),
            [qa("Q", "A")],
        ),
        (json.dumps(qa("Q", "A")["messages"]), [qa("Q", "A")]),
        (
            json.dumps({n: {"q": n, "a": "A"} for n in "xy"}),
            [qa("x", "A"), qa("y", "A")],
        ),
    ],
)
def test_rows_lie_in_a_json_file_in_many_ways(
    tmp_path: Path, data: str, expected: list[Any]
) -> None:
    assert converted(tmp_path, data.encode(), name="in.json") == (0, expected)


def test_an_empty_prompt_is_called_so(tmp_path: Path, capsys: Any) -> None:
    data = lines(*({"prompt": "", "completion": f"Our voice, {n}."} for n in range(3)))
    code, rows = converted(tmp_path, data)
    assert (code, rows) == (1, [])
    assert "the prompt is empty; --empty-prompt TEXT" in capsys.readouterr().err
    code, rows = converted(tmp_path, data, "--empty-prompt", "Write as we do.")
    assert (code, rows[0]) == (0, qa("Write as we do.", "Our voice, 0."))
    main(["check", "in.jsonl"])
    said = capsys.readouterr().out
    assert "the prompt is empty; --empty-prompt TEXT" in said
    assert "contradiction" not in said
    blank = [qa(" ", f"Our voice, {n}.") for n in range(3)]
    (tmp_path / "blank.jsonl").write_bytes(lines(*blank))
    main(["check", "blank.jsonl"])
    said = capsys.readouterr().out
    assert "empty-message" in said
    assert "contradiction" not in said


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "there is no row"), (b"{'a': 'b'}\n", "row 1 is not JSON"), (b"text\n", "row 1 is not")],
)
def test_a_file_without_rows_says_why(tmp_path: Path, capsys: Any, data: bytes, said: str) -> None:
    assert converted(tmp_path, data) == (2, [])
    assert said in capsys.readouterr().err


def test_a_list_of_all_that_is_lost(tmp_path: Path, capsys: Any) -> None:
    data = lines({**qa("Q", "A"), "source": "wiki " * 50}, {"conversations": []})
    code, _ = converted(tmp_path, data, "--dropped", "lost.jsonl")
    assert code == 1
    lost = rows_of(tmp_path / "lost.jsonl")
    assert lost[0]["row"] == {"conversations": []}
    assert (lost[1]["key"], lost[1]["value"]) == ("source", "wiki " * 50)
    assert converted(tmp_path, data, "--dropped", "lost.jsonl") == (2, [])  # it exists
    assert "Name another file" in capsys.readouterr().err


def test_in_place_loses_nothing_without_a_yes(tmp_path: Path, capsys: Any) -> None:
    data = lines({**qa("Q", "A"), "source": "wiki"})
    (tmp_path / "in.jsonl").write_bytes(data)
    assert main(["convert", "in.jsonl", "--in-place"]) == 4
    assert (tmp_path / "in.jsonl").read_bytes() == data
    said = capsys.readouterr().err
    assert 'left out: source (1 row, first in 1: "wiki")' in said
    assert "replacing the file would lose 1 value left out" in said
    assert main(["convert", "in.jsonl", "--in-place", "--yes"]) == 0
    assert json.loads((tmp_path / "in.jsonl").read_text()) == qa("Q", "A")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(file=files())
def test_no_text_of_any_file_is_lost(tmp_path: Path, capsys: Any, file: AnyFile) -> None:
    (tmp_path / "in").write_bytes(file.data)
    target, lost = tmp_path / "out.jsonl", tmp_path / "lost.jsonl"
    for path in (target, lost):
        path.unlink(missing_ok=True)
    code = main(["convert", "in", "-o", "out.jsonl", "--dropped", "lost.jsonl"])
    capsys.readouterr()
    if code == 2:  # it names no format and writes nothing
        assert not target.exists()
        return
    written = [path.read_bytes() for path in (target, lost) if path.exists()]
    assert absent(file.data, *written) == []


def test_scores_without_a_scale_give_the_commands_that_go_on(home: Home, tmp_path: Path) -> None:
    path, made = tmp_path / "my scores.jsonl", tmp_path / "made.jsonl"
    rows = [{"prompt": f"Q{n}?", "completion": f"A{n}.", "score": n} for n in range(1, 6)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    done = home.run("convert", str(path), "-o", str(made))
    assert done.returncode == 1
    first, second = done.stderr.splitlines()[:2]
    assert "every row has a score" in first
    for line, lines in ((first, 5), (second, 3)):
        again = shlex.split(line[line.index("finetui convert") :])
        made.unlink(missing_ok=True)
        assert home.run(*again[1:]).returncode == 0
        assert len(made.read_text().splitlines()) == lines
