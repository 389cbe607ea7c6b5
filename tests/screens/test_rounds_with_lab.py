"""The rounds from answers to data by keyboard, against a lab process and its models.

Elsewhere each step is looked at alone, with servers that say what the test wants. Here nothing is
known of what the models answer but that both do.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import TextArea

from tests.lab_process import chat_lines
from tests.rows import rows_of
from tests.screens.conftest import use_profile
from tests.screens.test_compare import choose, finished_run, on_screen
from tests.until import narrow, opened, until
from tui.app import FinetuiApp
from tui.screens.chat import ChatScreen
from tui.screens.compare import CompareScreen
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.editor import TextEditor
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.screens.conftest import TunedLab

pytestmark = pytest.mark.xdist_group("tuned_lab")
ROWS = 3


@asynccontextmanager
async def program(
    home: Path, lab: TunedLab, data: Path, size: tuple[int, int]
) -> AsyncIterator[Pilot[Any]]:
    use_profile(home, lab.process.base_url, lab.process.api_key)
    data.write_bytes(chat_lines(ROWS))
    app = FinetuiApp(str(data))
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace and app.workspace.datasets.current, pilot)
        yield pilot


async def test_ask_compare_correct_example_check_save(
    app_home: Path, tuned_lab: TunedLab, tmp_path: Path
) -> None:
    data = tmp_path / "train.jsonl"
    async with program(app_home, tuned_lab, data, (80, 24)) as pilot:
        await pilot.press("4")
        chat = await opened(pilot, ChatScreen)
        await until(lambda: chat.models.model == tuned_lab.models[-1], pilot)
        await pilot.press(*"what is it?", "enter")
        await until(lambda: chat.view.under_cursor and not chat.answers.under_way, pilot)
        await pilot.press("escape", "C")
        compare = await opened(pilot, CompareScreen)
        columns = compare.context.comparison.columns
        await until(lambda: len(columns) == 2, pilot)
        await pilot.press("r")
        await until(lambda: all(c.ended for c in columns), pilot)
        await pilot.press("tab", "c")
        await opened(pilot, ChatScreen)
        await until(lambda: len(chat.session.tree.nodes) >= 2, pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("e")
        editor = await opened(pilot, TextEditor)
        editor.query_one(TextArea).text = "It is a test."
        await pilot.press("ctrl+s")
        await opened(pilot, ChatScreen)
        await pilot.press("a")
        await opened(pilot, Choose)
        await pilot.press("enter")
        document = pilot.app.workspace.datasets.current
        await until(lambda: len(document) == ROWS + 1, pilot)
        assert len(rows_of(data)) == ROWS
        await pilot.press("1")
        await until(lambda: f"{ROWS + 1} examples" in on_screen(pilot.app), pilot)
        await until(lambda: "checking" not in on_screen(pilot.app), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: not document.modified, pilot)
        said = [(m["role"], m["content"]) for m in rows_of(data)[-1]["messages"]]
        assert said[-2:] == [("user", "what is it?"), ("assistant", "It is a test.")]


async def test_batch_worst_first_open_in_chat_pair(
    app_home: Path, tuned_lab: TunedLab, tmp_path: Path
) -> None:
    data, pairs = tmp_path / "valid.jsonl", tmp_path / "pairs.jsonl"
    async with program(app_home, tuned_lab, data, (80, 24)) as pilot:
        await pilot.press("7")
        compare = await opened(pilot, CompareScreen)
        await until(lambda: len(compare.context.comparison.columns) == 2, pilot)
        await pilot.press("escape", "e")
        await opened(pilot, Choose)
        await pilot.press("enter")
        await opened(pilot, RunForm)
        await pilot.press("ctrl+s")
        await finished_run(pilot, compare)
        looked_at = compare.results.looked_at
        assert (looked_at.answered, looked_at.missing) == (2 * ROWS, 0)
        assert all(row.error is None for row in looked_at.rows.values())
        await choose(pilot, "o", "worse")
        await until(lambda: looked_at.listing.order == "worse" and compare.results.current, pilot)
        question = compare.results.current.prompt.title
        await pilot.resize_terminal(120, 36)
        await pilot.press("c")
        chat = await opened(pilot, ChatScreen)
        await until(lambda: question in on_screen(pilot.app), pilot)
        assert len(chat.session.tree.nodes) >= 2
        await pilot.press("7", "p")
        await opened(pilot, Choose)
        if "Make a pair of" in on_screen(pilot.app):  # of the two models, or of the expected answer
            await pilot.press("enter")
            await until(lambda: "Add preference pairs to" in on_screen(pilot.app), pilot)
        await narrow(pilot, "another file")
        await opened(pilot, PathDialog)
        await narrow(pilot, str(pairs))
        await until(pairs.exists, pilot)
        await until(lambda: pairs.stat().st_size, pilot)
        (pair,) = rows_of(pairs)
        assert pair["input"]["messages"][-1]["content"] == question
        assert pair["preferred_output"] != pair["non_preferred_output"]
