"""The histogram: what it draws without any colour, and its cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from tui.core.tokens.distribution import Histogram as Bars
from tui.core.tokens.distribution import edges, filled
from tui.widgets.charts.bars import Bar, bars_of
from tui.widgets.charts.histogram import Histogram

if TYPE_CHECKING:
    from collections.abc import Sequence


def bins(values: Sequence[int], n: int, limit: float | None = None) -> Bars:
    borders = edges(min(values), max(values), n) if values else ()
    return filled(borders, values, limit) if borders else Bars((), limit, 0)


class Shown(App[None]):
    """One histogram, and what it told."""

    def __init__(self, values: Sequence[int], limit: float | None = None) -> None:
        super().__init__()
        self.values, self.limit = values, limit
        self.moved: list[Bar] = []
        self.chosen: list[Bar] = []

    def compose(self) -> ComposeResult:
        yield Histogram(empty="nothing to draw")

    def on_mount(self) -> None:
        largest = max(self.values, default=0)
        self.query_one(Histogram).show(bins(self.values, 240, self.limit), largest)

    def on_histogram_moved(self, event: Histogram.Moved) -> None:
        self.moved.append(event.bar)

    def on_histogram_chosen(self, event: Histogram.Chosen) -> None:
        self.chosen.append(event.bar)


def lines(app: App[None]) -> list[str]:
    chart = app.query_one(Histogram)
    return [chart.render_line(y).text.rstrip() for y in range(chart.size.height)]


async def test_draws_heights_axis_ends_and_what_the_cursor_is_on() -> None:
    app = Shown([1] * 8 + [2] * 4 + [4] * 1)
    async with app.run_test(size=(40, 8)):
        assert lines(app) == [
            " 8│█████",
            "  │█████",
            "  │█████ █████",
            "  │█████ █████       ▄▄▄▄▄",
            " 0└▲▲▲▲▲───────────────────",
            "   1                      4",
            "1 token: 8 examples, 61.5 %",
            "up to 1: 8 examples, 61.5 %",
        ]


async def test_the_limit_is_marked_and_bars_over_it_are_hatched() -> None:
    app = Shown([1, 1, 2, 3, 3], limit=2)
    async with app.run_test(size=(40, 7)):
        shown = lines(app)
        assert shown[0] == "2│█████      ┊▒▒▒▒▒"
        assert shown[-3] == "0└▲▲▲▲▲──────┼──────"
        assert "limit 2" in shown[-2]


async def test_a_limit_beyond_the_bars_is_named_with_an_arrow() -> None:
    app = Shown([60, 70, 80], limit=65_536)
    async with app.run_test(size=(60, 8)):
        assert any("limit 65,536 ▸" in line for line in lines(app))


async def test_the_cursor_moves_by_keyboard_and_enter_chooses() -> None:
    app = Shown([1, 2, 2, 3])
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("right", "enter")
        assert app.moved == app.chosen == [Bar(2, 2, 2, 3)]
        assert lines(app)[-2:] == ["2 tokens: 2 examples, 50.0 %", "up to 2: 3 examples, 75.0 %"]
        await pilot.press("end", "right")
        assert app.query_one(Histogram).bar == Bar(3, 3, 1, 4)
        await pilot.press("home", "left")
        assert app.query_one(Histogram).bar == Bar(1, 1, 1, 1)


async def test_a_click_moves_and_a_second_one_chooses() -> None:
    app = Shown([1, 2, 2, 3])
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.click(Histogram, offset=(9, 2))
        assert (len(app.moved), app.chosen) == (1, [])
        await pilot.click(Histogram, offset=(9, 2))
        assert app.chosen == [Bar(2, 2, 2, 3)]


async def test_the_cursor_stays_on_its_value_at_another_width() -> None:
    app = Shown(list(range(1000)))
    async with app.run_test(size=(80, 12)) as pilot:
        chart = app.query_one(Histogram)
        chart.point_at(700)
        for width in (40, 120, 12, 80):
            await pilot.resize_terminal(width, 12)
            await pilot.pause()
            bar = chart.bar
            assert bar is not None
            assert bar.first <= 700 <= bar.last
            assert all(len(line) <= width for line in lines(app))


async def test_in_a_low_widget_one_line_tells_it_all() -> None:
    app = Shown([10, 10, 20])
    async with app.run_test(size=(40, 5)):
        assert lines(app)[-1] == "10: 2, 67 %, cum. 67 %"


async def test_where_it_is_narrow_too_the_shares_are_whole() -> None:
    for width, told in (
        (26, "1,000: 2, 67 %, cum. 67 %"),
        (24, "1,000: 2, 67 %, ≤ 67 %"),
        (20, "1,000: 67 %, ≤ 67 %"),
    ):
        app = Shown([1_000] * 2 + [1_001])
        async with app.run_test(size=(width, 5)):
            assert lines(app)[-1] == told


@pytest.mark.parametrize("values", [[], [1, 1, 2], list(range(1000))])
async def test_it_is_drawn_without_colours(
    monkeypatch: pytest.MonkeyPatch, values: list[int]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Shown(values)
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("right")
        await pilot.pause()
        assert app.is_running


async def test_two_over_one_axis_line_up_however_many_there_are() -> None:
    app = Shown([1, 2, 3])
    async with app.run_test(size=(40, 8)):
        app.query_one(Histogram).show(bins([1, 2, 3], 240, None), 3, most=1_000)
        assert lines(app)[0].startswith("    1│")


async def test_nothing_to_draw_is_said() -> None:
    app = Shown([])
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("right", "enter", "end")
        assert lines(app)[0] == "nothing to draw"
        assert app.chosen == []


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60), st.integers(1, 50))
def test_bars_hold_every_value_once(values: list[int], most: int) -> None:
    bars = bars_of(bins(values, 240), most, max(values))
    assert 1 <= len(bars) <= most
    assert [b.count for b in bars] == [sum(b.first <= v <= b.last for v in values) for b in bars]
    assert bars[-1].up_to == len(values)
    assert (bars[0].first, bars[-1].last) == (min(values), max(values))


async def test_only_the_bar_under_the_cursor_has_its_colour() -> None:
    app = Shown([1] * 8 + [2] * 8 + [3] * 8)
    async with app.run_test(size=(40, 8)) as pilot:
        chart = app.query_one(Histogram)
        style = chart.get_component_rich_style("histogram--cursor")
        whole = chart.render_line(3).text
        for at in (0, 1, 2, 1):
            chart.point_at(chart.bars[at].first)
            await pilot.pause()
            line = chart.render_line(3)
            assert line.text == whole
            marked = line.text.index("█") + at * chart._bar_width
            here = line.crop(marked, marked + chart._bar_width)
            assert {segment.style for segment in here} == {style}
            assert [*line].count(next(iter(here))) == 1
