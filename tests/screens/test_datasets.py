"""Datasets by keyboard: open, jump to a problem, edit, undo, save, recover."""

from __future__ import annotations

import json
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, TextArea

from tests.until import until
from tui.app import FinetuiApp
from tui.screens.datasets import DatasetsScreen
from tui.screens.dialogs.confirm import Confirm
from tui.widgets.conversation import Conversation
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

pytestmark = pytest.mark.usefixtures("app_home")

SIZES = [(80, 24), (120, 36)]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    path = tmp_path / "data [b].jsonl"
    examples = [
        {
            "messages": [
                {"role": "user", "content": f"question {i}"},
                {"role": "assistant", "content": f"answer {i}"},
            ]
        }
        for i in range(12)
    ]
    lines = [json.dumps(example) for example in examples]
    lines[4] = lines[4].replace('"assistant"', '"robot"')
    lines[7] = '{"messages": [}'
    path.write_text("\n".join(lines) + "\n")
    return path


@asynccontextmanager
async def running(
    path: Path | None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    app = FinetuiApp(str(path) if path else None)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        screen = app.screen_stack[0]  # a question may stand before it
        assert isinstance(screen, DatasetsScreen)
        if path is not None and path.is_file():
            await until(lambda: screen.document is not None and screen.checks.issues, pilot)
        yield pilot, screen


def listing(screen: DatasetsScreen, name: str = "#examples") -> RecordList:
    return screen.query_one(name, RecordList)


async def test_problem_jump_fix_undo_redo_save(dataset: Path) -> None:
    async with running(dataset, (80, 24)) as (pilot, screen):
        document = screen.document
        await pilot.press("p")
        rows = screen.problems.rows
        issues = [rows.issue_at(row) for row in range(len(rows))]
        listing(screen, "#problems").move_to([issue and issue.line for issue in issues].index(5))
        await pilot.press("enter")
        assert screen.context.selection.position == 4
        assert screen.context.selection.message.role == "robot"
        await pilot.resize_terminal(120, 36)
        await pilot.press("r")
        await until(lambda: screen.app.screen is not screen, pilot)
        await pilot.press(*"assistant", "enter")
        await until(lambda: document.modified, pilot)
        await until(lambda: not any(issue.line == 5 for issue in screen.checks.issues), pilot)
        await pilot.press("u")
        await until(lambda: screen.context.selection.message.role == "robot", pilot)
        await pilot.press("U")
        await until(lambda: screen.context.selection.message.role == "assistant", pilot)
        await pilot.press("ctrl+s")
        await until(lambda: not document.modified, pilot)
    lines = dataset.read_text().split("\n")
    assert json.loads(lines[4])["messages"][1]["role"] == "assistant"
    assert lines[7] == '{"messages": [}'


async def test_text_is_edited_and_esc_never_drops_it_silently(dataset: Path) -> None:
    async with running(dataset) as (pilot, screen):
        # Escape alone never quits.
        await pilot.press(*["escape"] * 6)
        assert screen.app.is_running
        assert screen.document is not None
        await pilot.press("enter", "e")
        await until(lambda: isinstance(screen.app.focused, TextArea), pilot)
        await pilot.press(*"!!", "escape")
        await until(lambda: isinstance(screen.app.screen, Confirm), pilot)
        await pilot.press("n")  # go on typing
        await until(lambda: isinstance(screen.app.focused, TextArea), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: screen.document.modified, pilot)
        assert screen.document.example(0).messages[0].text == "question 0!!"
        # A broken line is edited as JSON.
        await pilot.press("escape")
        listing(screen).move_to(7)
        await pilot.press("e")
        await until(lambda: isinstance(screen.app.focused, TextArea), pilot)
        await pilot.press("ctrl+s")
        assert isinstance(screen.app.focused, TextArea), "not JSON: the editor stays"
        screen.app.focused.text = '{\n"messages": []}'
        await pilot.press("ctrl+s")
        await until(lambda: screen.document.line(7) == b'{"messages": []}', pilot)


async def test_messages_and_examples_come_and_go(dataset: Path) -> None:
    async with running(dataset) as (pilot, screen):
        document = screen.document
        await pilot.press("d")
        await until(lambda: len(document) == 11, pilot)
        await pilot.press("n")
        await until(lambda: len(document) == 12 and screen.context.selection.in_conversation, pilot)
        assert [m.role for m in document.example(1).messages] == ["user", "assistant"]
        assert screen.query_one(Conversation).cursor == 0
        await pilot.press("down", "d")
        await until(lambda: len(document.example(1).messages) == 1, pilot)
        await pilot.press("a")
        await until(lambda: isinstance(screen.app.focused, TextArea), pilot)
        await pilot.press(*"yes", "ctrl+s")
        await until(lambda: len(document.example(1).messages) == 2, pilot)
        assert document.example(1).messages[1].role == "assistant"
        await pilot.press("w")
        await until(lambda: document.example(1).messages[1].weight == 0, pilot)
        await pilot.press("D")
        await until(lambda: not document.modified, pilot)
        assert len(document) == 12


async def test_unsaved_changes_come_back_and_can_be_dropped(dataset: Path) -> None:
    async with running(dataset) as (pilot, screen):
        await pilot.press("d")
        await until(lambda: len(screen.document) == 11, pilot)
        await pilot.press("ctrl+q")
    before = dataset.read_bytes()
    app = FinetuiApp(str(dataset))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, Confirm), pilot)
        screen = app.screen_stack[0]
        assert isinstance(screen, DatasetsScreen)
        assert len(screen.document or ()) == 11
        await pilot.press("n")
        await until(lambda: len(screen.document or ()) == 12, pilot)
    assert dataset.read_bytes() == before


async def test_open_by_path_with_completion_and_recents(dataset: Path) -> None:
    async with running(None) as (pilot, screen):
        await pilot.press("o")
        await until(lambda: isinstance(screen.app.focused, Input), pilot)
        screen.app.focused.value = str(dataset.parent / "dat")
        await until(lambda: screen.app.screen.query_one(RecordList).count == 1, pilot)
        await pilot.press("tab")
        assert screen.app.focused.value.endswith("data [b].jsonl")
        await pilot.press("enter")
        await until(lambda: screen.document is not None, pilot)
    async with running(None) as (pilot, screen):
        await until(lambda: listing(screen, "#begin").count == 4, pilot)
        listing(screen, "#begin").focus()
        await pilot.press("enter")
        await until(lambda: screen.document is not None, pilot)


@pytest.mark.parametrize("what", ["missing", "folder", "pipe", "unreadable"])
async def test_what_cannot_be_opened_is_said_and_stays_said(tmp_path: Path, what: str) -> None:
    path = tmp_path / f"{what}.jsonl"
    if what == "folder":
        path.mkdir()
    if what == "unreadable":
        path.touch(0)
        if os.access(path, os.R_OK):
            pytest.skip("the superuser may read everything")
    if what == "pipe":
        os.mkfifo(path)
    async with running(path) as (pilot, screen):
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert panel.failure.next_step
        await pilot.press("escape")
        assert panel.failure is None
        assert screen.is_running


async def test_file_names_and_texts_are_never_markup(tmp_path: Path) -> None:
    path = tmp_path / "[red]\x1b[2J.jsonl"
    path.write_text('{"messages": [{"role": "[/b]", "content": "[/foo] \\u001b[31m"}]}\n')
    async with running(path) as (pilot, screen):
        await pilot.press("p", "enter", "y", "f1", "escape", "ctrl+p")
        svg = screen.app.export_screenshot()
        assert "\x1b" not in svg
