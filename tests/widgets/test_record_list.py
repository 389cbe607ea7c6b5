"""The list of any length: rows are made when seen, the cursor moves by keys."""

from __future__ import annotations

import pytest
from rich.text import Text
from textual.app import App, ComposeResult

from tui.widgets.record_list import RecordList

pytestmark = pytest.mark.usefixtures("paints_at_once")


class ListApp(App[None]):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.made: list[int] = []
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield RecordList(empty="nothing here")

    def on_mount(self) -> None:
        self.query_one(RecordList).show(self.count, self.row)
        self.query_one(RecordList).focus()

    def row(self, row: int, width: int) -> Text:
        self.made.append(row)
        return Text(f"row {row} [b]not markup[/b]")

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        self.chosen.append(event.index)

    def text(self) -> list[str]:
        listing = self.query_one(RecordList)
        return [listing.render_line(y).text.rstrip() for y in range(listing.size.height)]


async def test_a_million_rows_make_only_what_is_seen() -> None:
    app = ListApp(1_000_000)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert "row 999999 [b]not markup[/b]" in app.text()
        assert len(set(app.made)) < 100
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == [999_999]


async def test_keys_move_the_cursor_and_keep_it_in_view() -> None:
    app = ListApp(50)
    async with app.run_test(size=(40, 10)) as pilot:
        listing = app.query_one(RecordList)
        await pilot.press("down", "j", "k", "pagedown")
        assert listing.cursor == 1 + 9
        assert listing.scroll_offset.y <= listing.cursor < listing.scroll_offset.y + 10
        await pilot.press("home")
        assert (listing.cursor, listing.scroll_offset.y) == (0, 0)
        await pilot.press("up")
        assert listing.cursor == 0


async def test_fewer_rows_keep_the_cursor_on_one() -> None:
    app = ListApp(50)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("end")
        listing = app.query_one(RecordList)
        listing.show(3, app.row)
        await pilot.pause()
        assert listing.cursor == 2
        assert app.text()[0].startswith("row 0")
        listing.show(0, app.row)
        await pilot.pause()
        assert app.text()[0] == "nothing here"
        await pilot.press("enter", "down")
        assert app.chosen == []


async def test_scrolling_makes_only_the_rows_that_are_new() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(40, 10)) as pilot:
        listing = app.query_one(RecordList)
        await pilot.press(*["down"] * 9)
        await pilot.pause()
        app.made.clear()
        await pilot.press("down", "down")
        await pilot.pause()
        assert {*app.made} <= {9, 10, 11}
        app.made.clear()
        listing.refresh()
        await pilot.pause()
        assert len({*app.made}) == 10


async def test_rows_added_at_the_end_are_there_without_making_those_in_view() -> None:
    app = ListApp(20)
    async with app.run_test(size=(40, 10)) as pilot:
        listing = app.query_one(RecordList)
        await pilot.pause()
        app.made.clear()
        listing.grow(30)
        await pilot.pause()
        assert not app.made
        await pilot.press("end")
        assert listing.cursor == 29
        listing.grow(31)
        assert any("row 29" in line for line in app.text())


async def test_rows_added_below_the_last_are_painted() -> None:
    app = ListApp(3)
    async with app.run_test(size=(40, 10)) as pilot:
        listing = app.query_one(RecordList)
        listing.grow(5)
        await pilot.pause()
        assert 4 in app.made
