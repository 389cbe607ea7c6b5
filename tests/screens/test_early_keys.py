"""Keys pressed while the program still starts: each is done once what it is for is there."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
from textual import events
from textual.widgets import Input, TextArea

from tests.lab_process import chat_lines
from tests.screens.conftest import use_profile
from tests.until import until
from tui.app import FinetuiApp
from tui.core.chat.start import ChatStart
from tui.core.dataset.row_places import digest_of
from tui.run import ChatFirst
from tui.screens.chat.screen import PROMPT
from tui.screens.datasets import DatasetsScreen
from tui.screens.dialogs.editor import TextEditor
from tui.screens.dialogs.help import HelpDialog
from tui.screens.dialogs.path import PathDialog
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def gate(app_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """Keep the workspace from opening until the event is set."""
    app_home.mkdir(parents=True, exist_ok=True)
    opened, gate = Workspace.open_safely, asyncio.Event()

    async def slowly(*args: Any) -> Any:
        await gate.wait()
        return await opened(*args)

    monkeypatch.setattr(Workspace, "open_safely", slowly)
    yield gate
    gate.set()


def typed(app: FinetuiApp, *keys: str) -> None:
    for key in keys:
        character = " " if key == "space" else key if len(key) == 1 else None
        app.post_message(events.Key(key, character))


async def test_a_dialog_gets_what_was_typed_behind_the_key_that_opens_it(
    gate: asyncio.Event,
) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        typed(app, "o", *"abc")
        gate.set()
        await until(lambda: isinstance(app.screen, PathDialog), pilot)
        await until(lambda: app.screen.query_one(Input).value == "abc", pilot)


@pytest.mark.parametrize("keys", [("3", "enter"), ("6", "u"), ("4", "ctrl+o"), ("f2",), ("5", "r")])
async def test_no_key_is_lost_in_any_mode(gate: asyncio.Event, keys: tuple[str, ...]) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        typed(app, *keys)
        await pilot.pause()
        assert [event.key for event in app._ahead] == [keys[-1]]
        gate.set()
        await until(lambda: not app._ahead and app.workspace is not None, pilot)


async def test_enter_waits_for_the_files_opened_before(gate: asyncio.Event, tmp_path: Path) -> None:
    gate.set()
    data = tmp_path / "before.jsonl"
    data.write_bytes(chat_lines(12))
    app = FinetuiApp(str(data))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: getattr(app.screen, "document", None), pilot)
    gate.clear()
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#begin").focus()
        typed(app, "enter")
        await pilot.pause()
        gate.set()
        await until(lambda: isinstance(app.screen, DatasetsScreen) and app.screen.document, pilot)


async def test_a_key_for_the_file_named_at_the_start_waits_for_it(
    gate: asyncio.Event, tmp_path: Path
) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(chat_lines(12))
    app = FinetuiApp(str(data))
    async with app.run_test(size=(80, 24)) as pilot:
        typed(app, "d", "d")
        gate.set()
        await until(lambda: getattr(app.screen, "document", None), pilot)
        await until(lambda: len(app.screen.document) == 10, pilot)  # type: ignore[attr-defined]


async def test_esc_before_the_panes_are_there_leaves_the_start_page(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete, gate = DatasetsScreen.complete, asyncio.Event()

    async def slowly(screen: DatasetsScreen) -> None:
        await gate.wait()
        await complete(screen)

    monkeypatch.setattr(DatasetsScreen, "complete", slowly)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, DatasetsScreen)
        assert "datasets.open" in screen.dispatcher  # asked for early, which makes them
        typed(app, "escape", "escape")
        await pilot.pause()
        assert not screen.query("#workbench")
        gate.set()
        await until(lambda: screen.query("#workbench") and app.workspace, pilot)
        assert app.screen is screen


async def test_the_program_can_be_left_before_it_has_started(gate: asyncio.Event) -> None:
    del gate
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        typed(app, "s", "ctrl+q")
        await until(lambda: not app.is_running, pilot)


@pytest.fixture
def in_chat(app_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the program come back to Chat."""
    monkeypatch.setenv("FINETUI_START", "back")
    (app_home / "state").mkdir(parents=True)
    kept = {"mode": "chat", "profile": "test", "screens": {}}
    (app_home / "state" / "session.json").write_text(json.dumps(kept))
    use_profile(app_home, "http://127.0.0.1:9/v1")


async def kept_question() -> object:
    """Return what is in Chat's prompt at the next start."""
    workspace = await Workspace.open()
    await asyncio.to_thread(workspace.typed.load)
    try:
        return workspace.typed.get(PROMPT)
    finally:
        await workspace.close()


def leave(app: FinetuiApp, how: str) -> None:
    """End the program by its key, or as a signal does."""
    if how == "ctrl+q":
        typed(app, "ctrl+q")
    elif how == "SIGTERM":
        assert app.leaving.end_soon(128 + signal.SIGTERM)
    else:
        app.terminal_gone()


@pytest.mark.usefixtures("in_chat")
@pytest.mark.parametrize("how", ["ctrl+q", "SIGTERM", "SIGHUP"])
async def test_a_question_typed_before_chat_is_back_is_kept(gate: asyncio.Event, how: str) -> None:
    """Its letters are commands of the start page, or of none, or of the whole program."""
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.current_mode == "datasets"
        typed(app, *"Hydra", "space", "o")
        app.post_message(events.Paste("f ferns"))
        typed(app, *"why")
        await pilot.pause()
        leave(app, how)
        await pilot.pause()
        assert app.is_running
        gate.set()
        await until(lambda: not app.is_running)
    assert await kept_question() == "Hydra of fernswhy"


async def test_what_is_typed_before_an_editor_is_back_goes_into_it(
    app_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUI_START", "back")
    data = tmp_path / "data.jsonl"
    data.write_bytes(chat_lines(3))
    row = {"row": 1, "digest": digest_of(data.read_bytes().splitlines()[0]), "message": 0}
    opened = {"path": str(data), "in_conversation": True, "open": "datasets.edit", **row}
    (app_home / "state").mkdir(parents=True)
    kept = {"mode": "datasets", "profile": "lab", "screens": {"datasets": opened}}
    (app_home / "state" / "session.json").write_text(json.dumps(kept))
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        typed(app, *"dd")  # deletes two examples, where no editor is
        await until(lambda: isinstance(app.screen, TextEditor), pilot)
        editor: Any = app.screen
        await until(lambda: "dd" in editor.query_one(TextArea).text, pilot)
        assert len(app.workspace.datasets.current) == 3


async def test_a_question_is_kept_from_behind_a_dialog(gate: asyncio.Event) -> None:
    app = ChatFirst(chat=ChatStart())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Hi")
        prompt: Any = app.focused
        assert prompt.text == "Hi"  # it has waited for nothing, and neither does help
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpDialog), pilot)
        typed(app, "ctrl+q")
        await pilot.pause()
        gate.set()
        await until(lambda: not app.is_running)
    assert await kept_question() == "Hi"


async def test_a_command_chosen_in_the_palette_waits_for_the_profile(gate: asyncio.Event) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", *"sample", "enter")
        await pilot.pause()
        assert app.workspace is None
        gate.set()
        await until(lambda: getattr(app.screen, "document", None), pilot)
        assert app.tour.step == 0
