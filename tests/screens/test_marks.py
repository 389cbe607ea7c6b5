"""Marks by keyboard: rows, ranges, the menu; they stay with their rows through edits and undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.test_datasets import SIZES, dataset, listing, running
from tests.until import until
from tui.screens.dialogs.choose import Choose
from tui.widgets.frame.status_line import StatusLine

pytestmark = pytest.mark.usefixtures("app_home")

__all__ = ["dataset"]


@pytest.mark.parametrize("size", SIZES[:1])
async def test_marks_survive_edits_and_undo(dataset: Path, size: tuple[int, int]) -> None:
    async with running(dataset, size) as (pilot, screen):
        document = screen.document
        assert list(screen.marked.scope()) == list(range(12))
        await pilot.press("down", "space", "space")
        await until(lambda: screen.marked.scope() == [1, 2], pilot)
        assert screen.context.selection.position == 3
        assert "2 marked" in str(screen.query_one("#status-text").render())
        listing(screen).move_to(0)
        await pilot.press("d")
        await until(lambda: len(document) == 11, pilot)
        assert screen.marked.scope() == [0, 1]
        listing(screen).move_to(0)
        await pilot.press("enter", "down", "w", "escape")  # an edit of a marked row itself
        await until(lambda: document.unsaved(0), pilot)
        assert screen.marked.scope() == [0, 1]
        await pilot.press("u", "u")
        await until(lambda: len(document) == 12, pilot)
        assert screen.marked.scope() == [1, 2]
        text = listing(screen).render_line(1).text
        assert "▣" in text


async def test_ranges_and_the_menu(dataset: Path) -> None:
    async with running(dataset) as (pilot, screen):
        await pilot.press("end", "v")
        assert "range" in screen.marked.note
        await pilot.press("up", "up", "v")
        await until(lambda: screen.marked.scope() == [9, 10, 11], pilot)
        await pilot.press("v", "escape")
        await until(lambda: "range" not in screen.marked.note, pilot)
        await pilot.press("v", "v")
        await until(lambda: isinstance(screen.app.screen, Choose), pilot)
        await pilot.press(*"inv", "enter")
        await until(lambda: len(screen.marked) == 9, pilot)
        assert screen.marked.scope() == list(range(9))
        await pilot.press("v", "v")
        await until(lambda: isinstance(screen.app.screen, Choose), pilot)
        await pilot.press(*"clear", "enter")
        await until(lambda: len(screen.marked) == 0, pilot)
        assert screen.query_one(StatusLine)
