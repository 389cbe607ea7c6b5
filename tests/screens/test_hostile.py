"""Text from outside is only text: on every screen, in every dialog and every remark."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import problem, reply
from tests.home import enter_home
from tests.hostile import HostileServer, Speaker, faults_on, hostile_dataset
from tests.player import LAYERS, NAMES, TOGETHER
from tests.served import served
from tests.until import on_screen, problem_of, strips_of, until
from tui.app import FinetuiApp
from tui.core.chat.parameters import ChatParameters
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choose
from tui.services.errors import InputError
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

SIZE = (90, 34)
MARKS = ("[@click=app.evil]", "⟨U+", "␛")


hostile = served(HostileServer, scope="module")


@pytest.fixture
def dataset(hostile: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file with a hostile name among others, where the program runs."""
    home = write_config(tmp_path / "home", hostile.url, "timeout = 5")
    enter_home(monkeypatch, home)
    folder = tmp_path / "data\u202e[bold"
    folder.mkdir()
    monkeypatch.chdir(folder)
    names = Speaker(5)
    for text in names.texts(30):
        safe = text.replace("/", "").replace("\x00", "")
        raw = safe.encode("utf-8", "replace")[:200] + b"\xff\x9b.jsonl"
        (folder / os.fsdecode(raw)).write_bytes(b"{}\n")
    named = folder / os.fsdecode(b"0\x1b[31m\xe2\x80\xae[@click=app.evil]x \x9b.jsonl")
    return hostile_dataset(named, Speaker(7))


class Looker:
    """Presses keys, and looks at the screen after each."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot, self.app = pilot, pilot.app
        self.faults: dict[str, str] = {}
        self.marked = False  # whether anything hostile has been seen

    async def press(self, keys: str) -> None:
        for key in keys.split():
            await self.pilot.press(key)
        await self.pilot.pause()
        self.look(keys)

    def told(self) -> str:
        """What was wrong, in characters that every report can hold."""
        lines = "\n".join(f"{where}: {fault}" for fault, where in self.faults.items())
        return lines.encode("utf-8", "backslashreplace").decode()

    def look(self, keys: str = "") -> None:
        strips = strips_of(self.app.screen)
        for fault in faults_on(self.app, strips):
            self.faults.setdefault(fault, f"{type(self.app.screen).__name__} after {keys}")
        self.marked = self.marked or any(mark in one.text for one in strips for mark in MARKS)


@pytest.mark.parametrize("modes", TOGETHER)
async def test_nothing_of_it_reaches_the_terminal(modes: str, dataset: Path) -> None:
    app = FinetuiApp(str(dataset))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        looker = Looker(pilot)
        await until(lambda: app.workspace and app.workspace.datasets.current, pilot)
        for mode in modes:
            looker.marked = False
            await pilot.resize_terminal(*SIZE)
            await go_through(looker, mode)
            assert not looker.faults, f"mode {mode}: {looker.told()}"
            assert looker.marked, mode


async def go_through(looker: Looker, mode: str) -> None:
    """Open all there is in a mode, and look at it."""
    app: Any = looker.app
    pilot = looker.pilot
    app.show_mode(NAMES[mode])
    await until(lambda: app.current_mode == NAMES[mode], pilot)
    looker.look()
    if mode == "4":
        chat: Any = app.screen
        await until(lambda: chat.models.model, pilot)
        await looker.press("h i enter")
        await until(lambda: len(app.screen.query_one(Conversation).turns) > 1, pilot)
    await until(lambda: any(mark in on_screen(app) for mark in MARKS), pilot)
    home = app.screen
    for keys in LAYERS[mode]:
        await looker.press(keys)
        if not keys:
            await looker.press("pagedown pagedown end")
        for _ in range(4):
            if app.screen is home:
                break
            await looker.press("escape")
    await pilot.resize_terminal(80, 24)
    looker.look()


async def test_compared_answers_and_what_is_refused(dataset: Path, hostile: HostileServer) -> None:
    app = FinetuiApp(str(dataset))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        looker = Looker(pilot)
        await until(lambda: app.workspace and app.workspace.datasets.current, pilot)
        await looker.press("7")
        await until(lambda: any(mark in on_screen(app) for mark in MARKS), pilot)
        home = app.screen
        await looker.press("h i enter")
        for keys in ("enter", "d", "b", "m", "n", "a", "r", "v", "slash", "f1", "f2", ""):
            while isinstance(app.focused, Prompt):  # an answer that comes may be stopped first
                await looker.press("escape")
            await looker.press(keys)
            for _ in range(3):
                if app.screen is home:
                    break
                await looker.press("escape")
        # An error, with a header of its own, and a remark in passing.
        words = Speaker(9)
        header = "".join(one for one in words.text(9) if "\x7f" < one < "\u0100")
        hostile.always["GET /files"] = reply(500, problem(words.text(9)), x_request_id=header + "r")
        try:
            await looker.press("6 r")  # it may have been listed before
            await until(lambda: problem_of(app.screen), pilot)
        finally:
            del hostile.always["GET /files"]
        looker.look("error")
        files: Any = app.screen
        for text in words.texts(4):
            app.notify(text, title=text)
            files.show_error(InputError(text, text, text))
            await until(lambda: app.screen.query("Toast"), pilot)
            await pilot.pause()
            looker.look("remark")
    assert not looker.faults, looker.told()


async def test_the_results_of_a_run_and_how_it_was_asked(dataset: Path) -> None:
    hostile_dataset(dataset, Speaker(7), count=15)  # each is asked of each model
    app = FinetuiApp(str(dataset))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        looker = Looker(pilot)
        await until(lambda: app.workspace and app.workspace.datasets.current, pilot)
        await looker.press("7")
        await until(lambda: any(mark in on_screen(app) for mark in MARKS), pilot)
        screen: Any = app.screen
        words = Speaker(11)
        for column in screen.context.comparison.columns:
            # What an earlier run was asked with comes back as it was kept.
            schema = {"type": "json_schema", "json_schema": {"name": words.text(4)}}
            asked = ChatParameters(
                reasoning_effort=words.text(4), response_format=schema, stop=(words.text(),)
            )
            column.candidate = replace(column.candidate, parameters=asked)
        screen.context.tell_changed()
        await looker.press("escape t escape")
        await pilot.resize_terminal(300, 14)  # a part of a title is shown whole, or not at all
        await until(lambda: "effort" in on_screen(app), pilot)
        looker.look("wide")
        await pilot.resize_terminal(*SIZE)
        await looker.press("e")
        await until(lambda: isinstance(app.screen, Choose), pilot)
        await looker.press("enter")
        await until(lambda: isinstance(app.screen, RunForm), pilot)
        await looker.press("ctrl+s")
        await until(lambda: screen.shows_results and not screen.running.under_way, pilot)
        await until(lambda: screen.pane.rows, pilot)
        looker.look("results")
        for keys in (
            *("z", "z", "o", "f", "x", "A", "l", "J", "enter", "w", "d", "t", "p", "P", "E"),
            *("r", "escape", "p", "c", "7", "f1", "ctrl+p", "D", "w"),
        ):
            await looker.press(keys)
            for _ in range(3):
                if not isinstance(app.screen, Dialog):
                    break
                await looker.press("escape")
        await pilot.resize_terminal(80, 24)
        looker.look("narrow")
    assert not looker.faults, looker.told()
