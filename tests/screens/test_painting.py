"""How often the whole screen is painted: each time is 20 to 60 KB over SSH."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual._compositor import LayoutUpdate
from textual.drivers.headless_driver import HeadlessDriver

from tests.until import until
from tui.app import FinetuiApp
from tui.screens.base import ModeScreen
from tui.screens.dialogs.confirm import Confirm

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("paints_at_once")


@pytest.mark.parametrize("mode", ["1", "4"])
async def test_a_dialog_that_closes_has_the_screen_painted_once(
    app_home: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    app = FinetuiApp()
    painted: list[str] = []
    display = app._display

    def count(screen: Any, what: Any) -> None:
        if isinstance(what, LayoutUpdate) and isinstance(screen, ModeScreen):
            painted.append(type(screen).__name__)
        display(screen, what)

    monkeypatch.setattr(app, "_display", count)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("escape", mode)
        await until(lambda: not app.status.work, pilot)
        for _ in range(3):
            dialog = Confirm("A question", "Yes or no?")
            await app.push_screen(dialog)
            await pilot.pause()
            painted.clear()
            await pilot.press("n")
            await until(lambda gone=dialog: not gone.is_attached and painted, pilot)  # type: ignore[misc]
            for _ in range(5):  # whatever was asked for meanwhile is painted at the next pause
                await pilot.pause()
            assert len(painted) == 1


class Painter:
    """Takes what would be written to a terminal, and whether the app had started by then."""

    sync = False

    def __init__(self, app: FinetuiApp) -> None:
        self._app = app
        self.painted: list[tuple[bool, str]] = []

    def paint(self, update: Any, _cursor: tuple[int, int]) -> None:
        text = ""
        if isinstance(update, LayoutUpdate):
            text = "\n".join("".join(strip.text for strip in line) for line in update.strips)
        self.painted.append((self._app._batch_count == 0, text))

    def __getattr__(self, _name: str) -> Any:  # all else that is asked of one
        return lambda *_: None


async def test_the_first_frame_is_whole_and_waits_for_nothing(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = FinetuiApp()
    painter = Painter(app)
    monkeypatch.setattr(HeadlessDriver, "painter", painter, raising=False)
    async with app.run_test(size=(80, 24)):
        pass
    started, text = painter.painted[0]
    assert not started
    for part in ("[1 Datasets]", "Fine-tune a chat model", "Quit", "Commands"):
        assert part in text
    again = [frame for _, frame in painter.painted[1:] if "Fine-tune a chat model" in frame]
    assert len(again) <= 1  # a whole frame is of 20 to 60 KB
