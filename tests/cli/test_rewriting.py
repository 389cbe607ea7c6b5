"""fix, redact and dedupe: from a file or standard input, and never over a file unasked."""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.rows import ANSWER, GOOD, USER, answer, chat, says
from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("app_home")

SECRET = says("write to mia@example.com with sk-proj-4f9AexampleNotARealKey0000")
FLAWED = [
    GOOD[:-1] + b",}",
    b"",
    chat(USER, answer(" spaced ")),
    chat(USER, {"role": "robot", "content": "a"}, ANSWER),
    GOOD,
    SECRET,
]


@pytest.fixture
def flawed(tmp_path: Path) -> Path:
    path = tmp_path / "flawed.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(FLAWED))
    return path


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = tempfile.TemporaryFile()  # noqa: SIM115 - it goes with the test
        self.buffer.write(data)
        self.buffer.seek(0)

    def __del__(self) -> None:
        self.buffer.close()

    def fileno(self) -> int:
        return self.buffer.fileno()

    def isatty(self) -> bool:
        return False


def test_fix_writes_to_standard_output_and_tells(flawed: Path, capfdbinary: Any) -> None:
    before = flawed.read_bytes()
    assert main(["fix", str(flawed)]) == 1, "something is left"
    out, err = capfdbinary.readouterr()
    lines = out.split(b"\n")
    assert lines[0] == lines[3] == GOOD
    assert json.loads(lines[1])["messages"][1]["content"] == "spaced"
    assert lines[4] == SECRET, "secrets have a command of their own"
    assert lines[5:] == [b""]
    assert b"removed the byte order mark" in err
    assert b"Unknown role: left in line 3 of the result, to be mended by hand" in err
    assert flawed.read_bytes() == before


def test_one_rule_in_place_changes_nothing_else(flawed: Path, capsys: Any) -> None:
    assert main(["fix", str(flawed), "--rule", "answer-whitespace", "--in-place", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["files"][0]["by"] == {"answer-whitespace": 1}
    assert document["files"][0]["written"] == str(flawed)
    lines = flawed.read_bytes().split(b"\n")
    assert lines[0] == b"\xef\xbb\xbf" + FLAWED[0]
    assert lines[1] == FLAWED[1]
    assert lines[3:] == FLAWED[3:]


def test_line_ends_stay_unless_asked(tmp_path: Path, capfdbinary: Any) -> None:
    path = tmp_path / "crlf.jsonl"
    path.write_bytes(GOOD + b"\r\n" + chat(USER, answer(" a")) + b"\r\n")
    assert main(["fix", str(path), "--rule", "answer-whitespace"]) == 0
    assert capfdbinary.readouterr().out.count(b"}\r\n") == 2
    assert main(["fix", str(path), "--rule", "crlf"]) == 0
    assert b"\r" not in capfdbinary.readouterr().out


def test_redact_and_dedupe_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(SECRET + b"\n"))
    assert main(["redact", "-"]) == 0
    assert capfdbinary.readouterr().out == says("write to [EMAIL] with [API_KEY]") + b"\n"
    monkeypatch.setattr(sys, "stdin", Stdin(SECRET + b"\n"))
    assert main(["redact", "--kind", "secrets", "-"]) == 0
    assert b"mia@example.com" in capfdbinary.readouterr().out
    twice = GOOD + b"\n" + GOOD.replace(b": ", b":") + b"\n" + SECRET + b"\n"
    monkeypatch.setattr(sys, "stdin", Stdin(twice))
    assert main(["dedupe", "-"]) == 0
    out, err = capfdbinary.readouterr()
    assert out == GOOD + b"\n" + SECRET + b"\n"
    assert b"1 duplicate of 3 lines taken out" in err


def test_an_output_is_never_overwritten(flawed: Path, tmp_path: Path, capfd: Any) -> None:
    target = tmp_path / "new.jsonl"
    assert main(["fix", str(flawed), "-o", str(target)]) == 1
    made = target.read_bytes()
    assert made
    assert main(["fix", str(flawed), "-o", str(target)]) == 2
    assert main(["fix", str(flawed), str(target)]) == 2
    assert main(["fix", "-", "--in-place"]) == 2
    assert main(["fix", str(flawed), "--rule", "nonsense"]) == 2
    assert main(["fix", str(tmp_path / "none.jsonl")]) == 2
    assert target.read_bytes() == made
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("where", ["output", "in place", "stdout"])
def test_a_file_that_redact_cannot_look_at_gets_no_copy_that_looks_redacted(
    where: str, tmp_path: Path, capfdbinary: Any
) -> None:
    packed, copy = tmp_path / "a.jsonl.gz", tmp_path / "clean.jsonl.gz"
    packed.write_bytes(before := gzip.compress(SECRET))
    more = {"output": ["-o", str(copy)], "in place": ["--in-place"], "stdout": []}[where]
    assert main(["redact", str(packed), *more]) == 1
    out, err = capfdbinary.readouterr()
    assert packed.read_bytes() == before
    assert not copy.exists()
    assert before not in out
    assert b"not looked at: a file packed with gzip is not text" in err
    assert b"finetui convert " in err
    assert b"nothing written" in err
