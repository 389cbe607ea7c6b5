"""The whole circle by keyboard, on a bare machine: the walk that screens.md describes.

Sample → tokens → job → watch → chat with the tuned and the base model → delete, pressing the
keys the guide names, against a lab process of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, TextArea

from tests.home import Home, enter_home
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.jobs.form import NewJob
from tui.widgets.conversation import Conversation
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = "Is tap water fine?"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    enter_home(monkeypatch, {"FINETUI_HOME": str(made.path)})
    try:
        yield made
    finally:
        made.end_lab()


def taught(path: Path) -> str:
    """Return the answer the training file gives to the question."""
    for line in path.read_text(encoding="utf-8").splitlines():
        messages = json.loads(line)["messages"]
        if messages[-2]["content"] == QUESTION:
            return str(messages[-1]["content"])
    raise AssertionError(f"{path} does not ask {QUESTION!r}")


# Once it learns what it is taught, which takes seven seconds; tests/lab/learner trains lab-small.
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("size", "epochs"), [((80, 24), "auto"), ((120, 36), "1")], ids=["80x24", "120x36"]
)
async def test_the_circle(home: Home, size: tuple[int, int], epochs: str) -> None:
    model = "lab-micro"
    app = FinetuiApp()
    async with app.run_test(size=size, notifications=True) as pilot:

        async def come(condition: object, seconds: float = 60) -> None:
            assert callable(condition)
            try:
                await until(condition, pilot, seconds=seconds)
            except AssertionError:
                failures = [p.failure for p in app.screen.query(ErrorPanel) if p.failure]
                raise AssertionError(f"stuck in leg {app.tour.line('')!r}: {failures}") from None

        async def answer() -> str:
            talk = app.screen.query_one(Conversation)
            asked = len(talk.turns)
            await pilot.press(*QUESTION, "enter")
            await come(lambda: len(talk.turns) >= asked + 2 and talk.turns[-1].note)
            return talk.turns[-1].text

        await come(lambda: app.workspace is not None)
        assert app.workspace is not None
        await pilot.press("s")
        await come(lambda: app.tour.step == 0 and app.workspace.datasets.current is not None)
        await pilot.press("2")
        await come(lambda: app.tour.step == 1)
        await pilot.press("3")
        await come(lambda: app.tour.step == 2)
        await pilot.press("n")
        await come(
            lambda: isinstance(app.screen, NewJob) and app.screen.query_one("#model", Input).value
        )
        form = app.screen
        assert form.query_one("#training", Input).value.endswith("support_train.jsonl")
        assert form.query_one("#validation", Input).value.endswith("support_valid.jsonl")
        form.query_one("#model", Input).value = model
        form.query_one("#n_epochs", Input).value = "" if epochs == "auto" else epochs
        await pilot.press("ctrl+s")
        await come(lambda: app.tour.step == 4)
        await come(lambda: app.tour.step == 5, 180)
        await pilot.press("c")
        await come(lambda: app.current_mode == "chat" and isinstance(app.focused, TextArea))
        expected = taught(home.path / "data" / "samples" / "support_train.jsonl")
        assert (await answer()).startswith(expected) == (epochs == "auto")
        await come(lambda: app.tour.step == 7)
        await pilot.press("escape", "m")
        await come(lambda: isinstance(app.focused, Input))
        await pilot.press(*model)
        await come(lambda: "base ·" in on_screen(app))  # the models are listed
        app.screen.query_one(Input).value = f"{model} base"
        await pilot.pause()
        await pilot.press("enter")
        await come(lambda: app.focused is not None and app.current_mode == "chat")
        await come(lambda: isinstance(app.focused, TextArea))
        assert not (await answer()).startswith(expected)
        await come(lambda: app.tour.step == 8)
        await pilot.press("escape", "5")
        await come(lambda: app.tour.step == 9)
        tuned = [m.id for m in (await app.workspace.models.look()).tuned]
        assert len(tuned) == 1
        await pilot.press("d")
        await come(lambda: isinstance(app.screen, DeletionDialog))
        await pilot.press(*app.screen.word, "enter")
        await come(lambda: app.tour.step == 10)
        assert (await app.workspace.models.look()).tuned == ()
        await pilot.press("escape", "escape")
        await come(lambda: app.tour.step == -1)
