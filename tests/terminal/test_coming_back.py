"""However the program ended, the next start is where the user was."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import wait_for
from tests.screens.conftest import use_profile
from tests.terminal.program import Program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    use_profile(made, "http://127.0.0.1:9/v1")  # nothing here is asked of anybody
    return made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give thirty examples, every third of which is about a cat."""
    path = tmp_path / "pets.jsonl"
    lines = []
    for number in range(30):
        said = f"{'cat' if number % 3 == 0 else 'dog'} {number}"
        turns = [("user", f"question {number}"), ("assistant", said)]
        messages = [{"role": role, "content": content} for role, content in turns]
        lines.append(json.dumps({"messages": messages}) + "\n")
    path.write_text("".join(lines))
    return path


def kept(home: Path) -> str:
    """Return all that is on disk of what was typed, and of where one was."""
    state = home / "state"
    files = [*(state / "typed").glob("*.json"), state / "session.json"]
    return "".join(path.read_text() for path in files if path.is_file())


def to_datasets(program: Program) -> None:
    program.see("cannot be reached")
    program.send("\x1b")  # closes the error
    program.send("\x1b")  # leaves the prompt
    program.send("1")


def test_each_kind_of_end_comes_back(home: Path, data: Path) -> None:
    with Program(home, str(data)) as program:
        program.see("Example 1 of 30")
        program.send("/cat\r")
        program.see("10 of 30 shown")
        program.send("jj j\r")  # marks the third, goes to the fifth, and into it
        program.see("Example 13 of 30")
        program.see("1 marked")
        program.send("\x1bOR")  # F3: the tour
        program.see("1/11")
        program.send("4")
        program.see("Ask the model something.")
        program.send("Is tap wa")
        program.see("Is tap wa")
        program.send("\x11")
        assert program.wait() == 0
        assert program.restored()
    assert (home / "state" / "session.json").stat().st_mode & 0o077 == 0

    with Program(home) as program:
        program.see("Is tap wa")
        program.see("1/11")
        to_datasets(program)
        program.see("Example 13 of 30")
        program.see("10 of 30 shown, 1 marked")
        program.send("\x1b[B")
        program.send("w")
        program.see("not saved")  # an edit that is in the journal alone
        program.send("e")
        program.see("ctrl+s keeps")
        program.send(" and half")
        program.see("and half")
        os.kill(program.pid, signal.SIGHUP)
        assert program.wait() == 128 + signal.SIGHUP
    assert "cat 12" in data.read_text()

    with Program(home) as program:
        program.see("ctrl+z takes it out")  # the editor is open
        program.see("cat 12 and half")
        program.send("\x13")
        program.see("1 unsaved change")
        program.send("3")
        program.see("No jobs known")
        program.send("n")
        program.see("New fine-tuning job")
        program.send("\x1b[B" * 4 + "fern")
        program.see("fern")
        os.kill(program.pid, signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM

    with Program(home) as program:
        program.see("New fine-tuning job")
        program.see("fern")
        program.send("\x1b")
        program.see("No jobs known")
        program.send("4")
        program.see("Is tap wa")
        program.send("ter")
        program.see("Is tap water")
        wait_for(lambda: "Is tap water" in kept(home) and '"mode": "chat"' in kept(home))
        os.kill(program.pid, signal.SIGKILL)  # nothing of ours runs
        assert program.wait() == -signal.SIGKILL

    with Program(home) as program:
        program.see("Is tap water")
        to_datasets(program)
        program.see("Example 13 of 30")
        program.see("7▣")  # the status line has no room for the number of marks
        program.see("cat 12 and half")
        program.see("modified")
        program.send("\x11")
        assert program.wait() == 0


def test_a_program_left_behind_is_taken_over(home: Path, data: Path) -> None:
    with Program(home, str(data), anew=True) as left:  # as by a line that was lost without a word
        left.see("Example 1 of 30")
        left.send("jjd")
        left.see("Example 3 of 29")
        left.send("4")
        left.see("Ask the model something.")
        left.send("Is tap wa")
        left.see("Is tap wa")
        with Program(home) as program:
            program.see("Another finetui is open")
            program.see(f"process {left.pid}, since")
            program.send("y")
            assert left.wait() == 128 + signal.SIGHUP
            program.see("Is tap wa")
            to_datasets(program)
            program.see("Example 3 of 29")
            program.see("modified")
            program.send("\x11")
            assert program.wait() == 0


def test_of_two_programs_the_second_reads_until_the_first_has_ended(home: Path, data: Path) -> None:
    with Program(home, str(data)) as first:
        first.see("Example 1 of 30")  # now it has the file
        with Program(home, str(data)) as second:
            second.see("is being edited by another finetui")
            second.send("n")
            second.see("read only")
            first.send("d")
            first.see("Example 1 of 29")
            first.send("\x11")
            assert first.wait() == 0
            second.see("1 unsaved change from last time recovered")
            second.see("Example 1 of 29")
            second.send("d")
            second.see("Example 1 of 28")
            second.send("\x13")
            second.see("Saved")
            second.send("\x11")
            assert second.wait() == 0
    assert data.read_bytes().count(b"\n") == 28
