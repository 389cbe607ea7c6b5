"""A file in another program's format: named as that, imported, and never mended."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static

from tests.rows import ANSWER, USER, answer, chat, line
from tests.screens.test_datasets import listing, running
from tests.screens.test_fixing import dialog, problem
from tests.screens.test_importing import choose_path, preview_of
from tests.until import question_of, toasts, until
from tui.screens.datasets.fixing.preview import BeforeAfter
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog
from tui.widgets.conversation import Conversation
from tui.widgets.line_view import Pane

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.usefixtures("app_folder")

ROWS = [
    {"instruction": f"Name colour {n}.", "input": "", "output": f"Blue {n}."} for n in range(12)
]
INVITED = "This looks like Alpaca: i imports it"


def label(screen: Any) -> str:
    return str(screen.query_one("#problems-pane", Pane).border_title)


async def test_i_imports_the_open_file_and_nothing_fixes_it(tmp_path: Path) -> None:
    path = tmp_path / "alpaca.jsonl"
    before = b"".join(line(row) + b"\n" for row in ROWS)
    path.write_bytes(before)
    async with running(path, (80, 24)) as (pilot, screen):
        await until(lambda: INVITED in label(screen), pilot)
        turn = screen.query_one("#conversation", Conversation).turns[0]
        assert f"{turn.role}: {turn.remark}" == INVITED
        assert turn.text == json.dumps(ROWS[0])
        await problem(screen, pilot, "foreign-format")
        heading = screen.problems.rows.text(listing(screen, "#problems").cursor, 80).plain
        assert "12 in 12 examples" in heading
        assert "i imports" in heading
        assert "F fixes" not in heading
        for key in "fF":
            await pilot.press(key)
            await until(lambda: INVITED in toasts(screen.app), pilot)
            screen.app.clear_notifications()
        assert not screen.document.modified
        await pilot.resize_terminal(120, 36)
        await pilot.press("i")
        asked = await dialog(screen, pilot, PathDialog)
        assert Path(asked.query_one(Input).value).name == "alpaca.jsonl"
        await pilot.press("enter")
        preview = await preview_of(pilot)
        facts = str(preview.query_one(".facts", Static).content)
        assert "12 rows read → 12 examples, 0 dropped" in facts
        await pilot.press("n")
        await dialog(screen, pilot, PathDialog)
        await pilot.press("enter")
        await until(lambda: screen.document.path.name == "alpaca.chat.jsonl", pilot)
        await until(
            lambda: screen.checks.problems is not None and screen.checks.foreign is None, pilot
        )
        assert len(screen.document) == 12
    assert path.read_bytes() == before


async def test_an_array_of_another_format_and_a_table_are_imported_and_not_repaired(
    tmp_path: Path,
) -> None:
    path = tmp_path / "alpaca.json"
    path.write_text(json.dumps(ROWS, indent=1))
    async with running(path) as (pilot, screen):
        asked = await dialog(screen, pilot, Confirm)
        assert "looks like Alpaca (instruction and output)" in question_of(asked)
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        await problem(screen, pilot, "json-array")
        await pilot.press("f")
        await dialog(screen, pilot, Confirm)
        await pilot.press("y")
        preview = await preview_of(pilot)
        assert "12 examples, 0 dropped" in str(preview.query_one(".facts", Static).content)
        # Nor is a table taken for lines.
        data = '\ufeffprompt;completion\r\n"a;b\r\nc";d\r\ne;"f"\r\n'.encode()
        for name, said in (
            ("sheet.csv", "a table (CSV: prompt and completion)"),
            ("s.csv.gz", "a file packed with gzip"),
        ):
            while (top := pilot.app.screen) is not screen:
                await pilot.press("escape")
                await until(lambda top=top: pilot.app.screen is not top, pilot)
            path = tmp_path / name
            path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
            await pilot.press("o")
            await choose_path(pilot, path)
            asked = await dialog(screen, pilot, Confirm)
            assert f"looks like {said}" in question_of(asked)
            await pilot.press("y")
            preview = await preview_of(pilot)
            assert "2 examples, 0 dropped" in str(preview.query_one(".facts", Static).content)


async def test_rows_of_another_format_among_chats_are_left(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    anthropic = line({"system": "Be kind", "messages": [USER, ANSWER]})
    lines = [chat(USER, answer(f"a {n}"), topic=f"billing {n}", id=n) for n in range(12)]
    lines[3] = anthropic
    path.write_bytes(b"\n".join(lines) + b"\n")
    async with running(path) as (pilot, screen):
        await problem(screen, pilot, "unknown-key")
        assert screen.checks.foreign is None
        # Texts that a fix takes out are shown before it is done.
        await pilot.press("F")
        preview = await dialog(screen, pilot, BeforeAfter)
        said = str(preview.query_one(".facts", Static).content)
        assert "Takes out 11 texts at topic, the first in line 1: “billing 0”." in said
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        await pilot.press("f")
        preview = await dialog(screen, pilot, BeforeAfter)
        said = str(preview.query_one(".facts", Static).content)
        assert "Takes out 1 text at topic, the first in line 1: “billing 0”." in said
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        await pilot.press("F")
        await dialog(screen, pilot, BeforeAfter)
        await pilot.press("enter")
        await until(lambda: screen.document.line(0) == chat(USER, answer("a 0")), pilot)
        assert screen.document.line(3) == anthropic


async def test_a_notebook_is_named_and_not_repaired(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [{"cell_type": "code", "source": ["df"], "outputs": []}]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1))
    async with running(path) as (pilot, screen):
        await until(lambda: screen.failure_text, pilot)
        assert "a.ipynb is a Jupyter notebook" in screen.failure_text
        assert "df.to_json('data.jsonl'" in screen.failure_text
        assert pilot.app.screen is screen
