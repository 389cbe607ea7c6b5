"""At rest nothing is written: no cursor blinks, and nothing moves by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from tests.classes import classes_of
from tests.screens.conftest import use_profile
from tests.terminal.program import Program
from tui.app import FinetuiApp

if TYPE_CHECKING:
    from pathlib import Path

QUIET_S = 1.5  # three times as long as Textual's cursor takes to blink


def test_no_field_has_a_cursor_that_blinks() -> None:
    fields = [
        one
        for package in ("tui.widgets", "tui.screens")
        for one in classes_of(package)
        if issubclass(one, Input | TextArea)
    ]
    assert len(fields) > 3
    assert [one.__name__ for one in fields if one.cursor_blink._default] == []


def test_nothing_is_animated() -> None:
    assert FinetuiApp().animation_level == "none"


def test_a_field_that_waits_for_text_writes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    with Program(home) as program:
        program.see("take the tour")
        program.send("\x10")
        program.see("enter chooses")
        while program.look(QUIET_S):
            pass
        assert not program.look(QUIET_S)
