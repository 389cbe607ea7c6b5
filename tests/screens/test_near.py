"""Duplicates, contradictions and leakage by keyboard."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.rows import qa
from tests.until import until
from tui.app import FinetuiApp
from tui.screens.datasets import DatasetsScreen
from tui.screens.datasets.near.view import NearView
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog
from tui.widgets.frame.key_hints import KeyHints
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

STORY = "once there was a fox who lived beside the old mill and never slept before the moon rose"
FARM = "beneath seven hills some farmers planted corn while their children went fishing every day"


def line(prompt: str, answer: str) -> str:
    return json.dumps(qa(prompt, answer))


ROWS = [
    line("Tell of the fox.", STORY),
    line("Tell of the [b]farm[/b].", FARM),
    line("Tell of the fox.", STORY.replace("fox", "hare")),
    line("Tell of the [b]farm[/b].", FARM),
    line("Is it late?", "Yes."),
    line("Is it late?", "No."),
    line("Tell me of the fox.", STORY),
]


@pytest.fixture
def dataset(tmp_path: Path, app_home: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_text("\n".join(ROWS) + "\n")
    return path


@asynccontextmanager
async def looking(
    path: Path, item: int, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], Any, Any]]:
    app = FinetuiApp(str(path))
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, DatasetsScreen)
        await until(lambda: screen.document, pilot)
        await pilot.press("=")
        await until(lambda: isinstance(app.screen, Choose), pilot)
        await pilot.press(*["down"] * item, "enter")
        if item == 5:
            await until(lambda: isinstance(app.screen, PathDialog), pilot)
            app.screen.query_one(Input).value = str(path.with_name("valid.jsonl"))
            await pilot.press("enter")
        await until(lambda: isinstance(app.screen, NearView) and app.screen.found, pilot)
        await until(lambda: app.screen.groups, pilot)
        yield pilot, screen, app.screen


def shown(view: NearView) -> str:
    return str(view.query_one("#near-differences", Static).content)


async def test_near_duplicates_keep_undo_leave_and_go(dataset: Path) -> None:
    async with looking(dataset, 1, (80, 24)) as (pilot, screen, view):
        # All groups at once are one step, after a preview.
        document = screen.document
        await pilot.press("A")
        await until(lambda: isinstance(view.app.screen, Confirm), pilot)
        assert "Before 7, after 4 examples" in str(view.app.screen.query(Static).first().content)
        await pilot.press("n")
        await until(lambda: view.app.screen is view, pilot)
        assert len(document) == 7
        await pilot.press("A")
        await until(lambda: isinstance(view.app.screen, Confirm), pilot)
        await pilot.press("y")
        await until(lambda: len(document) == 4 and not view.groups, pilot)
        assert document.changes == 1
        await pilot.press("u")
        await until(lambda: len(document) == 7 and len(view.groups) == 2, pilot)
        assert [document.line(n).decode() for n in range(7)] == ROWS
        await pilot.press("home")
        assert [group.rows for _, group in view.groups] == [(0, 2, 6), (1, 3)]
        await until(lambda: "[-fox-]{+hare+}" in shown(view), pilot)
        await pilot.press("f")
        await until(lambda: len(document) == 5 and len(view.groups) == 1, pilot)
        await pilot.press("u")
        await until(lambda: len(document) == 7 and len(view.groups) == 2, pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("enter", "down", "t")
        await until(lambda: len(document) == 5 and len(view.groups) == 1, pilot)
        assert json.loads(document.line(4))["messages"][0]["content"] == "Tell me of the fox."
        await pilot.press("u")
        await until(lambda: len(view.groups) == 2, pilot)
        await pilot.press("escape", "home", "a")
        await until(lambda: len(view.groups) == 1, pilot)
        await pilot.press("enter", "down", "enter")
        await until(lambda: screen.app.screen is screen, pilot)
        assert screen.context.selection.position == 3


async def test_of_contradicting_answers_one_stays_and_what_is_alike_is_among_the_problems(
    dataset: Path,
) -> None:
    async with looking(dataset, 4) as (pilot, screen, view):
        assert [group.rows for _, group in view.groups] == [(0, 2), (4, 5)]
        await pilot.press("down", "enter", "t")
        await until(lambda: len(screen.document) == 6, pilot)
        assert json.loads(screen.document.line(4))["messages"][1]["content"] == "No."
        await pilot.press("u")
        await until(lambda: len(screen.document) == 7, pilot)
        await pilot.press("escape", "escape")
        await until(lambda: pilot.app.screen is screen, pilot)
        # What is alike is among the problems.
        await until(
            lambda: screen.checks.problems and screen.checks.problems.by_rule["near-duplicate"],
            pilot,
        )
        rows = screen.problems.rows
        await pilot.press("p")
        at = next(
            n for n in range(len(rows)) if (r := rows.rule_at(n)) and r.id == "near-duplicate"
        )
        assert "Near duplicate — 2 in 2 examples" in rows.text(at, 80).plain
        screen.query_one("#problems", RecordList).move_to(at)
        await pilot.press("f")
        await until(lambda: screen.failure_text, pilot)
        assert "side by side" in screen.failure_text
        await pilot.press("escape", "p", "slash", *"issue:near-duplicate", "enter")
        await until(lambda: list(screen.context.rows.positions()) == [2, 6], pilot)


async def test_leakage_names_the_other_files_lines_and_becomes_problems(dataset: Path) -> None:
    valid = dataset.with_name("valid.jsonl")
    valid.write_text("\n".join([line("New?", "New."), ROWS[1], line("Is it late?", "Maybe.")]))
    async with looking(dataset, 5) as (pilot, screen, view):
        assert not screen.checks.problems.by_rule["leakage"]
        found = [(g.reason, g.rows, g.others) for _, g in view.groups]
        assert found == [("same", (1, 3), (1,)), ("prompt", (4, 5), (2,))]
        # What stands in the other file stays.
        said = view.query_one(".problem", Static)
        await pilot.press("tab", "home", "d")
        await until(lambda: "x deletes what is here" in str(said.render()), pilot)
        assert len(screen.document) == len(ROWS)
        await pilot.press("f")
        await until(lambda: "other file" in str(said.content), pilot)
        assert view.query_one("#near-members", RecordList).count == 3
        await pilot.press("escape", "escape")
        await until(lambda: pilot.app.screen is screen, pilot)
        await until(lambda: screen.checks.problems.by_rule["leakage"], pilot)
        assert screen.checks.problems.lines_of("leakage")[0] == 2
        assert screen.checks.severities()["warning"]
        await pilot.press("=")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press(*["down"] * 5, "enter")
        await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
        pilot.app.screen.query_one(Input).value = str(valid)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, NearView), pilot)
        again: Any = pilot.app.screen
        await until(lambda: again.found and again.groups, pilot)
        await pilot.press("A")
        await until(lambda: isinstance(pilot.app.screen, Confirm), pilot)
        await pilot.press("y")
        await until(lambda: len(screen.document) == 3, pilot)


async def test_without_groups_the_keys_that_decide_are_neither_shown_nor_taken(
    dataset: Path,
) -> None:
    async with looking(dataset, 0) as (pilot, screen, view):
        line = view.query_one(KeyHints)
        assert "d delete" in str(line.render())
        assert [group.rows for _, group in view.groups] == [(1, 3)]  # the exact duplicates
        await pilot.press("x")
        await until(lambda: len(screen.document) == 5 and not view.groups, pilot)
        assert "delete" not in str(line.render())
        before = len(screen.document)
        await pilot.press("f", "t", "d", "x", "a", "A", "enter")
        assert (len(screen.document), pilot.app.screen) == (before, view)
        await pilot.press("u")
        await until(lambda: view.groups, pilot)
        assert "d delete" in str(line.render())
