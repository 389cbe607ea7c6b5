"""The frame when there is nothing to work with: said in every mode, and no key does harm."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from textual import events
from textual.widgets import Input, Static
from textual.widgets._toast import Toast

from tests.lab_process import chat_lines
from tests.screens.conftest import use_profile
from tests.until import on_screen, toasts, until
from tui.app import FinetuiApp
from tui.commands import MODES, commands_for
from tui.screens.base import ModeScreen
from tui.screens.datasets import DatasetsScreen
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog
from tui.screens.files import FilesScreen
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.job_curve import JobCurve
from tui.screens.jobs.panes.job_pane import JobPane
from tui.screens.models import ModelsScreen
from tui.screens.tokens import TokensScreen
from tui.services.errors import InputError
from tui.widgets.frame.key_line import KeyLine
from tui.widgets.frame.mode_bar import ModeBar
from tui.widgets.frame.passing_remark import PassingRemark
from tui.widgets.frame.status_line import StatusLine
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from textual.screen import Screen
    from textual.widget import Widget

    from tests.faults.server import FaultServer


async def test_what_is_copied_goes_to_the_terminal_and_to_a_file(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        copied = app_home / "state" / "copied.txt"
        # Half a surrogate pair can be copied.
        app.copy_out("a\ud800b", "The answer")
        assert app.clipboard == "a\\ud800b"
        await until(lambda: copied.exists() and copied.read_text() == "a\\ud800b", pilot)
        for what, said in (("The results", "are"), ("The id", "is")):
            await until(lambda: toasts(app), pilot)
            app.clear_notifications()
            app.copy_out("x", what)
            await until(lambda: toasts(app), pilot)
            assert toasts(app)[0].startswith(f"{what} {said} copied, also to {app_home}")
        # A large text goes to the file alone.
        assert app._driver is not None
        written: list[str] = []
        monkeypatch.setattr(app._driver, "write", written.append)

        def sent() -> int:
            return len([text for text in written if text.startswith("\x1b]52")])

        for size, times in ((100_000, 1), (100_001, 0)):
            app.clear_notifications()
            written.clear()
            app.copy_out("x" * size, "The example")
            await until(lambda size=size: copied.exists() and copied.stat().st_size == size, pilot)
            await until(lambda: toasts(app), pilot)
            [told] = toasts(app)
            assert sent() == times
            if times:
                assert told.startswith("The example is copied, also to ")
            else:
                assert told.startswith("The example is too large for a terminal's clipboard")
                assert str(copied) in told
        copied.unlink()
        app.copy_to_clipboard("y" * 100_001)  # what is selected in a field, by ctrl+c
        await until(lambda: copied.exists() and copied.stat().st_size == 100_001, pilot)
        assert sent() == 0


async def test_a_folder_that_cannot_be_written_keeps_nobody_from_copying(app_home: Path) -> None:
    app_home.mkdir(parents=True)
    (app_home / "state").touch()
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        app.copy_out("it", "The answer")
        await until(lambda: any("could not be written" in text for text in toasts(app)))


async def test_a_bad_configuration_is_said_in_every_mode(app_home: Path) -> None:
    (app_home / "config").mkdir(parents=True)
    (app_home / "config" / "config.toml").write_text("[profiles.x]\nbase_url = 5\n")
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.unopened is not None, pilot)
        for _, mode, _ in MODES:
            app.clear_notifications()
            app.show_mode(mode)
            await until(lambda mode=mode: app.current_mode == mode, pilot)
            screen = app.screen
            assert isinstance(screen, ModeScreen)

            def told(screen: ModeScreen = screen) -> bool:
                return "base_url must be a text" in screen.failure_text

            await until(told, pilot)
            # What is said in passing takes one line, and none of those that are read or typed in.
            app.notify(SHORT)
            await until(lambda: app.screen.query(Toast), pilot)
            await until(lambda: app.screen.query_one(Toast).region.area, pilot)
            said = app.screen.query_one(Toast)
            assert said.region.height == 1
            assert covered(app, said) == []
            assert not [
                one for one in screen.query("Input, TextArea") if said.region.overlaps(one.region)
            ]
            await pilot.press("escape", "escape")
            assert screen.failure_text == ""
            # What works goes on, where nothing can be paid for; the choice is of nothing else.
            assert app.workspace is not None
            assert app.workspace.profile.kind == "lab"
            await pilot.press("f2")
            await until(told, pilot)
            assert "line 2, column 1" in screen.failure_text
            assert "unforeseen" not in screen.failure_text


async def test_keys_that_quit_elsewhere_say_which_one_does(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        for where in ("list", "prompt", "dialog"):
            if where == "dialog":
                app.push_screen(Confirm("Ask", "Really?"))
                await until(lambda: isinstance(app.screen, Confirm), pilot)
            elif where == "prompt":
                await pilot.press("4")
            for key in ("q", "ctrl+c"):
                app.clear_notifications()
                if (where, key) != ("prompt", "q"):  # there it is a letter
                    await pilot.press(key)
                    await until(lambda: toasts(app) == ["ctrl+q quits"])
            assert app.is_running


async def test_the_names_of_the_modes_take_clicks(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        for width in (60, 80, 120):
            await pilot.resize_terminal(width, 24)
            for key, mode, title in MODES[::-1]:
                bar = app.screen.query_one(ModeBar)
                line = "".join(segment.text for segment in bar.render_line(0))
                at = line.index(f"{key} {title}" if f"{key} {title}" in line else key)
                await pilot.click(ModeBar, offset=(at + 1, 0))  # beside the bar's padding
                await until(lambda mode=mode: app.current_mode == mode, pilot)


async def test_a_cursor_move_paints_no_key_and_a_click_presses_one(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[KeyLine] = []
    render = KeyLine.render
    monkeypatch.setattr(KeyLine, "render", lambda line: painted.append(line) or render(line))
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press("s")
        keys = app.screen.query_one(KeyLine)
        await until(lambda: "e Edit  p Problems  f Fix" in keys.render_line(0).text, pilot)
        examples = app.screen.query_one("#examples", RecordList)
        await until(lambda: examples.has_focus and examples.count > 2, pilot)
        before = len(painted)
        await pilot.press("down", "down", "up")
        await until(lambda: examples.cursor == 1, pilot)
        assert len(painted) == before
        assert "^p Commands" in keys.render_line(0).text[-12:]
        await pilot.click(KeyLine, offset=(78, 0))
        await until(lambda: "enter chooses" in on_screen(app), pilot)


async def test_of_a_long_name_the_end_and_what_is_said_of_it_stay(
    app_home: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"{'tickets-of-the-year-' * 6}validation.jsonl"
    path.write_bytes(chat_lines(2))
    app = FinetuiApp(str(path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(
            lambda: "tickets-of-the…alidation.jsonl · saved · 2 examples" in on_screen(app), pilot
        )


SHORT = "Saved data.jsonl"
LONG = f"{SHORT} and said so in a sentence of more than a line. " * 2


def covered(app: FinetuiApp, said: Widget) -> list[Widget]:
    """Return what a remark lies over, apart from the line of keys below a dialog or a screen."""
    place = app.screen.query_one(".dialog, #body")
    beside = [*app.screen.query("StatusLine, ErrorPanel, ModeBar"), place]
    return [one for one in beside if said not in one.children and said.region.overlaps(one.region)]


async def test_what_is_said_in_passing_covers_nothing(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        screen = app.screen
        assert isinstance(screen, ModeScreen)
        screen.show_error(InputError("Broken", "in many words " * 20, "Mend it."))
        for dialog in (None, Confirm("Ask", "Really? " * 30)):
            if dialog is not None:
                await app.push_screen(dialog)
            for size, text in itertools.product([(80, 24), (120, 36), (60, 18)], [SHORT, LONG]):
                await pilot.resize_terminal(*size)
                app.notify(text)
                await until(lambda text=text: text.strip()[:30] in on_screen(app), pilot)
                [said] = app.screen.query(Toast if text == SHORT else PassingRemark)
                assert said.region.area
                assert covered(app, said) == [], (size, text)
                app.clear_notifications()
                await until(lambda: not app.screen.query(Toast), pilot)


async def test_the_newest_remark_stands_and_a_long_one_is_whole_and_passes(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        app.notify("the first")
        app.notify("the second\nin two lines")
        await until(lambda: "the second in two lines" in on_screen(app), pilot)
        assert "the first" not in on_screen(app)
        for what in ("one", "two", "one"):  # damaged files at one start
            app.notify(f"{what} {LONG}", severity="warning")
        assert [app.said.text.count(f"{what} {LONG.strip()}") for what in ("one", "two")] == [1, 1]
        app.notify(f"{LONG}the end", timeout=0.1)
        app.push_screen(Confirm("Ask", "Really?"))
        await until(lambda: "the end" in on_screen(app) or not app.said.text, pilot)
        await until(lambda: "the end" not in on_screen(app), pilot)
        await pilot.press("escape")
        assert not app.screen.query_one(PassingRemark).display


async def test_keys_without_effect_change_nothing_unseen(
    app_home: Path, server: FaultServer
) -> None:
    use_profile(app_home, server.url)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        for mode in ("tokens", "jobs", "files", "models", "datasets"):
            app.show_mode(mode)
            await until(lambda mode=mode: app.current_mode == mode, pilot)
            screen = app.screen
            before = unseen(screen)
            for key in "vsaflzZTtv /p":
                seen = {("datasets", "s"), ("models", "t"), ("models", "/"), ("files", "p")}
                if (mode, key) not in seen:
                    await pilot.press({" ": "space", "/": "slash"}.get(key, key))
            assert app.screen is screen
            assert unseen(screen) == before


def unseen(screen: Screen[Any]) -> object:
    """Return what keys of a mode change and an empty screen does not show."""
    if isinstance(screen, JobsScreen):
        curve, pane = screen.query_one(JobCurve), screen.query_one(JobPane)
        return curve.measure, curve.log_axis, curve.smoothing, pane.view, pane.filter
    if isinstance(screen, TokensScreen):
        return screen.state.measure, screen.state.window
    marks: object = None
    if isinstance(screen, DatasetsScreen):
        marks = screen.marked.range_from, [*screen.marked.positions]
    elif isinstance(screen, FilesScreen):
        marks = screen.marks.range_from, {*screen.listed.marked}
    elif isinstance(screen, ModelsScreen):
        marks = {*screen.listed.marked}
    return marks, [node.display for node in screen.query("FilterBar, #problems-pane")]


async def test_an_empty_list_offers_only_what_needs_no_row(
    app_home: Path, server: FaultServer
) -> None:
    use_profile(app_home, server.url)
    useful = {
        "files": {"upload", "prune", "refresh"},
        "models": {"all", "gone", "filter", "refresh", "running", "everywhere"},
        "jobs": {"new", "refresh", "everywhere"},
    }
    listed: dict[str, list[object]] = {"/models": [], "/files": []}
    for path, data in listed.items():
        server.lists[path] = lambda _, data=data: {"data": data}  # type: ignore[misc]
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)

        def offered(mode: str) -> set[str]:
            bindings = app.screen.active_bindings.values()
            actions = [one.binding.action for one in bindings if one.enabled]
            ids = [command.id for command in commands_for(mode)]
            return {one.partition(".")[2] for one in ids if f"command('{one}')" in actions}

        for mode, wanted in useful.items():
            app.show_mode(mode)
            await until(lambda mode=mode: app.current_mode == mode, pilot)
            await until(lambda mode=mode, wanted=wanted: offered(mode) == wanted, pilot)
            if mode == "models":
                listed["/models"].append({"id": "ft:base:org::a", "created": 1_700_000_000})
            elif mode == "files":
                listed["/files"].append(
                    {"id": "file-1", "filename": "a.jsonl", "purpose": "fine-tune"}
                )
            else:
                server.new_job({"model": "base", "created_at": 1_700_000_000})
            await pilot.press("r")
            everything = {command.id.partition(".")[2] for command in commands_for(mode)}
            sideways = {"step_back", "step_on"}  # keys that the list itself may have
            await until(lambda mode=mode, all_=everything - sideways: offered(mode) >= all_, pilot)


async def test_a_sentence_said_again_stands_once_and_keys_typed_ahead_go_where_they_are_meant(
    app_home: Path, tmp_path: Path
) -> None:
    app_home.mkdir(parents=True)
    data = tmp_path / "data.jsonl"
    data.write_bytes(chat_lines(12))
    app = FinetuiApp(path=str(data))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: getattr(app.screen, "document", None), pilot)
        screen = app.screen
        assert isinstance(screen, DatasetsScreen)
        await until(lambda: screen.checks.problems is not None, pilot)
        await pilot.press("f", "F", "f")
        await until(lambda: toasts(app), pilot)
        assert toasts(app) == ["No problem with a fix here; p lists all problems"]
        await until(lambda: len(app.screen.query(Toast)) == 1, pilot)
        app.notify("another")
        app.notify("another", severity="warning")
        await until(lambda: toasts(app).count("another") == 1, pilot)
        listing = screen.query_one("#examples", RecordList)
        for key in ("down", "b", "down", "enter", "escape", "down", "o", *"abc"):  # all at once
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: isinstance(app.screen, PathDialog), pilot)
        await until(lambda: app.screen.query_one(Input).value.endswith("abc"), pilot)
        assert listing.cursor == 2


async def test_what_is_being_done_stands_whole_in_a_narrow_line(app_home: Path) -> None:
    """Beside a long remark of the screen, which is cut; what would be lost stands before checks."""
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        line = app.screen.query_one(StatusLine)
        long = "a-long-name-of-a-dataset.jsonl · modified, ctrl+s saves · 135,190 examples"
        line.note(long)
        await pilot.pause()
        assert "· modified, ctrl+s saves …" in str(line.query_one("#status-text", Static).render())
        app.working("save", "saving a-long-name-of-a-dataset.jsonl")
        app.working("checks", "checking 3 %")
        await pilot.pause()
        shown = line.query_one("#status-text", Static).render_line(0).text.rstrip()
        assert shown.endswith("…  ◐ saving a-long-name-of-a-dataset.jsonl")
        await pilot.resize_terminal(150, 24)
        await until(lambda: long in line.query_one("#status-text", Static).render_line(0).text)
        app.working("save", "")
        await pilot.pause()
        assert "checking 3 %" in line.query_one("#status-text", Static).render_line(0).text
