"""fix and check on what is another program's format, and on texts that a fix would take out."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.rows import ANSWER, USER, answer, chat, line, user
from tui.cli import main

pytestmark = pytest.mark.usefixtures("app_home")

TURNS = [USER, ANSWER]
ALPACA = [
    {"instruction": "Name a colour.", "input": "", "output": "Blue."},
    {"instruction": "Translate to German.", "input": "Good morning", "output": "Guten Morgen"},
]
WRITTEN_CALL = [
    USER,
    answer('<tool_call>{"name": "look", "arguments": {}}</tool_call>'),
    {"role": "tool", "content": "It is."},
    ANSWER,
]
FOREIGN: dict[str, list[dict[str, Any]]] = {
    "alpaca": ALPACA,
    "anthropic": [{"system": "Be kind", "messages": TURNS}],
    "sharegpt": [
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]}
    ],
    "gemini": [
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}]},
                {"role": "model", "parts": [{"text": "Ho"}]},
            ]
        }
    ],
    "kto": [
        {"messages": TURNS, "label": True},
        {"prompt": "Is it?", "completion": "It is.", "label": False},
        {"messages": TURNS, "kto_tag": True},
    ],
    "preference": [
        {"prompt": "Is it?", "chosen": "It is.", "rejected": "Go away."},
        {"chosen": [USER, ANSWER], "rejected": [USER, {"role": "assistant", "content": "No."}]},
    ],
    "completion": [{"prompt": "Is it?", "completion": "It is."}, {"prompt": "?", "response": "!"}],
    "text": [{"text": "Softer than rain."}],
    "hf": [
        {"messages": WRITTEN_CALL},
        {"conversations": [{"from": t["role"], "value": t["content"]} for t in WRITTEN_CALL]},
        {"messages": TURNS, "tools": [{"function": {"name": "look", "input_schema": {}}}]},
        {"conversation": TURNS},
        {"messages": json.dumps(TURNS)},
        *(
            {"messages": [{"role": "user", **words}, ANSWER]}
            for words in (
                {"text": "Hi"},
                {"content": None, "value": "Hi"},
                {"parts": [{"type": "text", "text": "Hi"}]},
                {"content": "", "parts": [{"value": "Hi"}]},
            )
        ),
    ],
    "verl": [
        {
            "data_source": "gsm8k",
            "prompt": [USER],
            "reward_model": {"style": "rule", "ground_truth": "2"},
        }
    ],
    "oasst": [
        {
            "message_tree_id": "1",
            "prompt": {"role": "prompter", "text": "Hi", "replies": [
                {"role": "assistant", "text": "Ho", "replies": []}]},
        }
    ],
}  # fmt: skip


def lines_of(rows: list[Any]) -> bytes:
    return b"".join(line(row) + b"\n" for row in rows)


def written(path: Path, data: bytes) -> bytes:
    path.write_bytes(data)
    return data


LAYOUTS = {
    "lines": lines_of,
    "array": lambda rows: json.dumps(rows).encode(),
    "indented": lambda rows: json.dumps(rows, indent=2).encode(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", FOREIGN)
def test_fix_leaves_another_format_and_names_the_command(
    name: str, layout: str, tmp_path: Path, capfd: Any
) -> None:
    path = tmp_path / "my rows.jsonl"
    before = written(path, LAYOUTS[layout](FOREIGN[name]))
    assert main(["fix", str(path), "--in-place", "--yes"]) == 2
    assert path.read_bytes() == before
    out, err = capfd.readouterr()
    assert out == ""
    assert "Another format" in err
    command = shlex.split(err.split("`")[1])
    # Rows of several formats are read as what each is.
    asked = [] if name == "hf" else ["--from", name]
    assert command[:-2] == ["finetui", "convert", str(path), *asked]
    assert main(command[1:]) == 0
    made = Path(command[-1])
    assert made.read_bytes().splitlines()
    left = 1 if name == "verl" else 0  # what a grader judges has no answers, which is told
    assert main(["fix", str(made), "--in-place"]) == left, "what convert writes can be fixed"


@pytest.mark.parametrize("name", FOREIGN)
def test_check_names_the_format_once(name: str, tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(lines_of([{**row, "id": n} for n in range(40) for row in FOREIGN[name][:1]]))
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert out.count(f"finetui convert {path} --from {name} -o ") == 1
    assert "40 lines look like" in out
    assert main(["check", str(path), "--json"]) == 1
    (file,) = json.loads(capfd.readouterr().out)["files"]
    told = [one for one in file["issues"] if one["rule"] in {"foreign-format", "legacy-completion"}]
    assert [(one["line"], one["lines"]) for one in told] == [(1, 40)]
    assert file["format"] == name


def test_what_is_of_no_format_is_told_once_too(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(lines_of([{"title": f"t{n}", f"k{n}": n} for n in range(30)]))
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert out.count("unknown-format") == 1
    assert "The same goes for 29 more lines" in out


def test_fix_says_that_it_leaves_what_is_of_no_format(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "rows.jsonl"
    before = written(path, lines_of([{"title": "t", "body": "b"}] * 3))
    assert main(["fix", str(path), "--in-place"]) == 1
    assert path.read_bytes() == before
    err = capfd.readouterr().err
    assert "Unknown format: left in 3 lines (1, 2, 3) of the result, to be mended by hand" in err


def test_in_a_mixture_the_chats_are_mended_and_the_others_named(tmp_path: Path, capfd: Any) -> None:
    path, rest = tmp_path / "mixed.jsonl", [*ALPACA, FOREIGN["anthropic"][0]]
    chats = [json.loads(chat(USER, answer(f" a{n} "))) for n in range(6)]
    path.write_bytes(lines_of([*chats[:3], *rest, *chats[3:], FOREIGN["completion"][0]]))
    assert main(["fix", str(path), "--in-place"]) == 1
    left = [json.loads(one) for one in path.read_bytes().splitlines()]
    assert left[3:6] == rest
    assert left[-1] == FOREIGN["completion"][0]
    assert [one["messages"][1]["content"] for one in left[:3]] == ["a0", "a1", "a2"]
    err = capfd.readouterr().err
    assert "2 lines (4, 5) are Alpaca" in err
    assert "line 6 is Anthropic" in err
    assert "line 10 is Prompt and completion" in err
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    (command,) = set(out.split("`")[1::2])
    assert main(shlex.split(command)[1:]) == 0, "one command reads each line as what it is"
    made = (tmp_path / "mixed.chat.jsonl").read_text().splitlines()
    assert len(made) == 10
    assert all(list(json.loads(one)) == ["messages"] for one in made)


def test_a_list_of_messages_stays_one_conversation(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "bare.jsonl"
    bye = [user("Bye"), answer("See you")]
    for layout in (
        lines_of([TURNS, bye]),
        json.dumps([TURNS, bye]).encode(),
        json.dumps([TURNS, bye], indent=2).encode(),
        (json.dumps(TURNS, indent=1) + "\n" + json.dumps(bye, indent=1)).encode(),
    ):
        path.write_bytes(layout)
        assert main(["fix", str(path), "--in-place"]) == 0
        left = [json.loads(one) for one in path.read_bytes().splitlines()]
        assert left == [{"messages": TURNS}, {"messages": bye}]
    turns = FOREIGN["sharegpt"][0]["conversations"]
    path.write_bytes(json.dumps(turns, indent=1).encode())
    assert main(["fix", str(path), "--in-place"]) == 1
    assert json.loads(path.read_bytes()) == turns, "turns are not torn apart either"
    assert "by hand" in capfd.readouterr().err


WITH_KEYS = [
    chat(USER, ANSWER, metadata={"topic": "billing and more"}, id=7),
    chat(user("a", id="m1"), answer("b", thinking="first I look")),
    chat(USER, ANSWER, user("and then?")),
]


def test_a_text_is_taken_out_of_a_file_only_after_a_yes(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "keys.jsonl"
    before = written(path, b"\n".join(WITH_KEYS) + b"\n")
    assert main(["fix", str(path), "--in-place"]) == 4
    assert path.read_bytes() == before
    err = capfd.readouterr().err
    assert "takes out 1 text at metadata.topic, the first in line 1: “billing and more”" in err
    assert "would lose 3 texts" in err
    assert "--yes" in err
    assert main(["fix", str(path), "--in-place", "--json"]) == 4
    document = json.loads(capfd.readouterr().out)
    assert document["error"]["title"] == "Not written"
    told = document["files"][0]
    assert told["written"] is None
    assert [(one["line"], one["where"], one["text"]) for one in told["removed"]] == [
        (1, "metadata.topic", "billing and more"),
        (2, "messages[0].id", "m1"),
        (2, "messages[1].thinking", "first I look"),
        (3, "messages[2].content", "and then?"),
    ]
    # To the standard output, or into a new file: nothing is lost, all of it is said.
    new = tmp_path / "new.jsonl"
    assert main(["fix", str(path), "-o", str(new)]) == 0
    assert "first I look" in capfd.readouterr().err
    assert main(["fix", str(path), "--in-place", "--yes"]) == 0
    assert path.read_bytes() == new.read_bytes()
    assert b"thinking" not in new.read_bytes()


def test_labels_of_a_few_characters_and_numbers_need_no_yes(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "keys.jsonl"
    path.write_bytes(chat(user("a", id="m1"), ANSWER, distance=0.5) + b"\n")
    assert main(["fix", str(path), "--in-place"]) == 0
    assert path.read_bytes() == chat(user("a"), ANSWER) + b"\n"
    assert "“m1”" in capfd.readouterr().err


def test_the_other_files_are_fixed_where_one_is_refused(tmp_path: Path, capfd: Any) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    before = written(first, lines_of(ALPACA))
    second.write_bytes(chat(USER, answer(" a")) + b"\n")
    assert main(["fix", str(first), str(second), "--in-place", "--json"]) == 2
    assert first.read_bytes() == before
    assert second.read_bytes() == chat(USER, answer("a")) + b"\n"
    refused, mended = json.loads(capfd.readouterr().out)["files"]
    assert (refused["refused"], refused["written"]) == ("alpaca", None)
    assert (mended["refused"], mended["changes"]) == (None, 1)


def test_the_old_format_becomes_chats_when_its_rule_is_named(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "old.jsonl"
    path.write_bytes(line({"prompt": "Q\n\n###\n\n", "completion": " A END"}) + b"\n")
    assert main(["fix", str(path), "--rule", "legacy-completion"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["messages"] == [user("Q"), answer("A")]
    assert "“###”" in err


def test_standard_input_is_named_in_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    given = tmp_path / "given.jsonl"
    given.write_bytes(lines_of(ALPACA))
    with given.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["fix", "-"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "`finetui convert - --from alpaca`" in err


NULLS = [
    line({"messages": [USER, ANSWER], "tools": None, "functions": None}),
    chat(USER, answer("a", tool_calls=None, function_call=None, refusal=None, weight=None)),
    chat(user("a", name=None), answer("b", name=None, audio=None), parallel_tool_calls=None),
    line({"messages": [USER, answer("a", tool_calls=[])], "tools": []}),
    line(
        {
            "input": {"messages": [USER], "tools": None},
            "preferred_output": [answer("a", tool_calls=None)],
            "non_preferred_output": [answer("b", refusal=None)],
        }
    ),
    line(
        {
            "messages": [USER, ANSWER],
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "f",
                        "description": None,
                        "strict": None,
                        "parameters": {
                            "type": "object",
                            "properties": {
                                "a": {"type": "string", "enum": None, "default": None},
                                "b": None,
                            },
                            "required": None,
                        },
                    },
                }
            ],
        }
    ),
]


def test_nulls_and_empty_lists_go(tmp_path: Path, capfdbinary: Any) -> None:
    path = tmp_path / "nulls.jsonl"
    path.write_bytes(b"\n".join(NULLS) + b"\n")
    assert main(["fix", str(path), "--in-place"]) == 0
    left = [json.loads(one) for one in path.read_bytes().splitlines()]
    assert left[0] == {"messages": [USER, ANSWER]}
    assert left[1] == {"messages": [USER, answer("a")]}
    assert left[2] == {"messages": [user("a"), answer("b")]}
    assert left[3] == {"messages": [USER, answer("a")]}
    assert left[4] == {
        "input": {"messages": [USER]},
        "preferred_output": [answer("a")],
        "non_preferred_output": [answer("b")],
    }
    assert left[5]["tools"][0]["function"] == {
        "name": "f",
        "strict": None,
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "string", "default": None}},
        },
    }
    capfdbinary.readouterr()


def test_every_error_that_stays_is_named_and_ends_with_1(tmp_path: Path, capfd: Any) -> None:
    path, good = tmp_path / "cut.jsonl", chat(USER, answer("a"))
    rows = [
        good[:40],
        good[40:],
        chat(user(4.2), ANSWER),
        b'{"messages":[{"role":"user","content":"a","content":"b"}]}',
        b"null",
        chat(USER, answer(" spaced ")),
    ]
    path.write_bytes(b"\n".join([*rows, b""]))
    assert main(["fix", str(path), "-o", str(tmp_path / "new.jsonl")]) == 1
    err = capfd.readouterr().err
    for said in ("Line cut off: left in line 1", "Invalid JSON: left in line 2",
                 "Content of the wrong type: left in line 3",
                 "No assistant message: left in line 4",
                 "Not an object: left in line 5"):  # fmt: skip
        assert said in err, said
    assert main(["fix", str(path), "--rule", "answer-whitespace"]) == 0, "only this was asked for"
    assert "left in" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "keys",
    [{"rating": "bad"}, {"feedback": "thumbs_down"}, {"is_good": False}, {"toxic": True},
     {"vote": "down"}, {"accepted": 0}],
)  # fmt: skip
def test_a_bad_answer_is_not_made_a_good_one(
    tmp_path: Path, keys: dict[str, Any], capfd: Any
) -> None:
    """Taking the verdict out, as an unknown key, would have the answer learned."""
    path, judged = tmp_path / "judged.jsonl", chat(USER, answer("go away"), **keys)
    rows = [chat(USER, answer(f" a{n}")) for n in range(3)]
    path.write_bytes(b"\n".join([*rows, judged, b""]))
    assert main(["check", str(path)]) == 1
    out = capfd.readouterr().out
    assert "which must not be learned" in out
    assert "unknown-key" not in out
    assert main(["fix", str(path), "--in-place", "--yes"]) == 1
    assert path.read_bytes().splitlines()[3] == judged
    assert main(["convert", str(path), "-o", str(tmp_path / "new.jsonl")]) == 0
    assert b"go away" not in (tmp_path / "new.jsonl").read_bytes()


def test_a_good_verdict_goes_like_any_key_and_a_grade_stays_with_what_to_do(
    tmp_path: Path, capfd: Any
) -> None:
    path = tmp_path / "judged.jsonl"
    graded = chat(USER, ANSWER, score=1)
    path.write_bytes(b"\n".join([chat(USER, ANSWER, rating="good"), graded, b""]))
    assert main(["fix", str(path), "--in-place", "--yes"]) == 1
    assert path.read_bytes().splitlines() == [chat(USER, ANSWER), graded]
    assert "--without score" in capfd.readouterr().err
    # As it says: bad ones are dropped with --bad, or the key is taken out.
    target = tmp_path / "new.jsonl"
    assert main(["convert", str(path), "--bad", "score<2", "-o", str(target)]) == 0
    assert target.read_bytes().splitlines() == [chat(USER, ANSWER)]
    assert main(["convert", str(path), "--without", "score", "-o", str(tmp_path / "b.jsonl")]) == 0
    assert len((tmp_path / "b.jsonl").read_bytes().splitlines()) == 2
    assert main(["convert", str(path), "--bad", "score"]) == 2
    assert "--bad 'score<0'" in capfd.readouterr().err


def test_keys_that_no_reader_knows_are_told_how_to_convert(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"query": "tin", "pos": ["a metal"], "neg": ["a fruit"]}\n')
    assert main(["fix", str(path), "-o", str(tmp_path / "out.jsonl")]) == 1
    assert (
        "convert reads any keys that it is told with --user and --assistant"
        in capsys.readouterr().err
    )


def test_inputs_and_targets_are_question_and_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "flan.jsonl"
    path.write_text('{"inputs": "Translate: one", "targets": "eins", "task": "tr"}\n')
    made = tmp_path / "out.jsonl"
    assert main(["fix", str(path), "-o", str(made)]) == 2
    assert f"finetui convert {path} --from table" in capsys.readouterr().err
    assert main(["convert", str(path), "-o", str(made)]) == 0
    assert [m["content"] for m in json.loads(made.read_text())["messages"]] == [
        "Translate: one",
        "eins",
    ]
