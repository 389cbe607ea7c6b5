"""What there is no room for is cut where one sees it, and never runs into the age of the data."""

from __future__ import annotations

import time

import pytest
from textual.app import App, ComposeResult

from tests.until import strips_of
from tui.widgets.frame.error_panel import ErrorPanel, Failure
from tui.widgets.frame.status_line import Status, StatusLine


class Line(App[None]):
    def compose(self) -> ComposeResult:
        yield StatusLine()


@pytest.mark.parametrize("width", [60, 78, 79, 80, 81, 82, 120])
async def test_the_work_is_cut_before_the_age(width: int) -> None:
    app = Line()
    async with app.run_test(size=(width, 3)) as pilot:
        line = app.query_one(StatusLine)
        line.show(Status("p", work="deleting 5 of 20 models"))
        line.note("20 fine-tuned models · 20 marked")
        line.fetched(time.time())
        await pilot.pause()
        shown = strips_of(app.screen)[0].text
        told, age = shown.split("updated")
        assert told.endswith("  ")
        assert told.rstrip().endswith(("models", "…"))
        assert len(age.strip()) == len("14:03:22")


@pytest.mark.parametrize(
    ("width", "shown", "age"),
    [(120, "4 fine-tuned models · 18 gone", True), (92, "4 fine-tuned models …", True),
     (80, "4 fine-tuned models · 18 gone", False), (72, "4 fine-tuned models …", False)],
)  # fmt: skip
async def test_beside_much_that_costs_no_number_is_cut_off(
    width: int, shown: str, age: bool
) -> None:
    app = Line()
    async with app.run_test(size=(width, 3)) as pilot:
        line = app.query_one(StatusLine)
        line.fetched(time.time())
        line.note("4 fine-tuned models · 18 gone")
        line.show(Status("foundry", costs="2 running · $3.40/h + unknown at 14:03"))
        await pilot.pause()
        text = strips_of(app.screen)[0].text
        assert text.startswith(f" foundry  {shown} ")
        assert ("updated" in text) is age
        assert "$3.40/h + unknown at 14:03" in text


class Failing(Line):
    def compose(self) -> ComposeResult:
        yield ErrorPanel("esc closes · y copies")
        yield StatusLine()


@pytest.mark.parametrize("width", [40, 80, 120])
async def test_names_and_answers_of_ten_thousand_characters_hide_nothing(width: int) -> None:
    app = Failing()
    async with app.run_test(size=(width, 24)) as pilot:
        line = app.query_one(StatusLine)
        line.show(Status("p" * 10_000))
        line.note("3 jobs")
        panel = app.query_one(ErrorPanel)
        for said in ("n" * 10_000, "漢" * 10_000, "word " * 2_000):
            panel.show(Failure("Cannot ask", said, "Choose another model.", "req-1"))
            await pilot.pause()
            rows = [strip.text.strip("█ ") for strip in strips_of(app.screen)]
            assert rows[0] == "✗ Cannot ask"
            assert rows[5].endswith("…")
            assert rows[6:8] == ["→ Choose another model.", "request req-1 · esc closes · y copies"]
            assert "…  3 jobs" in rows[8]
        panel.show(Failure("Cannot ask", "No such model.", ""))
        await pilot.pause()
        rows = [strip.text.strip("█ ") for strip in strips_of(app.screen)]
        assert rows[:3] == ["✗ Cannot ask", "No such model.", "esc closes · y copies"]
