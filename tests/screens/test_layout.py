"""What each screen looks like, as plain text: `FINETUI_LAYOUTS=write pytest …` makes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.until import until
from tui.app import FinetuiApp
from tui.screens.datasets import DatasetsScreen
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.pilot import Pilot

FOLDER = Path(__file__).parent / "layouts"
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "60x20": (60, 20)}
# Keys from the start page to a state; a word in brackets is a condition to wait for.
SCENES: dict[str, Sequence[str]] = {
    "start": [],
    "datasets": ["s", "<checked>"],
    "problems": ["s", "<checked>", "p"],
    "conversation": ["s", "<checked>", "enter", "down", "down"],
    "tokens": ["s", "<checked>", "2", "<counted>"],
    "help": ["f1"],
    "palette": ["ctrl+p"],
    "jobs-offline": ["3", "<failed>"],
    "chat-offline": ["4", "<failed>"],
    "models-offline": ["5", "<failed>"],
    "files-offline": ["6", "<failed>"],
}


def shown(app: FinetuiApp) -> str:
    """Return the text of the screen, ages and folders made constant."""
    size = app.screen.size
    strips = app.screen._compositor.render_strips(size)
    text = "\n".join(strip.text.rstrip() for strip in strips)
    return re.sub(r"updated \d\d:\d\d:\d\d", "updated hh:mm:ss", text) + "\n"


async def reach(pilot: Pilot[Any], keys: Sequence[str]) -> None:
    app = pilot.app
    assert isinstance(app, FinetuiApp)
    await until(lambda: app.workspace is not None, pilot)
    for key in keys:
        if key == "<checked>":
            await until(
                lambda: isinstance(app.screen, DatasetsScreen) and app.screen.checks.issues, pilot
            )
        elif key == "<counted>":
            await until(lambda: app.tour.step >= 1, pilot)
        elif key == "<failed>":
            await until(lambda: app.screen.query_one(ErrorPanel).failure, pilot)
        else:
            await pilot.press(key)
    await until(lambda: not app.status.work, pilot)
    await pilot.pause()


# One app shows a scene at every size, save where the size tells how far the keys have scrolled.
SCROLLED = "conversation"
SHOTS: list[tuple[str, list[str]]] = [(scene, [*SIZES]) for scene in SCENES if scene != SCROLLED]
SHOTS += [(SCROLLED, [size]) for size in SIZES]


@pytest.mark.parametrize(("scene", "sizes"), SHOTS)
async def test_layout(
    scene: str, sizes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    # An address where nothing listens: port 9 on loopback.
    offline = '[profiles.nowhere]\nbase_url = "http://127.0.0.1:9/v1"\n'
    (config / "config.toml").write_text(offline)
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path))
    monkeypatch.setenv("FINETUI_PLAIN_TIKTOKEN", "1")  # whatever else is installed here
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "FINETUI_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    app = FinetuiApp(profile="nowhere" if "offline" in scene else None)
    async with app.run_test(size=SIZES[sizes[0]]) as pilot:
        await reach(pilot, SCENES[scene])
        for name in sizes:
            if app.size != SIZES[name]:
                await pilot.resize_terminal(*SIZES[name])
                await pilot.pause()
            text = shown(app)
            expected = FOLDER / f"{scene}-{name}.txt"
            if os.environ.get("FINETUI_LAYOUTS") == "write":
                FOLDER.mkdir(exist_ok=True)
                expected.write_text(text, encoding="utf-8")
            assert text == expected.read_text(encoding="utf-8"), name
