"""Where one is can be read at any width."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tui.widgets.frame.mode_bar import ModeBar

MODES = (
    ("1", "Datasets"),
    ("2", "Tokens"),
    ("3", "Jobs"),
    ("4", "Chat"),
    ("5", "Models"),
    ("6", "Files"),
)


class Bar(App[None]):
    def compose(self) -> ComposeResult:
        yield ModeBar(lambda: MODES, "Models")


@pytest.mark.parametrize("width", [24, 40, 60, 80])
async def test_the_mode_and_all_keys_are_shown(width: int) -> None:
    app = Bar()
    async with app.run_test(size=(width, 5)):
        line = "".join(s.text for s in app.query_one(ModeBar).render_line(0))
        assert "[5 Models]" in line
        assert all(key in line for key, _ in MODES)
        assert ("Datasets" in line) == (width >= 60)


async def test_a_mode_without_a_key_has_its_name() -> None:
    app = Bar()
    async with app.run_test(size=(40, 5)):
        bar = app.query_one(ModeBar)
        bar._modes = lambda: (("", "Datasets"), ("alt+5", "Models"))
        assert bar._line()[0].plain == " Datasets [alt+5 Models]"
        assert bar._line(short=True)[0].plain == "Datasets [alt+5 Models]"
