"""What is said to the terminal itself when a job ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.services.errors import InputError
from tui.services.jobs.notifications import notification, notification_kind, title
from tui.services.settings.locations import Locations


def places(folder: Path, text: str = "") -> Locations:
    found = Locations.standard({"FINETUI_HOME": str(folder)})
    found.config.mkdir(parents=True, exist_ok=True)
    found.config_file.write_text(text)
    return found


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({}, "off"),
        ({"TERM": "xterm-256color"}, "off"),
        ({"TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "foot", "TMUX": "x"}, "off"),
    ],
)
def test_only_terminals_known_to_understand_are_told(
    tmp_path: Path, environ: dict[str, str], kind: str
) -> None:
    assert notification_kind(places(tmp_path), environ) == kind


def test_the_configuration_decides(tmp_path: Path) -> None:
    assert notification_kind(places(tmp_path, 'notify = "osc777"'), {"TMUX": "x"}) == "osc777"
    assert notification_kind(places(tmp_path, 'notify = "off"'), {"TERM": "foot"}) == "off"
    with pytest.raises(InputError, match="line 2"):
        notification_kind(places(tmp_path, '\nnotify = "loud"'), {})


def test_nothing_from_outside_ends_the_sequence() -> None:
    bad = "a\x07b\x1b]2;c;d"
    for text in (notification("osc9", bad, bad), notification("osc777", bad, bad), title(bad)):
        assert text.endswith("\x07")
        assert text.count("\x07") == 1
        assert bad not in text
    assert notification("osc777", "a;b", "c").count(";") == 3
    assert notification("off", "a", "b") == ""
