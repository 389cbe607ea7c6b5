"""No key of Datasets and Tokens is dead where an empty file is open; a row not saved is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab_process import chat_lines
from tests.screens.pressing import Presser, words
from tests.screens.test_datasets import running
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.commands import commands_for

if TYPE_CHECKING:
    from pathlib import Path

# What opens something else to work on.
_OTHERS = {"datasets.sample", "datasets.new_example"}


async def test_each_key_shows_something(app_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"")
    app = FinetuiApp(str(path))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        press = Presser(pilot)
        for mode in ("datasets", "tokens"):
            app.show_mode(mode)
            await until(lambda: app.current_mode == mode, pilot)  # noqa: B023
            screen = app.screen
            for one in commands_for(mode):
                if one.id not in _OTHERS and one.keys:
                    before = await press.settled()
                    assert await press.seen(one.key_names[0], screen, before), one.id
                    await press.quiet()
                    assert app.current_mode == mode, one.id
                    await press.back(screen, words(before))
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
