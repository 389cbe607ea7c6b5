"""The frame when there is nothing to work with: said in every mode, and no key does harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.widgets import Input

from tests.lab_process import chat_lines
from tests.until import until
from tui.app import FinetuiApp
from tui.commands import MODES
from tui.screens.base import ModeScreen
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path


async def test_half_a_surrogate_pair_can_be_copied(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        app.copy_out("a\ud800b", "The answer")
        assert app.clipboard == "a\\ud800b"
        copied = app_home / "state" / "copied.txt"
        await until(lambda: copied.exists() and copied.read_text() == "a\\ud800b", pilot)


@pytest.mark.parametrize("size", [100_000, 100_001])
async def test_a_large_text_is_copied_to_the_file_alone(
    app_home: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    written: list[str] = []
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        copied = app_home / "state" / "copied.txt"
        app.copy_out("x" * size, "The example")
        await until(lambda: copied.exists() and copied.stat().st_size == size, pilot)
        await until(lambda: app._notifications, pilot)
        [said] = [n.message for n in app._notifications]
        sent = [text for text in written if text.startswith("\x1b]52")]
        if size > 100_000:
            assert sent == []
            assert said.startswith("The example is too large for a terminal's clipboard")
            assert str(copied) in said
            copied.unlink()
            app.copy_to_clipboard("y" * size)  # what is selected in a field, by ctrl+c
            await until(lambda: copied.exists() and copied.stat().st_size == size, pilot)
            assert not [text for text in written if text.startswith("\x1b]52")]
        else:
            assert len(sent) == 1
            assert said.startswith("The example sent to the terminal's clipboard")


async def test_keys_typed_ahead_go_to_the_dialog_they_are_meant_for(
    app_home: Path, tmp_path: Path
) -> None:
    app_home.mkdir(parents=True)
    data = tmp_path / "data.jsonl"
    data.write_bytes(chat_lines(12))
    app = FinetuiApp(path=str(data))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: getattr(app.screen, "document", None), pilot)
        listing = app.screen.query_one("#examples", RecordList)
        for key in ("down", "b", "down", "enter", "escape", "down", "o", *"abc"):  # all at once
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: isinstance(app.screen, PathDialog), pilot)
        await until(lambda: app.screen.query_one(Input).value.endswith("abc"), pilot)
        assert listing.cursor == 2


async def test_a_folder_that_cannot_be_written_keeps_nobody_from_copying(app_home: Path) -> None:
    app_home.mkdir(parents=True)
    (app_home / "state").touch()
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        app.copy_out("it", "The answer")
        await until(lambda: any("could not be written" in n.message for n in app._notifications))


@pytest.mark.parametrize("mode", [mode for _, mode, _ in MODES])
async def test_a_bad_configuration_is_said_in_every_mode(app_home: Path, mode: str) -> None:
    (app_home / "config").mkdir(parents=True)
    (app_home / "config" / "config.toml").write_text("[profiles.x]\nbase_url = 5\n")
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.unopened is not None, pilot)
        app.show_mode(mode)
        await until(lambda: app.current_mode == mode, pilot)
        screen = app.screen
        assert isinstance(screen, ModeScreen)
        await until(lambda: "base_url must be a text" in screen.failure_text, pilot)
        await pilot.press("escape", "escape")
        assert screen.failure_text == ""
        # What works goes on, where nothing can be paid for; the choice is of nothing else.
        assert app.workspace is not None
        assert app.workspace.profile.kind == "lab"
        await pilot.press("f2")
        await until(lambda: "base_url must be a text" in screen.failure_text, pilot)
        assert "line 2, column 1" in screen.failure_text
        assert "unforeseen" not in screen.failure_text


@pytest.mark.parametrize("where", ["list", "prompt", "dialog"])
async def test_keys_that_quit_elsewhere_say_which_one_does(app_home: Path, where: str) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        if where == "dialog":
            app.push_screen(Confirm("Ask", "Really?"))
            await until(lambda: isinstance(app.screen, Confirm), pilot)
        elif where == "prompt":
            await pilot.press("4")
        for key in ("q", "ctrl+c"):
            app.clear_notifications()
            if (where, key) != ("prompt", "q"):  # there it is a letter
                await pilot.press(key)
                await until(lambda: [n.message for n in app._notifications] == ["ctrl+q quits"])
        assert app.is_running
