"""No key is dead in any mode, with nothing there and with a little, nor an entry of the palette.

What the key line, help and the palette tell is pressed, and has to be seen to do something: the
screen changes, or a message says in a line why there is nothing to do.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from tests.faults.shapes import answering
from tests.lab_process import chat_lines
from tests.screens.conftest import use_profile
from tests.screens.pressing import Presser, words
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.commands import MODES, Command, commands_for
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.palette import Palette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.widget import Widget

    from tests.faults.server import FaultServer

ENDS = "app.leave"
MODEL = "ft:base:org:fern:F1"
# Modes that share an app: what one does is there for the next.
GROUPS = (("datasets", "tokens"), ("models", "jobs", "files"), ("chat", "compare"))
# The place of a widget's keys whose field has to be opened first, by the mode.
OPENED = {"filter": {"datasets": "slash", "models": "slash"}}


@pytest.fixture(autouse=True)
def _hold_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    Presser.hold_without_end(monkeypatch)


def fill(server: FaultServer) -> None:
    """Have two of everything listed."""
    server.lists["/models"] = lambda _: {"data": [{"id": "base"}, {"id": MODEL}]}
    file = {"filename": "a.jsonl", "bytes": 9, "purpose": "fine-tune", "status": "processed"}
    server.lists["/files"] = lambda _: {
        "data": [{**file, "id": f"file-{n}", "created_at": n} for n in (3, 2, 1)]
    }
    for n in (1, 2, 3):
        server.new_job(
            {
                "status": "succeeded", "model": "base", "fine_tuned_model": MODEL,
                "created_at": n, "finished_at": 9, "training_file": "file-1", "trained_tokens": 7,
                "hyperparameters": {"n_epochs": 1},
            }
        )  # fmt: skip
    events = [
        {"id": f"e{n}", "created_at": n, "level": "info", "message": f"Step {n}/4",
         "type": "metrics", "data": {"step": n, "train_loss": 2.0 / n, "total_steps": 4}}
        for n in range(4, 0, -1)
    ]  # fmt: skip
    for job in server.jobs:
        at = f"/fine_tuning/jobs/{job['id']}"
        server.lists[f"{at}/events"] = lambda _: {"data": events}
        server.lists[f"{at}/checkpoints"] = lambda _: {"data": []}
    answering(server)


def empty(server: FaultServer) -> None:
    """Have nothing listed but a base."""
    server.lists["/models"] = lambda _: {"data": [{"id": "base"}]}
    server.lists["/files"] = lambda _: {"data": []}


def own(mode: str) -> list[Command]:
    """Return what help and the palette tell of a mode itself."""
    return list(commands_for(mode))


def everywhere() -> list[Command]:
    """Return what they tell of all modes: ending the program comes last."""
    return [one for one in commands_for("app") if one.id != ENDS]


async def to_mode(press: Presser, mode: str, filled: bool) -> None:
    """Go to a mode, out of its prompt, once it shows what there is."""
    app, pilot = press.app, press.pilot
    app.show_mode(mode)
    await until(lambda: app.current_mode == mode, pilot)
    screen: Any = app.screen
    if mode in {"chat", "compare"}:
        if filled:
            await until(lambda: screen.models.model if mode == "chat" else columns(screen), pilot)
        await pilot.press("escape")
    if filled and mode == "chat":
        for question in ("Why?", "Who?"):
            await pilot.press("i", *question, "enter")
            await until(lambda: on_screen(app).count("Ahoy") > (question == "Who?"), pilot)  # noqa: B023
            await until(lambda: not screen.answers.under_way, pilot)
        await pilot.press("escape")
    elif filled and mode == "compare":
        await pilot.press("e")
        await until(lambda: isinstance(app.screen, Choose), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, RunForm), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: screen.shows_results and not screen.running.under_way, pilot)
        await until(lambda: len(screen.pane.rows) > 1, pilot)
    elif filled:
        await until(screen.has_rows, pilot)
    await until(lambda: not app.status.work, pilot)


def columns(screen: Any) -> bool:
    return len(screen.context.comparison.columns) > 1


def with_keys(press: Presser) -> Iterator[tuple[Widget, str]]:
    """Yield each kind of widget that has keys of its own, and where the table lists them."""
    found: dict[str, Widget] = {}
    for one in press.app.screen.focus_chain:
        for place in getattr(one, "PLACES", ()):
            found.setdefault(place, one)
    yield from ((one, place) for place, one in found.items())


async def press_mode(press: Presser, mode: str, filled: bool) -> None:
    """Press all keys of a mode."""
    screen: Any = press.app.screen
    for one in own(mode):
        before = words(await press.settled())
        await press.command(mode, one)
        await press.back(screen, before)
    for widget, place in [*with_keys(press), (None, "focus")]:
        await press.widget_keys(f"{mode} {place}", widget, commands_for(place))
    if opener := OPENED["filter"].get(mode):
        for one in commands_for("filter"):
            before = words(await press.settled())
            await press.command(f"{mode} filter", one, [opener])
            await press.back(screen, before)


async def press_palette(press: Presser, mode: str, commands: list[Command]) -> None:
    """Choose commands in the palette by their titles: the first by its keys.

    The others are given to what takes the choice. Of those whose key runs the same action on the
    same screen, and nothing holds back, it has been seen already what comes of them.
    """
    app, screen = press.app, press.app.screen
    await press.close_down_to(screen)  # what the key before has opened late, too
    shown = await press.settled()
    press.send("ctrl+p")
    await until(lambda: isinstance(app.screen, Palette) and app.screen.query(Input))
    palette: Any = app.screen
    choose = palette._result_callbacks[-1].callback
    places = {one.id: place_of(palette, one) for one in commands}
    by_keys, *others = commands
    palette.query_one(Input).value = by_keys.title
    await press.quiet()
    press.send(*["down"] * places[by_keys.id])
    if not await press.seen("enter", screen, shown, palette):
        press.dead.append(f"{mode}: {by_keys.title} in the palette ({by_keys.id})")
    await press.back(screen, words(shown))
    for one in others:
        if one.id in press.alike:
            continue
        await press.close_down_to(screen)
        shown = await press.settled()
        await press.second(one.id)
        if not await press.seen(
            partial(app.call_next, choose, (one.where, one.call)), screen, shown
        ):
            press.dead.append(f"{mode}: {one.title} in the palette ({one.id})")
        await press.back(screen, words(shown))


def place_of(palette: Palette, one: Command) -> int:
    """Return where the palette lists a command once its title is typed: among the first."""
    listed = [each.value for each in palette.matching(one.title)[:3]]
    assert (one.where, one.call) in listed, f"{one.title} is not found"
    return listed.index((one.where, one.call))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled"])
@pytest.mark.parametrize("modes", GROUPS, ids="-".join)
async def test_each_key_shows_something(
    app_home: Path, server: FaultServer, tmp_path: Path, modes: tuple[str, ...], filled: bool
) -> None:
    data = tmp_path / "data.jsonl"
    if filled:
        fill(server)
        data.write_bytes(chat_lines(8))
    else:
        empty(server)
    use_profile(app_home, server.url)
    app = FinetuiApp(str(data) if filled else None)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        press = Presser(pilot)
        for mode in modes:
            await to_mode(press, mode, filled)
            await press_mode(press, mode, filled)
            if not filled:
                await press_palette(press, mode, own(mode))
        if modes == GROUPS[1] and not filled:  # in one of them: they are the same in all
            screen = app.screen
            for one in everywhere():
                before = words(await press.settled())
                await press.command("app", one)
                await press.back(screen, before)
            await press_palette(press, modes[-1], everywhere())
        assert "\n".join(press.dead) == ""
        await press.close_down_to(app.screen_stack[0])
        press.send("ctrl+q")
        await until(lambda: not app.is_running or isinstance(app.screen, Confirm))


def test_all_modes_are_pressed() -> None:
    assert {one for group in GROUPS for one in group} == {mode for _, mode, _ in MODES}
