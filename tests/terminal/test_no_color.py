"""NO_COLOR, and terminals without colours: not one is written, and rows are reversed instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.screens.conftest import use_profile
from tests.terminal.program import Program
from tui.terminal.themes import without_color

if TYPE_CHECKING:
    from pathlib import Path

_GRAPHICS = re.compile(rb"\x1b\[([0-9;:]*)m")


def colors(raw: bytes) -> set[str]:
    """Return the codes of colours that were written."""
    found = set()
    for codes in _GRAPHICS.findall(raw):
        for code in codes.decode().split(";"):
            number = int(code.split(":")[0] or 0)
            if 30 <= number <= 38 or 40 <= number <= 48 or 90 <= number <= 107 or number == 58:
                found.add(code)
    return found


def reversed_rows(raw: bytes) -> int:
    return sum(b"7" in codes.split(b";") for codes in _GRAPHICS.findall(raw))


@pytest.mark.parametrize(
    "environ", [{"NO_COLOR": "1"}, {"TERM": "vt100", "COLORTERM": ""}], ids=["wish", "vt100"]
)
def test_not_one_colour_is_written(tmp_path: Path, environ: dict[str, str]) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    [config] = home.rglob("config.toml")
    config.write_text(f'theme = "nord"\n{config.read_text()}')
    with Program(home, **environ) as program:
        program.see("take the tour")
        program.send("s")
        program.see("Change to lab?")
        program.send("n")
        program.see("63 examples")
        program.see("63 examples · 3 hints")
        before = reversed_rows(bytes(program.raw))
        program.send("p\x1b[B")
        program.see("Problems: 3 hints")
        for key, words in (("2", "per example"), ("3", "[3 Jobs]"), ("5", "[5 Models]")):
            program.send(key)
            program.see(words)
        program.send("\x1b[17~")  # F6
        program.see("─ Theme")
        program.send("\x1b")
        while "─ Theme" in program.emulator.text():
            program.look()
        program.send("\x11")
        assert program.wait() == 0
        assert colors(bytes(program.raw)) == set()
        assert reversed_rows(bytes(program.raw)) > before


@pytest.mark.parametrize("term", ["vt220", "xterm-mono", "rxvt-m", "linux-m"])
def test_a_terminal_without_colours_is_known_by_its_name(term: str) -> None:
    assert without_color({"TERM": term})
    assert not without_color({"TERM": "xterm", "NO_COLOR": ""})


def test_colours_are_found_where_there_are_some(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    with Program(home, NO_COLOR="") as program:  # empty is not set, says no-color.org
        program.see("take the tour")
        program.send("\x11")
        assert program.wait() == 0
        assert colors(bytes(program.raw))
