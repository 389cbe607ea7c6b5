"""Together's own price in the form of a new job, and what its models need, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.home import enter_home
from tests.replay.circle import dataset, profile
from tests.replay.together import BASE, TogetherReplay
from tests.short_waits import look_often
from tests.until import problem_of, question_of, until
from tui.app import FinetuiApp
from tui.screens.dialogs.confirm import TypedConfirm
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.screens.jobs.form.first_draft import Draft
from tui.screens.jobs.form.preflight_panel import PreflightPanel
from tui.services.provider import together
from tui.widgets.paragraph import Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[TogetherReplay]:
    monkeypatch.setattr(together, "LOOK_AGAIN_S", (0.001,))
    one = TogetherReplay()
    yield one
    one.close()


async def asked_for(pilot: Pilot[Any], form: NewJob, words: str) -> TypedConfirm:
    """Answer what is asked before until a word has to be typed under these words."""

    def up() -> bool:
        dialog = pilot.app.screen
        return isinstance(dialog, TypedConfirm) and words in question_of(dialog)

    for _ in range(6):
        await until(lambda: up() or pilot.app.screen is not form, pilot)
        if up():
            break
        await pilot.press("y")
    await until(up, pilot)
    dialog = pilot.app.screen
    assert isinstance(dialog, TypedConfirm)
    return dialog


async def test_its_price_is_agreed_to_before_a_job_is_asked_for(
    far: TogetherReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_often(monkeypatch)
    home = profile(far, tmp_path, more="bills = true")
    enter_home(monkeypatch, home.environ)
    data = dataset(tmp_path / "train.jsonl", rows=60)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        assert app.workspace is not None
        await pilot.press("3")
        jobs = app.screen
        assert isinstance(jobs, JobsScreen)
        form = NewJob(app.workspace, Draft(training=str(data), model=BASE, suffix="pirate"))
        app.push_screen(form)
        await until(lambda: app.screen is form and app.focused, pilot)
        panel = form.query_one(PreflightPanel)
        await until(lambda: "names its own price once train.jsonl is" in panel.text, pilot)
        await pilot.press("ctrl+s")
        dialog = await asked_for(pilot, form, "What it costs is not known here")
        await pilot.press(*dialog.word, "enter")
        dialog = await asked_for(pilot, form, "Together says 4.20 USD")
        assert dialog.word == "4.20"
        assert far.jobs == []
        await pilot.press("escape")  # no: the file is there, no job is
        await until(lambda: "no amount was agreed to" in problem_of(form), pilot)
        assert far.jobs == []
        await pilot.press("escape", "ctrl+s")  # now it is known before it is agreed to
        dialog = await asked_for(pilot, form, "Together says 4.20 USD")
        assert "What it costs is not known here" in question_of(dialog)
        await pilot.press(*dialog.word, "enter")
        await until(lambda: app.screen is jobs, pilot)
        assert len(far.jobs) == len(far.files) == 1
        await pilot.press("p")
        await until(lambda: "does not offer pausing jobs" in problem_of(jobs), pilot)
        await pilot.press("escape")
        for _ in far.lives:
            await pilot.press("r")
            await pilot.pause()
        said = jobs.query_one("#standing", Paragraph)
        await until(lambda: "it needs a deployment" in str(said.content), pilot)
        await pilot.press("v", "v", "v")
        settings: Any = jobs.query_one("#settings-text")
        await until(lambda: "Create dedicated endpoint" in str(settings.content), pilot)
        assert "Together says 4.20 USD" in str(settings.content)
