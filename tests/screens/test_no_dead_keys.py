"""No key of Jobs, Chat, Compare, Models and Files is dead, with nothing there and with a little.

What the key line, help and the palette tell is pressed, and has to be seen to do something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.shapes import answering
from tests.screens.conftest import use_profile
from tests.until import on_screen, toasts, until
from tui.app import FinetuiApp
from tui.commands import Command, commands_for
from tui.screens.dialogs.base import Dialog

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.faults.server import FaultServer

MODES = ["chat", "jobs", "compare", "models", "files"]  # keys of others go to Chat
# With nothing open there is nothing to close; the other one ends the program.
NOT_ALONE = {"app.escape", "app.leave"}
MODEL = "ft:base:org:fern:F1"


def fill(server: FaultServer) -> None:
    """Have one of everything listed, or nothing."""
    server.lists["/models"] = lambda _: {"data": [{"id": "base"}, {"id": MODEL}]}
    file = {"id": "file-1", "filename": "a.jsonl", "bytes": 9, "purpose": "fine-tune"}
    server.lists["/files"] = lambda _: {"data": [{**file, "created_at": 1, "status": "processed"}]}
    server.new_job(
        {
            "status": "succeeded", "model": "base", "fine_tuned_model": MODEL, "created_at": 1,
            "finished_at": 9, "training_file": "file-1", "trained_tokens": 7,
            "hyperparameters": {"n_epochs": 1},
        }
    )  # fmt: skip
    job = server.jobs[0]["id"]
    events = [
        {"id": f"e{n}", "created_at": n, "level": "info", "message": f"Step {n}/4",
         "type": "metrics", "data": {"step": n, "train_loss": 2.0 / n, "total_steps": 4}}
        for n in range(4, 0, -1)
    ]  # fmt: skip
    server.lists[f"/fine_tuning/jobs/{job}/events"] = lambda _: {"data": events}
    server.lists[f"/fine_tuning/jobs/{job}/checkpoints"] = lambda _: {"data": []}
    answering(server)


def empty(server: FaultServer) -> None:
    """Have nothing listed but a base."""
    server.lists["/models"] = lambda _: {"data": [{"id": "base"}]}
    server.lists["/files"] = lambda _: {"data": []}


def picture(app: Any) -> list[Any]:
    """Return all that is drawn, colours too: a cursor that moves is seen by them."""
    return [[*strip] for strip in app.screen._compositor.render_strips(app.screen.size)]


def words(drawn: list[Any]) -> list[str]:
    """Return the text of what is drawn."""
    return ["".join(one.text for one in line) for line in drawn]


async def dead(pilot: Pilot[Any], key: str, mode: str) -> bool:
    """Press a key and tell whether nothing is seen of it; close what it has opened."""
    app, screen = pilot.app, pilot.app.screen
    app.clear_notifications()
    await pilot.pause()
    before = picture(app)
    await pilot.press(key)

    def shown() -> bool:
        return app.screen is not screen or bool(toasts(app)) or picture(app) != before

    try:
        await until(shown, seconds=4)
    except AssertionError:
        return True
    for _ in range(5):  # a dialog over a dialog; at last an error, or a field that was opened
        over = app.screen is not screen
        if over or words(picture(app)) != words(before):
            await pilot.press("escape")
        if not over:
            break
    if app.current_mode != mode:
        app.show_mode(mode)
    await until(lambda: app.screen is screen)
    return False


def told(mode: str, everywhere: bool) -> list[Command]:
    """Return what help and the palette tell of in a mode, and what they tell `everywhere`."""
    return [
        one
        for where in (mode, "app" if everywhere else "")
        for one in commands_for(where)
        if one.keys and one.id not in NOT_ALONE and one.id != f"app.mode_{mode}"
    ]


async def to_mode(pilot: Pilot[Any], mode: str, filled: bool) -> None:
    """Go to a mode, out of its prompt, once it shows what there is."""
    app: Any = pilot.app
    app.show_mode(mode)
    await until(lambda: app.current_mode == mode, pilot)
    if mode == "chat" and filled:
        await until(lambda: app.screen.models.model, pilot)
        await pilot.press(*"Why?", "enter")
        await until(lambda: "Ahoy" in on_screen(app), pilot)
    await pilot.press("escape")
    if filled and mode != "chat":
        await until(app.screen.has_rows, pilot)
    await until(lambda: not app.status.work, pilot)


@pytest.mark.parametrize("filled", [False, True])
async def test_each_key_shows_something(app_home: Path, server: FaultServer, filled: bool) -> None:
    if filled:
        fill(server)
    else:
        empty(server)
    use_profile(app_home, server.url)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        found = []
        for mode in MODES:
            if mode == "compare" and filled:
                continue  # it lists nothing: test_compare.py has its runs and their results
            await to_mode(pilot, mode, filled)
            everywhere = mode == "files" and not filled  # in one of them: they are the same in all
            found += [
                f"{mode}: {one.key_names[0]} ({one.id})"
                for one in told(mode, everywhere)
                if await dead(pilot, one.key_names[0], mode)
            ]
        assert found == []


OPENERS = (
    ("jobs", "n"), ("chat", "l"), ("chat", "t"), ("models", "L"), ("files", "p"),
    ("files", "f2"), ("files", "f5"), ("files", "f1"), ("files", "f4"), ("files", "ctrl+p"),
)  # fmt: skip


async def dead_inside(pilot: Pilot[Any], opener: str) -> list[str]:
    """Press every key that the dialog of a key has of its own; tell which show nothing."""
    app, below = pilot.app, pilot.app.screen
    found, left = [], []
    while True:
        if app.screen is below:
            await pilot.press(opener)
            await until(lambda: isinstance(app.screen, Dialog), pilot)
        dialog = app.screen
        assert isinstance(dialog, Dialog)
        if not left:
            left = [one for one in dialog.commands() if one.where == dialog.WHERE]
        one = left.pop()
        app.clear_notifications()
        await pilot.pause()
        before = picture(app)
        await pilot.press(one.key_names[0])
        try:
            await until(
                lambda: app.screen is not dialog or toasts(app) or picture(app) != before,  # noqa: B023
                seconds=4,
            )
        except AssertionError:
            found.append(one.id)
        while app.screen not in {dialog, below}:
            await pilot.press("escape")
        if not left:
            break
    while app.screen is not below:
        await pilot.press("escape")
    return found


async def test_each_key_of_a_dialog_shows_something(app_home: Path, server: FaultServer) -> None:
    fill(server)
    use_profile(app_home, server.url)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        found: list[str] = []
        for mode, opener in OPENERS:
            app.show_mode(mode)
            await until(lambda: app.current_mode == mode, pilot)  # noqa: B023
            if mode == "chat":
                await pilot.press("escape")
            else:
                await until(app.screen.has_rows, pilot)
            found += await dead_inside(pilot, opener)
        assert found == []
