"""convert, split, diff and stats as a script uses them: files, pipes, JSON, exit codes."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.dataset.test_splitting import line
from tui.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("app_folder")


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Let standard input hold bytes."""
    with ExitStack() as stack:

        def hold(data: bytes) -> None:
            path = tmp_path / "fed"
            path.write_bytes(data)
            monkeypatch.setattr("sys.stdin", stack.enter_context(path.open(encoding="utf-8")))

        yield hold


def ran(capsys: Any, *arguments: str) -> tuple[int, Any]:
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def sharegpt(path: Path) -> None:
    good = {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}
    path.write_text("\n".join(map(json.dumps, [good, {"conversations": []}, good])))


def test_convert_to_a_file_lists_what_it_drops(tmp_path: Path, capsys: Any) -> None:
    sharegpt(tmp_path / "in.jsonl")
    code, said = ran(capsys, "convert", "in.jsonl", "-o", "out.jsonl")
    assert code == 1
    assert (said["read"], said["converted"], said["from"]) == (3, 2, "sharegpt")
    assert said["dropped"][0]["position"] == 2
    assert (tmp_path / "out.jsonl").read_text().count("\n") == 2
    assert ran(capsys, "convert", "in.jsonl", "--strict")[0] == 1
    assert main(["convert", "in.jsonl", "-o", "in.jsonl", "--yes"]) == 2
    assert main(["convert", "in.jsonl", "--from", "kto", "-o", "none.jsonl"]) == 1
    assert not (tmp_path / "none.jsonl").exists()
    before = (tmp_path / "in.jsonl").read_bytes()
    assert main(["convert", "in.jsonl", "--in-place"]) == 4  # a row would be lost
    assert (tmp_path / "in.jsonl").read_bytes() == before
    assert main(["convert", "in.jsonl", "--in-place", "--dropped", "lost.jsonl"]) == 1
    assert json.loads((tmp_path / "lost.jsonl").read_text())["row"] == {"conversations": []}
    assert (tmp_path / "in.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()


def test_convert_from_a_pipe_to_standard_output(
    capfdbinary: Any, feed: Callable[[bytes], None]
) -> None:
    feed(b"Frage,Antwort\nQ,A\n,B\n")
    assert main(["convert", "-", "--columns", "user=Frage,assistant=Antwort"]) == 1
    out, err = capfdbinary.readouterr()
    assert json.loads(out)["messages"][0]["content"] == "Q"
    assert b"column Frage is empty" in err
    feed(b'[{"instruction": "Q", "output": "A"}, {"instruction": "Q"}]')
    assert main(["convert", "-", "--to", "gemini"]) == 1
    out, err = capfdbinary.readouterr()
    assert json.loads(out)["contents"][1] == {"role": "model", "parts": [{"text": "A"}]}
    assert b"dropped row 2: output is missing" in err


def test_losses_of_both_steps_name_rows_of_the_input(tmp_path: Path, capsys: Any) -> None:
    rows = [{"text": 1}, {"text": "A"}, {"text": "### Human: Q\n### Assistant: A"}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    code, said = ran(capsys, "convert", "in.jsonl", "--to", "alpaca", "-o", "out.jsonl")
    assert code == 1
    assert [d["position"] for d in said["dropped"]] == [1, 2]
    assert json.loads((tmp_path / "out.jsonl").read_text())["instruction"] == "Q"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing.jsonl"],
        ["odd.jsonl"],
        ["odd.jsonl", "--from", "csv"],
        ["odd.jsonl", "--to", "kto"],
        ["odd.csv"],
        ["odd.csv", "--columns", "x"],
    ],
)
def test_convert_says_what_it_needs(tmp_path: Path, capsys: Any, arguments: list[str]) -> None:
    (tmp_path / "odd.jsonl").write_text('{"a": 1}\n')
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    assert main(["convert", *arguments]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("finetui: ")


def test_split_writes_two_files_once(tmp_path: Path, capsys: Any) -> None:
    lines = [line(f"q{n}") for n in range(50)]
    (tmp_path / "all.jsonl").write_bytes(b"\n".join(lines))
    code, said = ran(capsys, "split", "all.jsonl", "--validation", "20%", "--dry-run")
    assert (code, said["written"], said["validation"]["examples"]) == (0, False, 10)
    code, said = ran(capsys, "split", "all.jsonl", "--validation", "20%")
    assert (code, said["written"]) == (0, True)
    assert (tmp_path / "all.valid.jsonl").read_bytes().count(b"\n") == 10
    assert main(["split", "all.jsonl"]) == 2  # the files exist
    capsys.readouterr()
    code, said = ran(capsys, "split", "all.jsonl", "-o", "t.jsonl", "v.jsonl")
    assert said["remembered"] == 50
    assert (tmp_path / "v.jsonl").read_bytes() == (tmp_path / "all.valid.jsonl").read_bytes()
    assert main(["split", "all.jsonl", "--validation", "0"]) == 2
    assert main(["split", "all.jsonl", "-o", "x", "x"]) == 2


def test_a_share_that_earlier_splits_shift_is_told_in_both_forms(
    tmp_path: Path, capsys: Any
) -> None:
    rows = [line(f"Question {n}") for n in range(20)]
    (tmp_path / "all.jsonl").write_bytes(b"\n".join(rows) + b"\n")
    code, said = ran(capsys, "split", "all.jsonl", "--validation", "20%")
    assert (code, said["remarks"]) == (0, [])
    held, kept = ((tmp_path / f"all.{part}.jsonl").read_bytes() for part in ("valid", "train"))
    (tmp_path / "new.jsonl").write_bytes(held + b"".join(kept.splitlines(keepends=True)[:4]))
    why = "50.0 % instead of 20.0 %: 8 examples stay where earlier splits put them"
    assert main(["split", "new.jsonl", "--validation", "20%", "--dry-run"]) == 0
    assert why in capsys.readouterr().out
    _, said = ran(capsys, "split", "new.jsonl", "--validation", "20%", "--dry-run")
    assert said["remarks"] == [why]


def test_split_keeps_what_is_nearly_the_same_together(tmp_path: Path, capsys: Any) -> None:
    words = " ".join(f"word{n}" for n in range(60))
    lines = [line(f"{words} {end}") for end in ("alpha", "beta", "gamma", "delta")]
    (tmp_path / "all.jsonl").write_bytes(b"\n".join([*lines, *(line(f"q{n}") for n in range(6))]))
    _, said = ran(capsys, "split", "all.jsonl", "--near", "--dry-run")
    assert said["groups"] == 7
    _, said = ran(capsys, "split", "all.jsonl", "--dry-run")
    assert said["groups"] == 10


def test_diff_tells_by_its_exit_code(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "a").write_bytes(line("one") + b"\n" + line("two") + b"\n")
    (tmp_path / "b").write_bytes(line("two", "better") + b"\n")
    code, said = ran(capsys, "diff", "a", "b")
    assert code == 1
    assert (said["removed"], said["changed"], said["same"]) == (1, 1, 0)
    assert said["changes"][1] == {"change": "changed", "before": 2, "after": 1}
    assert main(["diff", "a", "a"]) == 0
    assert capsys.readouterr().out == "2 the same\n"
    assert main(["diff", "a", "b"]) == 1
    assert "~ changed 2 → 1" in capsys.readouterr().out


def test_stats_of_a_pipe(capsys: Any, feed: Callable[[bytes], None]) -> None:
    data = b"\n".join([line("one", system="S"), line("one", system="S"), b"", b"{", line("two")])
    feed(data)
    code, said = ran(capsys, "stats", "-")
    assert code == 0
    (found,) = said["files"]
    assert (found["examples"], found["broken"], found["blank"]) == (3, 1, 1)
    assert (found["duplicates"], found["same_prompts"]) == (1, 1)
    assert found["patterns"] == {"system user assistant": 2, "user assistant": 1}
    feed(data)
    assert main(["stats", "-"]) == 0
    assert "3 examples" in capsys.readouterr().out
