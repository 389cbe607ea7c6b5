"""No key of Datasets and Tokens is dead where an empty file is open; a row not saved is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.lab_process import chat_lines
from tests.screens.test_datasets import running
from tests.until import on_screen, toasts, until
from tui.app import FinetuiApp
from tui.commands import commands_for

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

# What opens something else to work on.
_OTHERS = {"datasets.sample", "datasets.new_example"}


async def pressed(pilot: Pilot[Any], key: str) -> None:
    """Press a key, wait for what it shows, and close that."""
    app, screen = pilot.app, pilot.app.screen
    app.clear_notifications()
    await pilot.pause()
    before = on_screen(app)
    await pilot.press(key)

    def shown() -> bool:
        return app.screen is not screen or bool(toasts(app)) or on_screen(app) != before

    try:
        await until(shown)
    except AssertionError:
        raise AssertionError(f"{key} shows nothing") from None
    for _ in range(3):
        if app.screen is not screen or on_screen(app) != before:
            await pilot.press("escape")


async def test_each_key_shows_something(app_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"")
    app = FinetuiApp(str(path))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        for mode in ("datasets", "tokens"):
            app.show_mode(mode)
            await until(lambda: app.current_mode == mode, pilot)  # noqa: B023
            for one in commands_for(mode):
                if one.id not in _OTHERS and one.keys:
                    await pressed(pilot, one.keys.split(",")[0])
                    assert app.current_mode == mode, one.id
    assert path.read_bytes() == b""


async def test_a_row_is_marked_until_it_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(chat_lines(3))
    async with running(path) as (pilot, screen):
        document = screen.document
        assert document is not None

        def stars() -> list[int]:
            shown = on_screen(screen.app)
            assert ("· not saved" in shown) == document.unsaved(screen.context.selection.position)
            return [at for at in range(len(document)) if document.unsaved(at)]

        await pilot.press("d")
        await until(lambda: len(document) == 2, pilot)
        assert stars() == [], "what is left is as it stands in the file"
        await pilot.press("u", "enter", "down", "down", "w")
        await until(lambda: document.modified and stars() == [0], pilot)
        await pilot.press("c")
        await until(lambda: screen.app.screen is not screen, pilot)
        await pilot.press("b")
        await until(lambda: stars() == [], pilot)
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        await pilot.press("u")
        await until(lambda: stars() == [0], pilot)
        await pilot.press("ctrl+s")
        await until(lambda: not document.modified and stars() == [], pilot)
        await pilot.press("u")
        await until(lambda: stars() == [0], pilot)
