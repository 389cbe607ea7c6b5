"""Help: the commands by task, examples that are true, and nothing heavy loaded for it."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import ROOT
from tui.cli.completion import whole_parser
from tui.cli.dispatch import dispatch, parser_of
from tui.cli.examples import EXAMPLES
from tui.cli.overview import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAVY = ["asyncio", "textual", "rich", "openai", "numpy", "tiktoken", "sqlite3", "logging"]
# Not commands: they are parts of some, or run all of them.
PARTS = re.compile(r"def register\(commands")


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield inner
                yield from parsers(inner)


@cache
def every_command() -> dict[str, argparse.ArgumentParser]:
    return {one.prog.partition(" ")[2]: one for one in parsers(whole_parser())}


def test_all_commands_are_grouped(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        dispatch(["--help"])
    text = capsys.readouterr().out
    modules = [one for one in (ROOT / "tui/cli").glob("*.py") if PARTS.search(one.read_text())]
    assert {one.stem for one in modules} == set(COMMANDS)
    assert set(re.findall(r"^  ([a-z]+)  +[a-z]", text, re.MULTILINE)) >= set(COMMANDS)
    assert max(map(len, text.splitlines())) <= 80


def test_each_command_has_examples_and_tells_its_exit_codes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert set(EXAMPLES) == set(every_command()) - {"lab"}  # which explains itself
    for name, parser in every_command().items():
        if name == "lab":
            continue
        text = parser.format_help()
        assert f"examples:\n  finetui {name}" in text
        assert re.search(r"exit codes: .*see finetui --help$", text.rstrip()), name
        end = text[text.index("examples:") :]
        assert max(map(len, end.splitlines())) <= 80, name


def test_examples_are_understood() -> None:
    """Each is parsed as it would be typed; a group's names one of its commands."""
    for name, lines in EXAMPLES.items():
        for line in lines:
            words = [*name.split(), *shlex.split(line.partition(" > ")[0])]
            options = parser_of(words[0]).parse_args(words)
            assert options.run is not None


def test_the_lab_is_completed_as_it_is() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tui.lab", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    named = set(re.findall(r"--[a-z-]+", every_command()["lab"].format_usage()))
    assert named == set(re.findall(r"^  (--[a-z-]+)", told, re.MULTILINE))


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_nothing_heavy_is_loaded_to_explain(word: str) -> None:
    code = f"""
import sys
from tui.cli import main
code = main([{word!r}])
print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stderr.strip(), done.returncode) == ("[]", 0)
    assert "finetui" in done.stdout


def test_a_command_that_needs_nothing_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A broken configuration keeps no shell from being set up."""
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path / "home"))
    assert dispatch(["completion", "fish"]) == 0
    assert "complete -c finetui" in capfd.readouterr().out
    assert not (tmp_path / "home").exists()
