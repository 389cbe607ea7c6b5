"""The filter by keyboard: typing, keeping, editing within it, jumping out of it, clearing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Key, Paste
from textual.widgets import Static, TextArea

from tests.screens.test_datasets import SIZES, dataset, listing, running
from tests.until import until
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.help import HelpDialog
from tui.screens.filter_bar import FilterBar, FilterField

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.screens.datasets import DatasetsScreen

pytestmark = pytest.mark.usefixtures("app_home")

__all__ = ["dataset"]


def shown(screen: DatasetsScreen) -> list[int]:
    view = screen.context.rows
    return [view.position(row) for row in range(len(view))]


def count(screen: DatasetsScreen) -> str:
    return str(screen.query_one("#filter-count", Static).render())


async def filtered(pilot: Pilot[Any], screen: DatasetsScreen, text: str, rows: list[int]) -> None:
    """Type a filter and wait until it shows these rows."""
    await pilot.press("slash")
    await until(lambda: isinstance(screen.focused, FilterField), pilot)
    assert isinstance(screen.focused, FilterField)
    screen.focused.value = text
    await until(lambda: screen.context.rows.filtered and shown(screen) == rows, pilot)


@pytest.mark.parametrize("size", SIZES[:1])
async def test_filter_edit_within_it_undo_clear(dataset: Path, size: tuple[int, int]) -> None:
    async with running(dataset, size) as (pilot, screen):
        document = screen.document
        await pilot.press("slash", *"question")
        await until(lambda: count(screen) == "11 of 12", pilot)
        await pilot.press(*" 1")
        await until(lambda: shown(screen) == [1, 10, 11], pilot)
        assert count(screen) == "3 of 12"
        assert screen.marked.scope() == [1, 10, 11]
        await pilot.press("enter", "down")
        assert screen.context.selection.position == 10
        assert "11" in listing(screen).render_line(1).text, "rows keep their true numbers"
        await pilot.press("enter", "e")
        await until(lambda: isinstance(screen.app.focused, TextArea), pilot)
        screen.app.focused.text = "something else"
        await pilot.press("ctrl+s")
        await until(lambda: document.unsaved(10), pilot)
        await until(lambda: screen.marked.scope() == [1, 11], pilot)
        assert shown(screen) == [1, 10, 11], "what was edited stays in sight"
        assert screen.context.selection.position == 10
        await pilot.press("u")
        await until(lambda: screen.marked.scope() == [1, 10, 11], pilot)
        await pilot.press("escape", "down", "d")
        await until(lambda: len(document) == 11, pilot)
        assert shown(screen) == [1, 10]
        listing(screen).move_to(0)
        await pilot.press("d")
        await until(lambda: len(document) == 10, pilot)
        assert shown(screen) == [9], "rows after a deleted one have moved"
        assert document.example(9).messages[0].text == "question 10"
        await pilot.press("u", "u")
        await until(lambda: shown(screen) == [1, 10, 11], pilot)
        await pilot.press("escape")
        await until(lambda: not screen.context.rows.filtered, pilot)
        assert not screen.query_one(FilterBar).display
        assert len(screen.context.rows) == 12


async def clear(pilot: Pilot[Any], screen: DatasetsScreen) -> None:
    """Go back to all rows, with the list in focus and its first row under the cursor."""
    if isinstance(screen.focused, FilterField):
        await pilot.press("escape")
    screen.query_one("#examples").focus()
    if screen.context.rows.filtered:
        await pilot.press("escape")
    await until(lambda: not screen.context.rows.filtered, pilot)
    await pilot.press("home")


async def test_filters_are_typed_recalled_and_keep_what_is_shown(dataset: Path) -> None:
    async with running(dataset) as (pilot, screen):
        # They are recalled, and saved.
        await filtered(pilot, screen, "kind:broken", [7])
        await pilot.press("ctrl+s", "enter")
        await filtered(pilot, screen, "role:robot", [4])
        await pilot.press("enter", "escape")
        await pilot.press("slash", "down")
        await until(lambda: isinstance(screen.app.screen, Choose), pilot)
        await until(lambda: len(screen.app.screen.choices) == 2, pilot)
        assert [c.remark for c in screen.app.screen.choices] == ["saved", "recent"]
        await pilot.press("enter")
        await until(lambda: screen.context.rows.filtered and shown(screen) == [7], pilot)
        await clear(pilot, screen)
        # An error names its place, and what is shown stays.
        await filtered(pilot, screen, "role:robot", [4])
        problem = screen.query_one("#filter-problem", Static)
        # At once, as a paste does: "turns" alone would be a filter of its own.
        await pilot.press("end")
        screen.query_one(FilterField).post_message(Paste(" turns>"))
        await until(lambda: problem.display, pilot)
        assert "at 18: expected a number after turns>" in str(problem.render())
        await pilot.press("enter")
        assert isinstance(screen.focused, FilterField), "not a filter: the field stays"
        assert shown(screen) == [4]
        await pilot.press("1")
        await until(lambda: not problem.display, pilot)
        await pilot.press("f1")
        await until(lambda: isinstance(screen.app.screen, HelpDialog), pilot)
        await pilot.press("escape", "escape")
        await until(lambda: not screen.context.rows.filtered, pilot)
        assert screen.focused is listing(screen)
        # Tokens are counted when they are asked for.
        await filtered(pilot, screen, "trained>0 line:-3", [0, 1, 2])
        await filtered(pilot, screen, "tokens>1000 OR kind:broken", [7])
        await clear(pilot, screen)
        # Nothing fits, and commands stay harmless.
        await filtered(pilot, screen, "nowhere", [])
        await pilot.press("enter")
        assert listing(screen).count == 0
        await pilot.press("d", "e", "w", "y", "space", "v", "enter", "d")
        await pilot.pause()
        assert not screen.document.modified
        await pilot.press("escape", "escape", "escape")
        await until(lambda: len(screen.context.rows) == 12, pilot)
        # Keys typed ahead go where they were meant.
        for key in ["slash", *"line:2-", "enter", "v"]:  # all at once, as a slow line brings them
            character = {"slash": "/"}.get(key, key)
            screen.app.post_message(Key(key, character if len(character) == 1 else None))
        await until(lambda: screen.context.rows.filtered and len(screen.context.rows) == 11, pilot)
        assert screen.query_one(FilterField).value == "line:2-"
        assert screen.focused is listing(screen)
        assert "range" in screen.marked.note
        await pilot.press("escape")
        await clear(pilot, screen)
        # A jump to a hidden row shows it.
        await filtered(pilot, screen, "line:1-2", [0, 1])
        await pilot.press("enter", "p")
        first = next(i for i, issue in enumerate(screen.checks.issues) if issue.line == 5)
        listing(screen, "#problems").move_to(first)
        await pilot.press("enter")
        assert screen.context.selection.position == 4
        assert shown(screen) == [0, 1, 4]
        assert screen.marked.scope() == [0, 1]
        screen.app.show_example(9)
        await until(lambda: screen.context.selection.position in {4, 9}, pilot)


async def test_problems_marks_and_edits_are_followed(dataset: Path) -> None:
    async with running(dataset) as (pilot, screen):
        await filtered(pilot, screen, "issue:role severity:error", [4])
        await pilot.press("enter", "enter", "down", "r")
        await until(lambda: isinstance(screen.app.screen, Choose), pilot)
        await pilot.press(*"assistant", "enter")
        await until(lambda: screen.marked.scope() == [], pilot)
        assert shown(screen) == [4]
        await filtered(pilot, screen, "edited", [4])
        await pilot.press("enter", "space")
        await until(lambda: len(screen.marked) == 1, pilot)
        await filtered(pilot, screen, "-marked line:4-6", [3, 5])
        await pilot.press("enter", "home", "space")
        await until(lambda: len(screen.marked) == 2, pilot)
        await until(lambda: screen.context.rows.positions() == [5], pilot)
        assert screen.marked.scope() == [3, 4]
        # Deleting among marked rows shows no other.
        await clear(pilot, screen)
        await pilot.press("u")
        await until(lambda: not screen.document.modified, pilot)
        listing(screen).move_to(3)
        await pilot.press("space", "home")
        await until(lambda: len(screen.marked) == 1, pilot)
        listing(screen).move_to(1)
        await pilot.press("space", "down", "space")
        await until(lambda: len(screen.marked) == 3, pilot)
        await filtered(pilot, screen, "marked", [1, 3, 4])
        await pilot.press("enter", "home", "d")
        await until(lambda: len(screen.document) == 11, pilot)
        assert shown(screen) == [2, 3]
        await pilot.press("n")
        await until(lambda: len(screen.document) == 12, pilot)
        await until(lambda: shown(screen) == [2, 3, 4], pilot)
        assert screen.context.selection.position == 3, (
            "a new example is shown although it is not marked"
        )
        assert screen.marked.scope() == [2, 4]
