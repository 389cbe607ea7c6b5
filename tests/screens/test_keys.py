"""Keys of the user's own: they work, are shown everywhere, and can be changed in the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.until import on_screen, toasts, until
from tui.app import FinetuiApp
from tui.commands import command
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.help import HelpDialog
from tui.screens.dialogs.keys import KeyPress, KeysDialog
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.screen import Screen


def configured(home: Path, text: str) -> Path:
    path = home / "config" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


async def opened(pilot: Pilot[Any], kind: type[Screen[Any]], *keys: str) -> Any:
    await pilot.press(*keys)
    await until(lambda: isinstance(pilot.app.screen, kind), pilot)
    return pilot.app.screen


async def test_keys_of_the_configuration_work_and_are_shown_everywhere(app_home: Path) -> None:
    configured(
        app_home,
        'keymap = "vim"\n[keys]\n"datasets.open" = "ctrl+w"\n"app.help" = "f9"\n'
        '"app.guide" = "ctrl+shift+t"\n',
    )
    app = FinetuiApp()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        first = on_screen(app)
        assert "ctrl+w open your own dataset" in first
        words = ("take the tour", "open your own", "import ShareGPT")
        rows = first.splitlines()
        listed = [row for row in rows if any(one in row for one in words)]
        ends = [row.index(one) for row, one in zip(listed, words, strict=True)]
        assert len({*ends}) == 1, first
        assert ["F9", "help", "ctrl+p", "every", "command", "ctrl+q", "quit"] in [
            row.split() for row in rows
        ]
        await until(lambda: "ctrl+shift+t does not arrive" in on_screen(app), pilot)
        assert "F5 lists them" in on_screen(app)
        assert "F9 Help" in on_screen(app).splitlines()[-1]
        dialog = await opened(pilot, HelpDialog, "f9")
        assert "ctrl+w" in on_screen(app)
        await pilot.press("escape")
        await until(lambda: app.screen is not dialog, pilot)
        await pilot.press("o")  # another command's in this set, and not this one's any more
        await until(lambda: toasts(app), pilot)
        assert not isinstance(app.screen, PathDialog)
        # A letter never eats typing, be it of a command that goes before what a field does.
        path = await opened(pilot, PathDialog, "ctrl+w")
        await pilot.press("i", "colon", "x", "1")
        assert path.query_one("#path").value.endswith("i:x1")
        await pilot.press("escape")
        palette = await opened(pilot, Choose, "colon")
        await pilot.press(*"open")
        await until(lambda: "ctrl+w" in on_screen(app), pilot)
        await pilot.press("escape")
        await until(lambda: app.screen is not palette, pilot)


async def test_a_key_is_changed_by_pressing_it(app_home: Path) -> None:
    text = '# mine\nnotify = "off"  # quiet\n\n[keys]  # few\n"jobs.new" = "N"  # as at work\n'
    config = configured(app_home, text)
    app = FinetuiApp()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        keys = await opened(pilot, KeysDialog, "f5")
        keys.query_one("#narrow").value = "datasets.sample"
        await pilot.pause()
        press = await opened(pilot, KeyPress, "enter")
        await pilot.press("o")
        assert "o is the key of datasets.open too" in on_screen(app)
        assert config.read_text() == text
        await pilot.press("ctrl+p")  # all keys are what is asked for here
        assert app.screen is press
        await pilot.press("alt+x", "enter")
        await until(lambda: command("datasets.sample").keys == "alt+x", pilot)
        assert config.read_text() == f'{text}"datasets.sample" = "alt+x"\n'
        await until(lambda: isinstance(app.screen, KeysDialog), pilot)
        assert "● alt+x" in on_screen(app)
        await pilot.press("escape")
        await until(lambda: "alt+x take the tour" in on_screen(app), pilot)
        await until(lambda: "alt+x Sample" in on_screen(app), pilot)
        await pilot.press("s")
        await pilot.pause()
        assert app.workspace.datasets.current is None

        keys = await opened(pilot, KeysDialog, "f5")
        keys.query_one("#narrow").value = "datasets.sample"
        await pilot.pause()
        await pilot.press("ctrl+r")
        await until(lambda: command("datasets.sample").keys == "s", pilot)
        assert config.read_text() == text
        await until(lambda: isinstance(app.screen, KeysDialog), pilot)
        await pilot.press("escape")
        await until(lambda: app.screen is app.screen_stack[0], pilot)
        await pilot.press("s")
        await until(lambda: app.workspace.datasets.current, pilot)
