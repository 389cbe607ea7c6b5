"""Move a model by keyboard: what is asked on the way, what is in the way, and hostile texts."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.cli.test_move import home_of, pairs, tuned
from tests.home import enter_home
from tests.replay.base import Replay
from tests.replay.circle import dataset
from tests.replay.nebius import NebiusReplay
from tests.replay.test_moved_to_lab import on_model
from tests.served import served
from tests.until import back, narrow, on_screen, opened, problem_of, question_of, until
from tui.app import FinetuiApp
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.path import PathDialog
from tui.screens.jobs.form import NewJob
from tui.screens.models.move_report import MoveReport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from tests.home import Home

pytestmark = pytest.mark.xdist_group("keyboard")


far = served(Replay)


nebius = served(NebiusReplay)


@asynccontextmanager
async def at_model(
    home: Home, model: str, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    enter_home(monkeypatch, home.environ)
    app = FinetuiApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        yield pilot, await on_model(pilot, model)


async def move_to(pilot: Pilot[Any], profile: str) -> None:
    await pilot.press("m")
    await opened(pilot, Choose)
    await narrow(pilot, profile)


def said(report: MoveReport) -> str:
    return "\n".join(str(one.content) for one in report.query(Static))


async def test_pairs_are_trained_as_chats_only_after_a_yes(
    tmp_path: Path,
    far: Replay,
    nebius: NebiusReplay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = home_of(tmp_path, far, nebius)
    model = tuned(
        home, far, pairs(tmp_path / "p.jsonl"), "--method", "dpo", "--beta", "0.1", spawned=True
    )
    async with at_model(home, model, monkeypatch, (80, 24)) as (pilot, screen):
        await move_to(pilot, "there")
        question = await opened(pilot, GoOn)
        assert "offers no DPO" in question_of(question)
        await pilot.press("enter")  # no
        await back(pilot, screen)
        assert nebius.seen == []
        await move_to(pilot, "there")
        await opened(pilot, GoOn)
        await pilot.press("y")
        report = await opened(pilot, MoveReport)
        assert "Method: dpo → supervised (trained on the preferred answers alone)" in said(report)
        assert "Beta 0.1: not offered at nebius" in said(report)
        assert "12 pairs made chats of their preferred answers" in said(report)
        assert nebius.seen == [], "nothing is asked there before the profile is switched"
        await pilot.resize_terminal(120, 36)
        await pilot.press("enter")
        form = await opened(pilot, NewJob)
        path = form.query_one("#training", Input).value
        assert path.endswith("-chosen.jsonl")
        first = json.loads(Path(path).read_bytes().splitlines()[0])
        assert first["messages"][-1]["content"] == "They are 0 apples."
        # Nebius does not train OpenAI's base: the form finds one as it does for any job.
        await until(lambda: form.query_one("#model", Input).value == nebius.base, pilot)
        assert "Moved from" in on_screen(pilot.app)
        await pilot.press("escape")


async def test_data_that_is_nowhere_is_asked_for(
    tmp_path: Path, far: Replay, nebius: NebiusReplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(tmp_path, far, nebius)
    data = dataset(tmp_path / "d.jsonl")
    model = tuned(home, far, data, spawned=True)
    dataset(data, rows=14)
    del far.files[far.jobs[0]["training_file"]]
    async with at_model(home, model, monkeypatch) as (pilot, screen):
        await move_to(pilot, "there")
        await opened(pilot, PathDialog)
        await pilot.press("escape")
        await back(pilot, screen)
        await move_to(pilot, "there")
        await opened(pilot, PathDialog)
        await narrow(pilot, str(data))
        report = await opened(pilot, MoveReport)
        assert "whether it is the same is not known" in said(report)
        assert "14 examples" in said(report)
        await pilot.press("escape")
        await back(pilot, screen)
        assert screen.workspace.profile.name == "far"
        assert nebius.seen == []


async def test_where_nobody_trains_there_is_nothing_to_choose(
    tmp_path: Path, far: Replay, nebius: NebiusReplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(tmp_path, far, nebius, "read_only = true")
    model = tuned(home, far, dataset(tmp_path / "d.jsonl"), spawned=True)
    async with at_model(home, model, monkeypatch) as (pilot, screen):
        await pilot.press("m")
        dialog = await opened(pilot, Choose)
        assert [one.title for one in dialog.choices] == ["lab"]  # not a read-only one, nor this
        await pilot.press("escape")
        await back(pilot, screen)
        # It was not moved here: that is said, and what would be of use.
        await pilot.press("A")
        await until(lambda: problem_of(screen), pilot)
        assert "was not moved to far" in " ".join(problem_of(screen).split())


async def test_hostile_settings_are_shown_as_text(
    tmp_path: Path, far: Replay, nebius: NebiusReplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(tmp_path, far, nebius)
    model = tuned(home, far, dataset(tmp_path / "d.jsonl"), spawned=True)
    far.jobs[0]["hyperparameters"] = {"[red]x\x1b[2J": "\x1b]0;owned\x07\u202e[/]"}
    far.jobs[0]["metadata"] = {"team": "[bold]\x1b[31m"}
    async with at_model(home, model, monkeypatch) as (pilot, _screen):
        await move_to(pilot, "there")
        report = await opened(pilot, MoveReport)
        assert "[red]x" in said(report)
        for text in (said(report), on_screen(pilot.app)):
            assert "\x1b" not in text
            assert "\u202e" not in text
        await pilot.press("enter")
        form = await opened(pilot, NewJob)
        assert "\x1b" not in on_screen(pilot.app)
        assert form.query_one("#n_epochs", Input).value == "2"
        await pilot.press("escape")
