"""Remarks shown for a moment: they never hide a dialog, nor half of a small screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.until import on_screen, toasts, until
from tui.app import FinetuiApp
from tui.screens.dialogs.help import HelpDialog

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_dialog_hides_what_was_said_before_it_until_it_is_closed(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        screen = app.screen
        app.notify("said before", timeout=60)
        await until(lambda: "said before" in on_screen(app), pilot)
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpDialog), pilot)
        assert toasts(app) == []  # behind the dialog, in a row of the screen below, it stands
        app.notify("said in it", timeout=60)
        await until(lambda: "said in it" in on_screen(app), pilot)
        assert toasts(app) == ["said in it"]
        await pilot.press("escape")
        # There is room for the newest alone; the other is not forgotten.
        await until(lambda: app.screen is screen and "said in it" in on_screen(app), pilot)
        assert toasts(app) == ["said before", "said in it"]
        # A third remark takes the place of the oldest.
        app.clear_notifications()
        await until(lambda: toasts(app) == [], pilot)
        for text in ("one", "two", "one", "three", "four"):
            app.notify(text, timeout=60)
        await until(lambda: toasts(app) == ["three", "four"], pilot)
        await until(lambda: "four" in on_screen(app), pilot)
        app.notify("three", timeout=60)
        await until(lambda: toasts(app) == ["four", "three"], pilot)
