"""A wider terminal shows no less: of each list the rows and the words that 80 columns show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from tests.faults.shapes import answering
from tests.screens.conftest import use_profile
from tests.screens.test_colors import fill, settled
from tests.screens.test_watching import trained
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.widgets.conversation import READABLE
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path

    from textual.screen import Screen

    from tests.faults.server import FaultServer

WIDTHS = (100, 120, 200)


def lists(screen: Screen[object]) -> dict[str, list[str]]:
    """Return the lines of each list in view, its heading first."""
    shown = {}
    for one in screen.query(RecordList):
        if one.region and one.region.overlaps(screen.region):
            lines = [one.render_line(y).text for y in range(one.size.height)]
            above = [w for w in screen.query(Widget) if (w.id or "").endswith("heading")]
            heading = [w.render_line(0).text for w in above if w.region]
            shown[str(one.id)] = [*heading, *lines]
    return shown


def lost(narrow: list[str], wide: list[str]) -> list[str]:
    """Return the words that stand in a line of the narrow list, whole, and not in the wide one."""
    return [
        word
        for before, after in zip(narrow, wide, strict=False)
        for word in before.split()
        if "…" not in word and word not in after
    ]


async def test_no_list_shows_less_where_there_is_more_room(
    app_home: Path, server: FaultServer
) -> None:
    fill(server)
    for name in ("moss", "ivy", "oak", "elm", "ash", "yew"):
        trained(server, name)
    use_profile(app_home, server.url)
    less = {}
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("s", "n")
        await until(lambda: app.screen.query_one("#examples", RecordList).count == 63, pilot)
        await pilot.press("p")
        await settled(pilot)

        def filled(least: int) -> bool:
            shown = [one for one in app.screen.query(RecordList) if one.region]
            return bool(shown) and shown[0].count >= least

        for key, least in {"1": 63, "3": 7, "5": 1, "6": 3}.items():
            await pilot.press(key)
            await until(lambda least=least: filled(least), pilot, seconds=20)
            await settled(pilot)
            await pilot.resize_terminal(80, 24)
            await pilot.pause()
            at_80 = lists(app.screen)
            assert at_80
            for width in WIDTHS:
                await pilot.resize_terminal(width, 24)
                await pilot.pause()
                wider = lists(app.screen)
                for name, lines in at_80.items():
                    rows = sum(bool(line.strip()) for line in lines)
                    now = sum(bool(line.strip()) for line in wider.get(name, []))
                    if now < rows or lost(lines, wider[name]):
                        less[key, name, width] = (rows, now, lost(lines, wider.get(name, [])))
    assert less == {}


async def test_what_is_read_has_no_line_too_long_to_read(
    app_home: Path, server: FaultServer
) -> None:
    fill(server)
    answering(server, "word " * 100)
    use_profile(app_home, server.url)
    app = FinetuiApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("4", *"Hi", "enter")
        await until(lambda: "word word" in on_screen(app), pilot)
        await settled(pilot)
        lines = [line for line in on_screen(app).splitlines() if "word word" in line]
        assert len(lines) > 3
        assert 100 < max(len(line.strip("│ ")) for line in lines) <= READABLE
