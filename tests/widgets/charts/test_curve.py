"""The curve as it stands on the screen."""

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from tui.widgets.charts.curve import Curve, Series, View, changed_rows
from tui.widgets.charts.plot import plot
from tui.widgets.charts.plot_scale import log_scale, nice_scale

TRAIN = Series("training", tuple((n, 3 / n) for n in range(1, 51)))
VALID = Series("validation", ((10, 0.8), (20, 0.5), (50, 0.9)), "○")


class CurveApp(App[None]):
    CSS = "Curve { width: 60; height: 12; }"

    def compose(self) -> ComposeResult:
        yield Curve(empty="no loss yet")


async def test_says_that_there_is_nothing_then_draws_what_comes() -> None:
    app = CurveApp()
    async with app.run_test() as pilot:
        curve = app.query_one(Curve)
        assert curve.lines == ["no loss yet"]
        curve.show((TRAIN, VALID), View(last=100))
        await pilot.pause()
        text = "\n".join(curve.lines)
        assert len(curve.lines) == 12
        assert "⠤⠒ training   ○ validation" in curve.lines[0]
        assert text.count("○") == 1 + 3  # the legend and three points
        assert "step 100" in curve.lines[-1]
        assert curve.lines[1].startswith("3┤")


async def test_only_what_changed_is_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = CurveApp()
    async with app.run_test() as pilot:
        curve = app.query_one(Curve)
        curve.show((TRAIN,), View(last=100))
        await pilot.pause()
        painted: list[int] = []
        monkeypatch.setattr(
            curve, "refresh", lambda *regions, **_: painted.extend(r.area for r in regions)
        )
        curve.show((TRAIN,), View(last=100))
        assert painted == []
        curve.show((Series("training", (*TRAIN.points, (51, 0.06), (52, 0.06))),), View(last=100))
        assert 0 < sum(painted) < 10


async def test_fits_another_size() -> None:
    app = CurveApp()
    async with app.run_test() as pilot:
        curve = app.query_one(Curve)
        curve.show((TRAIN,), None)
        curve.styles.width, curve.styles.height = 40, 8
        await pilot.pause()
        assert len(curve.lines) == 8
        assert {len(line) for line in curve.lines[1:]} == {40}
        assert curve.lines[-1].rstrip().endswith("step 50")


def test_a_line_is_connected() -> None:
    lines = plot((Series("training", ((1, 0.0), (2, 10.0), (3, 0.0))),), 40, 10)
    inside = ["".join(run.text for run in line)[3:] for line in lines[1:-2]]
    columns = ["".join(column).strip() for column in zip(*inside, strict=True)]
    assert all(columns)


def test_y_axis_ends_are_round_and_hold_the_values() -> None:
    scale = nice_scale(0.12, 2.93, 4)
    assert (scale.low, scale.high) == (0.0, 3.0)
    near = nice_scale(2.93, 2.97, 4)
    assert near.low <= 2.93 < 2.97 <= near.high
    assert near.high - near.low < 0.1


_points = st.lists(
    st.tuples(st.integers(0, 10_000), st.floats(-1e9, 1e9) | st.floats()), max_size=40
)


@example([(1, 1e308), (2, -1e308)], [(1, math.nan), (2, math.inf)], 40, 10, None)
@example([(1, 5e-324), (2, 0.0)], [(2, -math.inf)], 1, 40, 9999)
@given(_points, _points, st.integers(1, 120), st.integers(1, 40), st.none() | st.integers(1, 9999))
def test_any_points_fit_any_size(
    first: list[tuple[int, float]],
    second: list[tuple[int, float]],
    width: int,
    height: int,
    last: int | None,
) -> None:
    series = (Series("a", tuple(sorted(first))), Series("b", tuple(sorted(second)), "○"))
    lines = plot(series, width, height, View(last=last))
    assert len(lines) in {0, height}
    widths = [sum(len(run.text) for run in line) for line in lines]
    assert all(w <= width for w in widths)
    assert all(a == b for a, b in pairwise(widths[1:]))


@given(_points, st.integers(12, 120), st.integers(5, 40), st.floats(-10, 10_000), st.booleans())
def test_zoomed_logarithmic_and_with_a_cursor_lines_keep_their_width(
    points: list[tuple[int, float]], width: int, height: int, cursor: float, log: bool
) -> None:
    view = View(first=10, last=500, log=log, cursor=cursor)
    lines = plot((Series("a", tuple(sorted(points)), "a", sparse=True),), width, height, view)
    assert len(lines) in {0, height}
    widths = [sum(len(run.text) for run in line) for line in lines]
    assert all(w <= width for w in widths)
    assert all(a == b for a, b in pairwise(widths[1:]))


def test_a_logarithmic_axis_gives_each_power_of_ten_the_same_room() -> None:
    scale = log_scale(0.012, 9.3)
    assert (scale.low, scale.high) == (0.01, 10)
    assert scale.at(0.1) - scale.at(0.01) == pytest.approx(scale.at(10) - scale.at(1))
    text = "\n".join(
        "".join(run.text for run in line)
        for line in plot((TRAIN,), 60, 14, View(log=True, last=50, cursor=25))
    )
    assert "0.05┤" in text.replace(" ", "")
    assert "▲" in text


def test_marks_of_a_sparse_series_stand_apart() -> None:
    every = Series("a", tuple((n, 1.0) for n in range(1, 200)), "a", sparse=True)
    marks = "".join(run.text for line in plot((every,), 70, 8)[1:] for run in line).count("a")
    assert 8 <= marks <= 12


def test_only_the_zoomed_part_is_drawn() -> None:
    lines = plot((TRAIN,), 60, 10, View(first=20, last=40))
    text = "".join(run.text for run in lines[-1])
    assert text.split()[0] == "20"
    assert text.split()[-1] == "40"


async def test_lines_that_differ_only_in_blanks_at_their_end_need_no_paint() -> None:
    assert changed_rows("3┤⠤⠒  ", "3┤⠤⠒", 2) is None
    assert changed_rows("3┤⠤⠒  ", "3┤⠤⠤ ", 2) == Region(3, 2, 1, 1)
    app = CurveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        curve = app.query_one(Curve)
        for width, height in ((34, 7), (60, 12), (61, 12), (10, 3), (8, 1), (93, 40), (34, 7)):
            curve.styles.width, curve.styles.height = width, height
            await pilot.pause()
            curve.show((TRAIN,) if width % 2 else (VALID, TRAIN), View(last=width))
            await pilot.pause()
            assert len(curve.lines) <= height or curve.lines == ["no loss yet"]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "values", [(1e8, 7.4e-307), (1e308, -1e308), (5e-324, 1e299), (1e299, 1e299, -1e299)]
)
def test_numbers_of_any_size_are_drawn(values: tuple[float, ...], log: bool) -> None:
    lines = plot((Series("loss", (*enumerate(values),)),), 40, 12, View(log=log))
    assert all(len("".join(run.text for run in line)) <= 40 for line in lines)
