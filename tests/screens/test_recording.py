"""Recordings in Compare: made of a column, gone on with, and a side of later runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.chat_server import ChatServer, chat_server
from tests.screens.test_compare import (
    BASE,
    LISTED,
    TUNED,
    choose,
    compare_screen,
    dataset,
    finished_run,
    names,
    on_screen,
    rule,
)
from tests.until import narrow, opened, toasts, until
from tui.core.compare.sides.compare_request import CompareAsked
from tui.screens.compare import CompareScreen
from tui.screens.compare.results.earlier import EarlierRuns
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import GoOn
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

PROMPTS = 6
server = chat_server(rule, LISTED)


async def record(pilot: Pilot[Any], screen: Any) -> Any:
    """Record the column in focus with the open dataset, and return the run."""
    await pilot.press("escape", "R")
    await opened(pilot, Choose)
    assert "recording of" not in on_screen(pilot.app), "it is recorded with a dataset"
    await pilot.press("enter")
    await opened(pilot, RunForm)
    await pilot.press("ctrl+s")
    await finished_run(pilot, screen)
    return screen.results.looked_at


async def test_a_recording_is_the_first_side_and_not_asked_again(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", PROMPTS)
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        made = await record(pilot, screen)
        assert made.plan.records
        assert {model for model, _ in server.asked} == {BASE}
        assert all(body["logprobs"] is True for body in server.bodies)
        await until(lambda: f"Recording {made.id}" in on_screen(pilot.app), pilot)
        # Its model has gone; the other column is asked what was recorded.
        del server.asked[:], server.bodies[:]
        server.rule = lambda model, question: f"{model[:4]} says {question}"
        data.unlink()
        await pilot.press("v")
        await until(lambda: names(screen) == [BASE, TUNED], pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("D")
        assert names(screen) == [TUNED]
        await choose(pilot, "e", "recording of")
        await opened(pilot, RunForm)
        assert f"{BASE}@{made.id}"[:40] in on_screen(pilot.app)
        await pilot.press("ctrl+s")
        await finished_run(pilot, screen)
        found = screen.results.looked_at
        assert [one.name for one in found.plan.candidates] == [f"{BASE}@{made.id}", TUNED]
        assert {model for model, _ in server.asked} == {TUNED}
        assert len(server.asked) == PROMPTS
        assert not any("logprobs" in body for body in server.bodies)
        assert (found.answered, found.missing) == (2 * PROMPTS, 0)
        # A recorded column cannot be recorded, and is shown as it was.
        await pilot.press("enter")
        columns = screen.context.comparison.columns
        await until(lambda: not screen.shows_results and len(columns) >= 2, pilot)
        assert columns[0].candidate.recording == made.id
        await pilot.press("R")
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure, pilot)
        assert panel.failure.title == "Recorded already"
        await pilot.press("escape")
        # What was never recorded is said in that column alone.
        del server.asked[:]
        await pilot.press("i", *"new", "enter")
        await until(lambda: not screen.asking.under_way and columns[1].ended, pilot)
        assert f"not in recording {made.id}" in columns[0].tries[0].error
        assert [model for model, _ in server.asked] == [TUNED]


async def test_a_recording_is_deleted_after_a_yes_and_not_while_it_is_made(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", PROMPTS)
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        server.slow = 60
        await pilot.press("escape", "R")
        await opened(pilot, Choose)
        await pilot.press("enter")
        await opened(pilot, RunForm)
        await pilot.press("ctrl+s")
        await until(lambda: len(server.asked) >= 1, pilot)
        await pilot.press("l")
        await opened(pilot, EarlierRuns)
        await pilot.press("ctrl+d")
        await opened(pilot, GoOn)
        await pilot.press("y")
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure and "under way" in panel.failure.title, pilot)
        await pilot.press("escape", "S")
        await until(lambda: not screen.running.under_way, pilot)
        run = screen.results.looked_at.id
        await pilot.press("l")
        await opened(pilot, EarlierRuns)
        await pilot.press("ctrl+d")
        await opened(pilot, GoOn)
        assert "cannot be had again" in on_screen(pilot.app)
        await pilot.press("enter")  # no, and the list is there again
        await opened(pilot, EarlierRuns)
        await pilot.press("ctrl+d")
        await opened(pilot, GoOn)
        await pilot.press("y")
        await opened(pilot, EarlierRuns)
        assert not pilot.app.screen.choices
        await pilot.press("ctrl+d")
        await until(lambda: "There is no run here to delete." in toasts(pilot.app), pilot)
        await pilot.press("escape")
        assert screen.results.looked_at is None
        assert [one.id for one in await screen.workspace.compare.runs()] == []
        await pilot.press("S")
        await until(lambda: "There is nothing to go on with." in toasts(pilot.app), pilot)
        assert run not in on_screen(pilot.app)


async def test_stopped_it_goes_on_and_whole_it_asks_nobody(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", PROMPTS)
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        server.slow = 0.05
        await pilot.press("escape", "R")
        await opened(pilot, Choose)
        await pilot.press("enter")
        form = await opened(pilot, RunForm)
        form.query_one("#at_once").value = "1"
        await pilot.press("ctrl+s")
        await until(lambda: len(server.asked) >= 2, pilot)
        await pilot.press("S")
        await until(lambda: not screen.running.under_way, pilot)
        stopped = screen.results.looked_at
        there = stopped.answered
        assert there < PROMPTS
        server.slow = 0
        before = len(server.asked)
        await pilot.press("v")
        made = await record(pilot, screen)
        assert made.id == stopped.id
        assert len(server.asked) - before == PROMPTS - there
        await pilot.press("v")
        again = await record(pilot, screen)
        assert again.id == made.id
        assert len(server.asked) - before == PROMPTS - there


async def test_hostile_names_of_recorded_models_are_text(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl", 2)
    hostile = "[red]\x1b[31m\u202eft"
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        pilot.app.show_mode("datasets")
        await until(lambda: pilot.app.screen is not screen, pilot)
        pilot.app.compare(CompareAsked(models=(hostile,), records=True))
        await opened(pilot, Choose)
        await pilot.press("enter")
        await opened(pilot, RunForm)
        await pilot.press("ctrl+s")
        await finished_run(pilot, screen)
        assert isinstance(pilot.app.screen, CompareScreen)
        await pilot.press("escape", "e")
        await opened(pilot, Choose)
        shown = on_screen(pilot.app)
        assert "recording of [red]" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        await narrow(pilot, "nothing of the kind")
        await pilot.press("escape")
