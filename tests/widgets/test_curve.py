"""The curve as it stands on the screen."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from tui.widgets.curve import Curve, Series
from tui.widgets.plot import nice_scale, plot

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
        curve.show((TRAIN, VALID), 100)
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
        curve.show((TRAIN,), 100)
        await pilot.pause()
        painted: list[int] = []
        monkeypatch.setattr(
            curve, "refresh", lambda *regions, **_: painted.extend(r.area for r in regions)
        )
        curve.show((TRAIN,), 100)
        assert painted == []
        curve.show((Series("training", (*TRAIN.points, (51, 0.06), (52, 0.06))),), 100)
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
    st.tuples(st.integers(0, 10_000), st.floats(-1e9, 1e9) | st.just(float("nan"))), max_size=40
)


@given(_points, _points, st.integers(1, 120), st.integers(1, 40), st.none() | st.integers(1, 9999))
def test_any_points_fit_any_size(
    first: list[tuple[int, float]],
    second: list[tuple[int, float]],
    width: int,
    height: int,
    last: int | None,
) -> None:
    series = (Series("a", tuple(sorted(first))), Series("b", tuple(sorted(second)), "○"))
    lines = plot(series, width, height, last)
    assert len(lines) in {0, height}
    widths = [sum(len(run.text) for run in line) for line in lines]
    assert all(w <= width for w in widths)
    assert all(a == b for a, b in pairwise(widths[1:]))
