"""What the configuration and the environment say of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui.services.errors import InputError
from tui.services.settings.locations import Locations
from tui.services.settings.profiles import ProfileBook
from tui.services.settings.terminal_settings import TerminalSettings, theme_at_start

if TYPE_CHECKING:
    from pathlib import Path


def test_the_environment_goes_before_the_file() -> None:
    file = {"cells": "all", "cursor": "shown"}
    assert TerminalSettings.read({}, {}) == TerminalSettings("changed", "hidden")
    read = TerminalSettings.read(file, {"FINETUI_CELLS": "1"})
    assert (read.cells, read.cursor) == ("changed", "shown")
    assert dict(read.said_by) == {"cells": "FINETUI_CELLS", "cursor": "the file"}
    assert TerminalSettings.read(file, {"FINETUI_CELLS": "perhaps"}).cells == "all"


@pytest.mark.parametrize(
    ("said", "mouse"), [("off", "off"), ("0", "off"), ("1", "on"), ("ON", "on"), ("", "off")]
)
def test_the_mouse_is_switched_by_word_or_number(said: str, mouse: str) -> None:
    environ = {"FINETUI_MOUSE": said, "FINETUI_CURSOR": said}
    read = TerminalSettings.read({"mouse": "off"}, environ)
    assert (read.mouse, read.cursor) == (mouse, "hidden")
    assert TerminalSettings.read({}, {}).mouse == "on"


@pytest.mark.parametrize(
    "line", ['cells = "some"', "cells = true", "mouse = false", 'cursor = "blinking"']
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    places = Locations.standard({"FINETUI_HOME": str(tmp_path)})
    places.config_file.parent.mkdir(parents=True)
    places.config_file.write_text(f"\n{line}\n")
    with pytest.raises(InputError, match=r"not one of .* \(at line 2"):
        ProfileBook.load(places, {})


@pytest.mark.parametrize(
    ("said", "meant"),
    [("nrod", "nord"), ("high_contrast", "high-contrast"), ("Dracula", "dracula")],
)
def test_a_theme_that_is_not_there_is_told_with_what_was_meant(
    tmp_path: Path, said: str, meant: str
) -> None:
    places = Locations.standard({"FINETUI_HOME": str(tmp_path)})
    places.config_file.parent.mkdir(parents=True)
    places.config_file.write_text(f'theme = "{said}"\n')
    with pytest.raises(InputError, match=f"did you mean {meant}") as caught:
        ProfileBook.load(places, {})
    assert caught.value.next_step == f'Write "{meant}".'


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ('theme = "nord"\n', "nord"),
        ('[profiles.theme]\nbase_url = "http://127.0.0.1:9/v1"\n', "auto"),
        ('theme = "no such"\n', "auto"),
        ("theme = 3\n", "auto"),
        ("theme = [\n", "auto"),
    ],
)
def test_the_theme_to_begin_with_is_read_whatever_the_file_is(
    tmp_path: Path, text: str, theme: str
) -> None:
    file = tmp_path / "config.toml"
    assert theme_at_start(file, {}) == "auto"
    file.write_text(text)
    assert theme_at_start(file, {}) == theme
    assert theme_at_start(file, {"FINETUI_THEME": "dracula"}) == "dracula"
