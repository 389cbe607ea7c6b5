"""Each provider through the circle by keyboard: create, watch, chat or hear of the deployment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.counted import counted, tokens
from tests.home import enter_home
from tests.replay.azure import AzureReplay
from tests.replay.bedrock import BedrockReplay
from tests.replay.circle import dataset, profile
from tests.replay.crusoe import CrusoeReplay
from tests.replay.fireworks import FireworksReplay
from tests.replay.nebius import NebiusReplay
from tests.replay.portkey import PortkeyReplay
from tests.replay.test_circle import GRADER
from tests.replay.together import TogetherReplay
from tests.served import each_of
from tests.short_waits import look_often
from tests.until import narrow, on_screen, problem_of, until
from tui.app import FinetuiApp
from tui.screens.dialogs.confirm import TypedAmount, TypedConfirm
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.screens.jobs.form.first_draft import Draft
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.replay.base import Replay

__all__ = ["counted", "tokens"]
pytestmark = pytest.mark.xdist_group("keyboard")  # counting is started once
SERVERS = [
    *(AzureReplay, NebiusReplay, BedrockReplay, CrusoeReplay, PortkeyReplay),
    *(FireworksReplay, TogetherReplay),
]
SETTINGS = {
    "azure": {"training_type": "Developer"},
    "nebius": {"learning_rate": "2e-5", "lora": "yes"},
    "together": {"learning_rate": "2e-5", "lora": "yes", "lora_r": "16"},
}


far = each_of(*SERVERS)


def draft_for(far: Replay, path: Path) -> Draft:
    graded = isinstance(far, BedrockReplay)
    data = dataset(path / "train.jsonl", graded=graded, bom=isinstance(far, AzureReplay))
    valid = dataset(path / "valid.jsonl", graded=True, rows=6) if graded else ""
    return Draft(
        training=str(data),
        validation=str(valid),
        model=far.base,
        suffix="pirate" if far.takes_suffix else "",
        method="reinforcement" if graded else "supervised",
        grader=json.dumps(GRADER) if graded else "",
        settings=SETTINGS.get(far.kind, {}),
    )


async def create(pilot: Pilot[Any], form: NewJob, far: Replay) -> None:
    """Press ctrl+s and answer what is asked until the job is there."""
    await pilot.press("ctrl+s")
    for _ in range(9):
        await until(lambda: far.jobs or pilot.app.screen is not form, pilot)
        if far.jobs:
            return
        dialog = pilot.app.screen
        if isinstance(dialog, TypedAmount):
            await pilot.press(*"2", "enter")
        elif isinstance(dialog, TypedConfirm):
            await pilot.press(*dialog.word, "enter")
        else:
            await pilot.press("y")
        await until(lambda: far.jobs or pilot.app.screen is not dialog, pilot)  # noqa: B023
        assert problem_of(form) == ""
    raise AssertionError("no job was asked for")


async def test_by_keyboard(far: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look_often(monkeypatch)
    home = profile(far, tmp_path)
    enter_home(monkeypatch, home.environ)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        assert app.workspace is not None
        await pilot.press("3")
        jobs = app.screen
        assert isinstance(jobs, JobsScreen)
        form = NewJob(app.workspace, draft_for(far, tmp_path))
        app.push_screen(form)
        await until(lambda: app.screen is form and app.focused, pilot)
        await create(pilot, form, far)
        await until(lambda: app.screen is jobs, pilot)
        for _ in far.lives:  # each look is a step
            await pilot.press("r")
            await pilot.pause()
        poller = app.workspace.poller
        await until(lambda: [one.status for one in poller.state.jobs] == ["succeeded"], pilot)
        await chat(far, pilot)
        await delete(far, pilot)


async def chat(far: Replay, pilot: Pilot[Any]) -> None:
    """Ask the tuned model, which answers, or be told that it needs a deployment and how."""
    name = far.tuned or "my-model"
    await pilot.press("4")
    screen: Any = pilot.app.screen
    await _type(pilot, screen, name)
    await pilot.press(*"hello", "enter")
    if isinstance(far, BedrockReplay | PortkeyReplay):
        await answered(pilot, screen, name)
        return
    await until(lambda: problem_of(screen), pilot)
    assert "does not answer by its name here" in " ".join(problem_of(screen).split())
    await pilot.press("escape")
    if isinstance(far, FireworksReplay):  # it has deployments to ask
        deployed = far.deploy(name)
        while isinstance(pilot.app.focused, type(screen.query_one("Prompt"))):
            await pilot.press("escape")
        await pilot.press("5")
        models: Any = pilot.app.screen
        await until(lambda: [one.chat_name for one in models.listed.models] == [deployed], pilot)
        line = models.listed.rows.render_line(0)
        assert "▲ deployed" in "".join(segment.text for segment in line)
        await pilot.press("c")
        await until(lambda: pilot.app.screen is screen and screen.models.model == deployed, pilot)
        await pilot.press("enter")  # what was typed is still there
        await answered(pilot, screen, deployed)
        screen.models.begin()
        screen.models.set(name)
        assert screen.models.kind_words == "fine-tuned"  # its job says so
        while isinstance(pilot.app.focused, type(screen.query_one("Prompt"))):
            await pilot.press("escape")
        await pilot.press("3", "c")  # what serves the job's model, as that itself is not there
        await until(lambda: pilot.app.screen is screen and screen.models.model == deployed, pilot)
        screen.models.begin()
        screen.models.set("accounts/acme/models/other")
        assert screen.models.kind_words == ""  # nobody knows before the models are listed
        far.deployed.clear()


async def answered(pilot: Pilot[Any], screen: Any, model: str) -> None:
    """Wait for the whole answer of a model."""
    await until(lambda: (turns := screen.query_one(Conversation).turns) and turns[-1].note, pilot)
    assert screen.query_one(Conversation).turns[-1].text == f"Ahoy from {model}"


async def _type(pilot: Pilot[Any], screen: Any, model: str) -> None:
    from tui.screens.dialogs.choose import Choose

    while isinstance(pilot.app.focused, type(screen.query_one("Prompt"))):
        await pilot.press("escape")
    await pilot.press("m")
    await until(lambda: isinstance(pilot.app.screen, Choose) and pilot.app.focused, pilot)
    await narrow(pilot, model)
    await until(lambda: pilot.app.screen is screen, pilot)
    await until(lambda: screen.models.model == model, pilot)
    if not isinstance(pilot.app.focused, type(screen.query_one("Prompt"))):
        await pilot.press("i")


async def delete(far: Replay, pilot: Pilot[Any]) -> None:
    """Delete the model with the word that is asked for."""
    name = far.tuned
    while isinstance(pilot.app.focused, type(pilot.app.screen.query_one("Prompt"))):
        await pilot.press("escape")
    await pilot.press("5")
    screen: Any = pilot.app.screen
    if name is None:
        return
    await until(lambda: [one.id for one in screen.listed.models] == [name], pilot)
    # What was deployed is no more.
    await until(lambda: "deployed ·" not in on_screen(pilot.app), pilot)
    await pilot.press("d")
    await until(lambda: isinstance(pilot.app.screen, DeletionDialog) and pilot.app.focused, pilot)
    dialog: Any = pilot.app.screen
    await pilot.press(*dialog.word, "enter")
    await until(lambda: name not in far.models, pilot)
