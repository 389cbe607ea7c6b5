"""A text in the place of another: what is beside it moves only when it must."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.until import until
from tui.screens.tokens.report.fitting import put


class Shown(App[None]):
    CSS = "#wide { width: auto; height: auto; } #all { height: auto; }"

    def compose(self) -> ComposeResult:
        yield Static(Text("one"), id="wide")
        yield Static(Text("one"), id="all")


async def test_a_text_gets_the_room_it_needs() -> None:
    app = Shown()
    async with app.run_test(size=(20, 10)) as pilot:
        for said, width, height in (("two", 3, 1), ("three", 5, 1), ("a\nb", 1, 2), ("c", 1, 1)):
            for name in ("#wide", "#all"):
                put(app.query_one(name, Static), Text(said))
            wide, whole = app.query_one("#wide"), app.query_one("#all")
            await until(lambda w=width, s=wide: s.size.width == w, pilot)  # type: ignore[misc]
            await until(lambda h=height, s=whole: s.size.height == h, pilot)  # type: ignore[misc]
            assert whole.size.width == 20
        put(app.query_one("#all", Static), Text("word " * 10))  # wrapped
        await until(lambda: app.query_one("#all").size.height == 3, pilot)
        put(app.query_one("#all", Static), Text("short"), shrink=False)
        put(app.query_one("#wide", Static), Text("wider"))
        await until(lambda: app.query_one("#wide").size.width == 5, pilot)
        assert "short" in str(app.query_one("#all", Static).render())
        put(app.query_one("#all", Static), Text("word " * 14), shrink=False)
        await until(lambda: app.query_one("#all").size.height == 4, pilot)
