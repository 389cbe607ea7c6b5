"""By keyboard: a model tuned at a provider is recorded, moved to the lab, and compared there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.counted import counted, tokens
from tests.home import enter_home
from tests.replay.base import Replay
from tests.replay.circle import dataset, profile
from tests.replay.test_keyboard import create
from tests.served import served
from tests.short_waits import look_often
from tests.until import back, narrow, on_screen, opened, problem_of, until
from tui.app import FinetuiApp
from tui.screens.compare import CompareScreen
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import GoOn
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.screens.models import ModelsScreen
from tui.screens.models.move_report import MoveReport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.home import Home

__all__ = ["counted", "tokens"]
pytestmark = pytest.mark.xdist_group("keyboard")
ROWS = 12
CHAT = "POST /chat/completions"


far = served(Replay)


@pytest.fixture
def home(far: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    made = profile(far, tmp_path / "home")
    look_often(monkeypatch)
    enter_home(monkeypatch, made.environ)
    yield made
    made.end_lab()


async def train_far(pilot: Pilot[Any], far: Replay) -> str:
    """Make a job of the open dataset at the provider, and return its model once it is there."""
    await pilot.press("3", "n")
    form = await opened(pilot, NewJob)
    for name, value in (("model", far.base), ("n_epochs", "2"), ("suffix", "pirate")):
        form.query_one(f"#{name}", Input).value = value
    form.query_one("#lr_multiplier", Input).value = "2"
    await create(pilot, form, far)
    jobs = await opened(pilot, JobsScreen)
    poller = jobs.workspace.poller
    for _ in far.lives:  # each look is a step
        await pilot.press("r")
        await pilot.pause()
    await until(lambda: [one.status for one in poller.state.jobs] == ["succeeded"], pilot)
    assert far.tuned
    return far.tuned


async def on_model(pilot: Pilot[Any], model: str) -> ModelsScreen:
    """Go to Models, with the cursor on a model."""
    await pilot.press("5")
    screen = await opened(pilot, ModelsScreen)
    await until(lambda: any(one.id == model for one in screen.listed.models), pilot)
    at = next(n for n, one in enumerate(screen.listed.models) if one.id == model)
    screen.listed.pane.list.move_to(at)
    await until(lambda: screen.listed.current.id == model, pilot)
    assert isinstance(screen, ModelsScreen)
    return screen


async def run_to_its_end(pilot: Pilot[Any], screen: Any) -> Any:
    """Start the run of the form, and return it once every answer has come."""
    await opened(pilot, RunForm)
    await pilot.press("ctrl+s")
    await back(pilot, screen)
    await until(lambda: screen.results.looked_at and not screen.results.looked_at.asking, pilot)
    await until(lambda: not screen.running.under_way, pilot)
    assert problem_of(screen) == ""
    looked_at = screen.results.looked_at
    assert looked_at.missing == 0
    return looked_at


@pytest.mark.timeout(240)
async def test_recorded_moved_trained_and_compared(home: Home, far: Replay, tmp_path: Path) -> None:
    data = dataset(tmp_path / "d.jsonl", rows=ROWS)
    app = FinetuiApp(str(data))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace and app.workspace.datasets.current, pilot)
        assert app.workspace is not None
        model = await train_far(pilot, far)

        # Recorded.
        await on_model(pilot, model)
        await pilot.press("R")
        await opened(pilot, Choose)
        await narrow(pilot, "d.jsonl, 12")
        await opened(pilot, RunForm)
        assert "Record every answer" in on_screen(app)
        compare: Any = next(s for s in app.screen_stack if isinstance(s, CompareScreen))
        recorded = await run_to_its_end(pilot, compare)
        assert recorded.plan.records
        assert {row.answer.text for row in recorded.rows.values()} == {f"Ahoy from {model}"}
        assert far.count(CHAT) == ROWS

        # Moved.
        await on_model(pilot, model)
        await pilot.press("m")
        await opened(pilot, Choose)
        await narrow(pilot, "lab")
        report = await opened(pilot, MoveReport)
        said = "\n".join(str(one.content) for one in report.query(Static))
        assert "d.jsonl: as it was uploaded" in said
        assert "Epochs: 2" in said
        assert "LR multiplier: 2.0 (of lab's own rate)" in said
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, NewJob | GoOn), pilot)
        if isinstance(app.screen, GoOn):  # something still looked at the old profile
            await pilot.press("y")
        form = await opened(pilot, NewJob)
        assert app.workspace.profile.name == "lab"
        assert f"Moved from {model} at far"[:60] in on_screen(app)
        typed = {name: form.query_one(f"#{name}", Input).value for name in ("training", "n_epochs")}
        assert typed == {"training": str(data), "n_epochs": "2"}
        await until(lambda: form.query_one("#model", Input).value == "lab-small", pilot)
        form.query_one("#model", Input).value = "lab-micro"  # it learns in a quarter of the time
        await pilot.resize_terminal(120, 36)
        await pilot.press("ctrl+s")

        # Trained.
        jobs = await opened(pilot, JobsScreen)
        poller = app.workspace.poller
        await until(
            lambda: [one.status for one in poller.state.jobs] == ["succeeded"], pilot, seconds=120
        )
        new = poller.state.jobs[0].fine_tuned_model
        assert new
        del jobs

        # Compared, when the old model is no more.
        del far.models[model]
        await on_model(pilot, new)
        await pilot.press("A")
        await opened(pilot, RunForm)
        found = await run_to_its_end(pilot, compare)
        first, second = found.plan.candidates
        assert (first.model, first.recording) == (model, recorded.id)
        assert (second.model, second.recording) == (new, "")
        assert len(found.rows) == 2 * ROWS
        assert all(row.error is None for row in found.rows.values())
        assert far.count(CHAT) == ROWS, "the old model was not asked again"
        await until(lambda: compare.shows_results and compare.results.current, pilot)
        assert f"@{recorded.id}" in on_screen(app)
        # Side by side: asked again, the recorded column shows what was recorded.
        await pilot.press("enter")
        columns = compare.context.comparison.columns
        await until(lambda: not compare.shows_results and len(columns) == 2, pilot)
        await pilot.press("r")
        await until(lambda: all(one.ended for one in columns), pilot)
        assert columns[0].first.text == f"Ahoy from {model}"
        assert far.count(CHAT) == ROWS
