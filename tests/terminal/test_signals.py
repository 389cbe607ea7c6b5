"""However the program ends or stops: the terminal is as before, and nothing typed is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.home import Home
from tests.lab_process import ROOT, chat_lines, wait_for
from tests.screens.conftest import use_profile
from tests.terminal.program import AT_REST, Program

if TYPE_CHECKING:
    from pathlib import Path

ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    # Not the lab's: each program would start one, and nothing here is asked of any.
    made = tmp_path / "home"
    use_profile(made, "http://127.0.0.1:9/v1")
    return made


def kept(home: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in (home / "state" / "typed").glob("*.json"):
        found |= json.loads(path.read_bytes() or b"{}")  # it is made before it is filled
    return found


def in_chat(program: Program) -> None:
    program.see("take the tour")
    program.send("4")
    program.see("Ask the model something.")


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_restores_the_terminal_and_keeps_the_prompt(
    home: Path, number: signal.Signals
) -> None:
    with Program(home) as program:
        in_chat(program)
        program.send("Is tap water")
        program.see("water")
        assert program.modes() != AT_REST
        os.kill(program.pid, number)
        assert program.wait() == 128 + number
        assert program.restored()
        assert "Traceback" not in program.text()
        assert kept(home) == {"chat prompt": "Is tap water"}
    if number is not ENDING[0]:
        return  # whatever has ended it, the same is kept: to open it again once will do
    with Program(home) as program:
        program.see("take the tour")
        program.send("4")
        program.see("Is tap water")
        program.send("\x11")
        assert program.wait() == 0
        assert program.restored()


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_before_the_first_frame_ends_without_a_fault(
    home: Path, number: signal.Signals
) -> None:
    with Program(home, anew=True) as program:
        while b"\x1b[?1049h" not in program.raw:  # its screen is still being put together
            program.look()
        os.kill(program.pid, number)
        assert program.wait() == 128 + number
        assert program.restored()
        assert "Traceback" not in program.text()
        assert "rror" not in program.text()


def test_a_terminal_that_is_closed_ends_the_program(home: Path) -> None:
    with Program(home) as program:
        in_chat(program)
        program.send("abc")
        program.see("abc")
        program.hang_up()
        assert program.wait_without_terminal() in {128 + signal.SIGHUP, 120}
        assert kept(home) == {"chat prompt": "abc"}


def test_a_program_that_does_not_answer_ends_too(home: Path, tmp_path: Path) -> None:
    stuck = tmp_path / "sitecustomize.py"
    stuck.write_text(
        "import time\nimport tui.app\nfrom tui.terminal import endings\nendings.ORDERLY_S = 0.3\n"
        "from tui.dispatch import handles\n"
        "tui.app.FinetuiApp.help = handles('app.help')(lambda self: time.sleep(60))\n"
    )
    with Program(home, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}") as program:
        in_chat(program)
        program.send("abc")
        program.see("abc")
        wait_for(lambda: kept(home))
        program.send("\x1b?")
        while program.look(0.5):
            pass
        os.kill(program.pid, signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.restored()
        assert kept(home) == {"chat prompt": "abc"}


def test_an_error_nobody_foresaw_leaves_the_terminal_in_order(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "sitecustomize.py"
    broken.write_text(
        "import tui.app\nfrom tui.dispatch import handles\n"
        "@handles('app.help')\n"
        "def fail(self): raise ValueError('on purpose')\n"
        "tui.app.FinetuiApp.help = fail\n"
    )
    with Program(home, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}") as program:
        in_chat(program)
        program.see("cannot be reached")  # the profile is open: what is typed is kept on disk
        program.send("\x1b")  # closes the error
        program.send("abc")
        program.see("abc")
        program.send("\x1b?")
        assert program.wait() == 1
        assert program.restored()
        assert "on purpose" in program.text()
        assert kept(home) == {"chat prompt": "abc"}


def test_the_lab_outlives_a_signal_and_a_closed_terminal(tmp_path: Path) -> None:
    lab = Home(tmp_path / "with a lab")
    try:
        with Program(lab.path) as program:
            in_chat(program)  # looks for a model: the lab starts
            pid = wait_for(lab.lab_pid)
            program.hang_up()
            program.wait_without_terminal()
        assert lab.lab_pid() == pid
    finally:
        lab.end_lab()


def test_the_editor_keeps_what_is_typed(home: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(chat_lines(12))
    with Program(home, str(data)) as program:
        program.see("Example 1 of 12")
        program.send("e")
        program.see("ctrl+s keeps")
        program.send(" and more")
        program.see("more")
        os.kill(program.pid, signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
    assert data.read_bytes() == chat_lines(12)
    with Program(home, "--fresh", str(data)) as program:  # else the editor would be open again
        program.see("it again")
        program.send("e")
        program.see("ctrl+z takes it out")
        program.see("and more")
        program.send("\x13")
        program.see("not saved")
        program.send("\x13")
        program.see("Saved")
        program.send("\x11")
        assert program.wait() == 0
    assert b"and more" in data.read_bytes()
    assert kept(home) == {}


# A shell with job control, as far as it matters: the program is in a group of its own.
AGAIN = 'echo "stopped=%s"; read line; fg; '
SHELL = f'set -m; trap "" TTOU; "$@"; {AGAIN * 3 % (1, 2, 3)}echo "ended=$?"'


def test_a_stop_gives_the_terminal_back_and_fg_paints_it_all(home: Path) -> None:
    with Program(home, shell=SHELL) as program:
        in_chat(program)
        program.send("abc")
        program.see("abc")
        for number, how in enumerate(("by a signal", "by its command", "from outside"), 1):
            start = len(program.raw)
            if how == "by its command":
                program.send("\x10suspend\r")
            else:  # of SIGSTOP it cannot know
                stop = signal.SIGTSTP if how == "by a signal" else signal.SIGSTOP
                os.kill(child(program.pid), stop)
            program.see(f"stopped={number}", start)
            assert how == "from outside" or program.modes() == AT_REST
            start = len(program.raw)
            program.send("\n")
            program.see("^p Commands", start)  # the footer: all of it is there
            assert program.modes()[1049]
            if how != "from outside":
                program.see("1 Datasets", start)
                program.see("abc", start)
            program.send(f"def{number}")
            program.see(f"def{number}", start)
        program.send("\x11")
        program.see("ended=0")
        assert program.modes() == AT_REST


def child(pid: int) -> int:
    """Return the only child of a process."""
    return wait_for(lambda: next(iter(_children(pid)), None)) or 0


def _children(pid: int) -> list[int]:
    done = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = (line.split() for line in done.stdout.splitlines())
    return [int(one) for one, parent in pairs if int(parent) == pid]


def test_without_a_shell_it_does_not_stand_still(home: Path) -> None:
    with Program(home) as program:
        in_chat(program)
        program.send("\x10suspend\r")
        program.see("no shell to go back to")
        program.send("\x11")
        assert program.wait() == 0


def test_bytes_of_escape_and_a_key_in_one_packet(home: Path) -> None:
    with Program(home) as program:
        in_chat(program)
        program.see("Cannot list the models")
        program.send("\x1b")  # closes that, and would later do nothing else
        program.send("ab")
        program.see("ab")
        start = len(program.raw)
        program.send("\x1b5")
        program.see("models", start)
        program.send("4")
        program.see("ab", start)
        assert "∞" not in program.text()
        program.send("\x11")
        assert program.wait() == 0
