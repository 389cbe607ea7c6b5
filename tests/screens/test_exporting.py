"""Exporting, splitting and comparing by keyboard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.core.dataset.test_splitting import line
from tests.screens.test_datasets import SIZES
from tests.screens.test_importing import choose_path, preview_of, text_of
from tests.until import narrow, toasts, until
from tui.app import FinetuiApp
from tui.screens.datasets.exporting.diff import DiffDialog
from tui.screens.datasets.exporting.split_dialog import SplitDialog
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


pytestmark = pytest.mark.usefixtures("app_folder")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    rows = [line(f"question {n}") for n in range(20)]
    rows[3] = json.dumps({"messages": [{"role": "user", "content": "alone"}]}).encode()
    path.write_bytes(b"\n".join(rows) + b"\n")
    return path


async def opened(pilot: Pilot[Any]) -> Any:
    screen: Any = pilot.app.screen
    await until(lambda: screen.document is not None, pilot)
    return screen


async def choose(pilot: Pilot[Any], word: str) -> None:
    await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
    asked = pilot.app.screen
    await narrow(pilot, word)
    await until(lambda: pilot.app.screen is not asked, pilot)


@pytest.mark.parametrize("size", SIZES[:1])
async def test_losses_are_told_before_an_export(
    data: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = FinetuiApp(str(data))
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        await pilot.press("x")
        await choose(pilot, "program")
        await choose(pilot, "alpaca")
        preview = await preview_of(pilot)
        assert "20 examples → 19 written, 1 cannot be held" in text_of(preview, ".facts")
        # Who leaves the format or the name is back at the preview.
        for key, asked in (("f", Choose), ("enter", PathDialog)):
            await pilot.press(key)
            await until(lambda asked=asked: isinstance(app.screen, asked), pilot)
            await pilot.press("escape")
            preview = await preview_of(pilot)
            assert "as Alpaca" in text_of(preview, ".facts")
        await pilot.press("tab")
        await until(lambda: preview.query_one("#dropped", RecordList).count == 1, pilot)
        reason = "row 4: question and answer do not alternate"
        await until(lambda: reason in text_of(preview, ".detail"), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PathDialog), pilot)
        assert app.screen.query_one(Input).value == "data.alpaca.jsonl"
        await pilot.press("enter")
        await until(lambda: app.screen is screen, pilot)
        await until((tmp_path / "data.alpaca.jsonl").exists, pilot)
    rows = (tmp_path / "data.alpaca.jsonl").read_text().splitlines()
    assert json.loads(rows[0]) == {"instruction": "question 0", "input": "", "output": "a"}
    assert len(rows) == 19


async def test_datasets_are_compared_and_only_marked_examples_exported(
    data: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older.jsonl"
    rows = data.read_bytes().splitlines()
    rows[5] = line("question 5", "[b]worse[/b]")
    older.write_bytes(b"\n".join(rows[:-1]))
    app = FinetuiApp(str(data))
    async with app.run_test(size=(80, 24)) as pilot:
        # Two datasets are compared.
        screen = await opened(pilot)
        await pilot.press("x")
        await choose(pilot, "compare")
        await choose_path(pilot, older)
        await until(lambda: isinstance(app.screen, DiffDialog), pilot)
        view = app.screen
        assert text_of(view, ".facts") == "1 added, 1 changed, 18 the same"
        assert "[-[b]worse[/b]-]{+a+}" in text_of(view, ".after")
        await pilot.press("enter")
        await until(lambda: app.screen is screen, pilot)
        assert screen.context.selection.position == 5
        await pilot.press("home")
        # Of the marked examples, only those are exported.
        await pilot.press("space", "space")
        await until(lambda: len(screen.marked) == 2, pilot)
        await pilot.press("x")
        await choose(pilot, "program")
        await choose(pilot, "marked")
        await choose(pilot, "azure")
        await preview_of(pilot)
        await pilot.press("enter")
        await choose_path(pilot, tmp_path / "azure.jsonl")
        await until((tmp_path / "azure.jsonl").exists, pilot)
    found = (tmp_path / "azure.jsonl").read_bytes()
    assert found == b"\xef\xbb\xbf" + b"\n".join(data.read_bytes().split(b"\n")[:2]) + b"\n"


@pytest.mark.parametrize("size", SIZES[1:])
async def test_a_split_is_previewed_and_written(
    data: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = FinetuiApp(str(data))
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        await pilot.press("x")
        await choose(pilot, "validation")
        await until(lambda: isinstance(app.screen, SplitDialog), pilot)
        form = app.screen
        form.query_one("#size", Input).value = "much"
        await pilot.press("enter")
        assert "neither a share" in text_of(form, ".problem")
        form.query_one("#size", Input).value = "25%"
        await pilot.press("down", "down", "right", "enter")
        await until(lambda: isinstance(app.screen, Confirm), pilot)
        said = str(app.screen.query_one(".question", Static).content)
        assert "By turns" in said
        assert "validation          5" in said
        await pilot.press("y")
        for name in ("data.train.jsonl", "data.valid.jsonl"):
            await until(
                lambda n=name: (
                    isinstance(app.screen, PathDialog)  # type: ignore[misc]
                    and app.screen.query_one(Input).value == n
                ),
                pilot,
            )
            await pilot.press("enter")
        await until(lambda: app.screen is screen, pilot)
        await until((tmp_path / "data.valid.jsonl").exists, pilot)
        await until(lambda: toasts(screen.app), pilot)
    assert (tmp_path / "data.train.jsonl").read_bytes().count(b"\n") == 15
