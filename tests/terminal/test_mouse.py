"""The mouse: clicks arrive as the terminal sends them, or the terminal is never asked for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.screens.conftest import use_profile
from tests.terminal.program import AT_REST, Program

if TYPE_CHECKING:
    from pathlib import Path

MOUSE = re.compile(rb"\x1b\[\?(?:9|100[0-36]|1005|101[56])h")


def click(program: Program, words: str) -> None:
    """Press and release the first button on these words of the screen."""
    lines = program.emulator.text().splitlines()
    row = next(at for at, line in enumerate(lines) if words in line)
    place = f"0;{lines[row].index(words) + 1};{row + 1}"
    program.send(f"\x1b[<{place}M\x1b[<{place}m")


def test_the_bar_and_the_key_line_take_the_clicks_of_a_terminal(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    with Program(home) as program:
        program.see("take the tour")
        while not program.modes()[1006]:
            program.look()
        click(program, "3 Jobs")
        program.see("[3 Jobs]")
        program.see("n New job")
        click(program, "^p Commands")
        program.see("enter chooses")
        program.send("\x1b")
        while "enter chooses" in program.emulator.text():
            program.look()
        program.send("\x11")
        assert program.wait() == 0
        assert program.restored()


@pytest.mark.parametrize("how", ["file", "variable"])
def test_a_mouse_that_is_off_is_never_asked_for(tmp_path: Path, how: str) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    environ = {"FINETUI_MOUSE": "off"} if how == "variable" else {}
    if how == "file":
        [config] = home.rglob("config.toml")
        config.write_text(f'mouse = "off"\n{config.read_text()}')
    with Program(home, **environ) as program:
        program.see("take the tour")
        program.send("3")
        program.see("[3 Jobs]")
        program.send("\x10suspend")
        program.see("Back to the shell")
        program.send("\x1b")
        while "enter chooses" in program.emulator.text():
            program.look()
        program.send("\x11")
        assert program.wait() == 0
        assert MOUSE.search(bytes(program.raw)) is None
        assert program.modes() == AT_REST
