"""Terminals that can do less: they get what they can show, or are told that it is nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.screens.conftest import use_profile
from tests.terminal.emulator import Emulator
from tests.terminal.painting import Line
from tests.terminal.program import Program
from tui.terminal.cells.glyphs import TABLE, glyphs
from tui.terminal.cells.painter import Painter

if TYPE_CHECKING:
    from pathlib import Path

ON_ANY_CONSOLE = "─│┌┐└┘├┤┬┴┼═║╔╗╚╝►◄▼▲√~-'\"<>•*■_▄█▌→←,x"


def test_the_console_is_shown_only_what_its_fonts_have() -> None:
    assert set(TABLE.values()) <= set(ON_ANY_CONSOLE)
    assert all(cell_len(chr(one)) == cell_len(other) == 1 for one, other in TABLE.items())
    assert glyphs({"TERM": "xterm-256color"}) is None
    line = Line(Emulator(12, 1))
    painter = Painter(line, ColorSystem.STANDARD, True, glyphs({"TERM": "linux"}))
    strip = Strip([Segment("╭─╮ ✓ ✗ … é ")])
    painter.paint(LayoutUpdate([[strip]], Region(0, 0, 12, 1)), (0, 0))
    assert line.emulator.text() == "┌─┐ √ x ~ é "


def test_the_console_is_left_clear(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    with Program(home, TERM="linux", COLORTERM="") as program:
        program.see("take the tour")
        assert not set("╭╮╰╯✓✗…") & set(program.emulator.text())
        program.send("\x11")
        assert program.wait() == 0
        assert program.restored()
        assert not program.emulator.text().strip()


def test_a_terminal_that_can_place_no_cursor_is_told_so(tmp_path: Path) -> None:
    with Program(tmp_path / "home", TERM="dumb") as program:
        assert program.wait() == 2
        told = program.text()
    assert "TERM is dumb" in told
    assert "finetui --help" in told
    assert "\x1b" not in bytes(program.raw).decode()


@pytest.mark.parametrize(("variable", "shown"), [("shown", True), ("hidden", False)])
def test_the_cursor_is_shown_when_asked_for(tmp_path: Path, variable: str, shown: bool) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    with Program(home, FINETUI_CURSOR=variable) as program:
        program.see("take the tour")
        program.send("\x1bOP")
        program.see("Help")
        deadline = time.monotonic() + 60
        while program.modes()[25] is not shown and time.monotonic() < deadline:
            program.look()  # what the file says is known once it has been read
        assert program.modes()[25] is shown
        program.send("\x1b")
        program.send("\x11")
        assert program.wait() == 0
        assert program.restored()


def test_all_that_is_painted_is_written_when_the_file_says_so(tmp_path: Path) -> None:
    written = {}
    for cells in ("changed", "all"):
        home = tmp_path / cells
        use_profile(home, "http://127.0.0.1:9/v1")
        config = home / "config" / "config.toml"
        config.write_text(f'cells = "{cells}"\n{config.read_text()}')
        with Program(home) as program:
            program.see("take the tour")
            program.send("2")
            program.see("[2 Tokens]")
            program.send("1")
            program.see("take the tour")
            while program.look(0.5):
                pass
            start = len(program.raw)
            program.send("2")
            program.see("[2 Tokens]")
            while program.look(0.5):
                pass
            written[cells] = len(program.raw) - start
    assert written["changed"] < written["all"] / 3
