"""edit: what the menu of operations does on the screen, without one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.rows import rows_of
from tui.cli import main
from tui.core.bulk import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = ("red", "green", "blue", "grey", "pink", "teal")


def chat(colour: str, **more: Any) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "human", "content": f"colour {colour}? "},
            {"role": "assistant", "content": f"colour {colour}", **more},
        ]
    }


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path / "home"))
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(chat(c)) + "\n" for c in COLOURS))
    return path


def edited(path: Path, *words: str, code: int = 0) -> list[Any]:
    target = path.with_name("out.jsonl")
    target.unlink(missing_ok=True)
    assert main(["edit", str(path), "-o", str(target), *words]) == code
    return rows_of(target)


def contents(made: list[Any], at: int = 1) -> list[str]:
    return [one["messages"][at]["content"] for one in made]


def test_find_and_replace_in_some_roles(rows: Path) -> None:
    made = edited(rows, "--find", "colour", "--replace", "color", "--roles", "assistant")
    assert contents(made) == [f"color {c}" for c in COLOURS]
    assert contents(made, 0) == [f"colour {c}? " for c in COLOURS]
    made = edited(rows, "--find", r"colour (\w+)", "--replace", r"\1", "--regex")
    assert contents(made) == [*COLOURS]
    made = edited(rows, "--find", "COLOUR ", "--replace", "", "--any-case", "--where", "/blue/")
    assert contents(made) == [c if c == "blue" else f"colour {c}" for c in COLOURS]


def test_roles_weights_and_the_system_prompt(rows: Path) -> None:
    made = edited(rows, "--map-role", "human=user", "--system", "Be brief.", "--strip", "around")
    assert made[0]["messages"][0] == {"role": "system", "content": "Be brief."}
    assert made[0]["messages"][1] == {"role": "user", "content": "colour red?"}
    two = {"messages": [*chat("red", weight=0)["messages"], *chat("blue")["messages"]]}
    rows.write_text(json.dumps(two) + "\n")
    assert [m.get("weight") for m in edited(rows, "--weights", "all")[0]["messages"]] == [None] * 4
    made = edited(rows, "--weights", "last")
    assert [m.get("weight") for m in made[0]["messages"]] == [None, 0, None, None]


def test_calls_are_numbered_through(rows: Path) -> None:
    function = {"name": "f", "arguments": "{}"}
    called = {"role": "assistant", "tool_calls": [{"id": "x9", "function": function}]}
    replied = {"role": "tool", "tool_call_id": "x9", "content": "1"}
    rows.write_text(json.dumps({"messages": [called, replied]}))
    made = edited(rows, "--renumber-calls")[0]["messages"]
    assert (made[0]["tool_calls"][0]["id"], made[1]["tool_call_id"]) == ("call_1", "call_1")
    assert not rows.with_name("out.jsonl").read_bytes().endswith(b"\n"), "as the file was"


def test_orders_are_those_of_the_seed(rows: Path) -> None:
    usual = contents(edited(rows, "--shuffle", "--seed", "7"))
    assert sorted(usual) == sorted(f"colour {c}" for c in COLOURS)
    assert usual != [f"colour {c}" for c in COLOURS]
    assert contents(edited(rows, "--shuffle", "--seed", "7")) == usual
    assert contents(edited(rows, "--shuffle", "--seed", "8")) != usual
    kept = contents(edited(rows, "--sample", "50%", "--seed", "7"))
    assert len(kept) == 3
    assert contents(edited(rows, "--sample", "3", "--seed", "7")) == kept
    longest = contents(edited(rows, "--sort", "length", "--falling"))
    assert longest[0] == "colour green"
    left = contents(edited(rows, "--delete", "--where", "red OR teal"))
    assert left == [f"colour {c}" for c in COLOURS if c not in {"red", "teal"}]


def test_a_filter_asks_for_problems_and_tokens_too(rows: Path) -> None:
    assert edited(rows, "--delete", "--where", "issue:role-unknown") == []
    assert edited(rows, "--delete", "--where", "tokens>3") == []
    assert len(edited(rows, "--delete", "--where", "tokens>3000")) == len(COLOURS)


def test_lines_it_does_not_touch_stay_and_broken_ones_are_told(
    rows: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    odd = b'{"messages" :[ {"role":"human","content":"x"} ] , "n": 1.0}\r\n'
    rows.write_bytes(b"\xef\xbb\xbf" + odd + b'{"broken\r\n\r\n' + json.dumps(chat("red")).encode())
    words = ("edit", str(rows), "--find", "red", "--replace", "blue", "--in-place")
    assert main([*words, "--dry-run"]) == 1
    assert b"red" in rows.read_bytes()
    assert "find and replace: 1 example" in capfd.readouterr().err
    assert main([*words, "--json"]) == 1
    document = json.loads(capfd.readouterr().out)["files"][0]
    assert document["by"] == {"find and replace": 1}
    assert "left as it is: 1 line: the line is not JSON" in document["remarks"][-1]
    made = rows.read_bytes()
    assert made.startswith(b"\xef\xbb\xbf" + odd + b'{"broken\r\n\r\n')
    assert b"colour blue" in made


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--find", "x"),
        ("--delete",),
        ("--find", "(", "--replace", "", "--regex"),
        ("--map-role", "human=robot"),
        ("--sample", "200%"),
        ("--strip", "around", "--roles", "robot"),
        ("--cut", "--where", "tokens>"),
        ("--cut", "--where", "marked"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    rows: Path, words: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    before = rows.read_bytes()
    assert main(["edit", str(rows), "--in-place", *words]) == 2
    assert capfd.readouterr().err.startswith("finetui: Usage: ")
    assert rows.read_bytes() == before


def test_every_operation_of_the_menu_can_be_asked_for() -> None:
    from tui.cli import edit
    from tui.cli.dispatch import parser_of

    asked = [
        *("--system", "a", "--map-role", "a=user", "--find", "a", "--replace", "b", "--cut"),
        *("--strip", "both", "--normalise", "both", "--weights", "all", "--renumber-calls"),
        *("--delete", "--where", "x", "--sort", "turns", "--shuffle", "--sample", "1"),
    ]
    options = parser_of("edit").parse_args(["edit", "file", *asked])
    names = {operation.id for operation, _ in edit.steps_of(options)}
    assert names == {*OPERATIONS} - {"dedupe"}, "which is a command of its own"
