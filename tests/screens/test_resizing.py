"""Somebody pulls at the window, in every mode and dialog, while a job is at work.

`python -m tests.player` plays for as long as one likes, with random keys as well.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.home import enter_home
from tests.player import LARGEST, LAYERS, NAMES, TOGETHER, Busy, Player, dataset
from tests.until import until
from tui.app import FinetuiApp
from tui.screens.base import ModeScreen
from tui.services.errors import InputError
from tui.widgets.charts.curve import Curve
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.frame.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDINARY = 90, 34  # painting takes as long as there are cells


@pytest.fixture(scope="module")
def busy() -> Iterator[Busy]:
    one = Busy()
    yield one
    one.server.close()


@pytest.fixture(autouse=True)
def _home(busy: Busy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter_home(monkeypatch, write_config(tmp_path / "home", busy.server.url, "timeout = 5"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("modes", TOGETHER)
async def test_any_size_at_any_moment(modes: str, tmp_path: Path) -> None:
    player = Player(int(modes), tmp_path)
    app = FinetuiApp(str(dataset(tmp_path / "data.jsonl", random.Random(3))))
    player.watch(app)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for mode in modes:
            app.show_mode(NAMES[mode])
            await until(lambda: app.current_mode == NAMES[mode], pilot)  # noqa: B023
            for keys in LAYERS[mode]:
                for key in keys.split():
                    await player.press(pilot, key)
                await player.resize(pilot, ORDINARY if keys else LARGEST)
                await player.resize(pilot, ORDINARY)
                for _ in range(3):  # whatever has opened, and what asks about that
                    await player.press(pilot, "escape")
                    if len(app.screen_stack) == 1:
                        break
                app.show_mode(NAMES[mode])
    assert player.unforeseen == []


async def test_a_curve_at_any_size() -> None:
    # Two of these ended the program: a line that differs from the one before in blanks alone.
    sizes = [(120, 40), (80, 24), (92, 25), (123, 46)]
    chance = random.Random(8)
    sizes += [(chance.randint(10, 140), chance.randint(3, 50)) for _ in range(12)]
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("3")
        curve = app.screen.query_one(Curve)
        await until(lambda: len(curve.lines) > 3, pilot)
        for size in sizes:
            await pilot.resize_terminal(*size)
            assert len(curve.lines) <= max(curve.size.height, 1)
            assert all(len(line) <= max(curve.size.width, 1) for line in curve.lines)


async def test_an_error_that_comes_when_the_screen_goes_ends_nothing() -> None:
    app = FinetuiApp()
    async with app.run_test() as pilot:
        await until(lambda: app.workspace is not None, pilot)
        screen = app.screen
        assert isinstance(screen, ModeScreen)
        await screen.query(ErrorPanel).remove()
        screen.show_error(InputError("Too late", "its worker ended last"))
        assert not screen.clear_error()
        assert screen.failure_text == ""
        await screen.query(StatusLine).remove()
        screen.fetched(1.0)  # as a job list that fails when the connection is closed has it
        screen.note("too late")
