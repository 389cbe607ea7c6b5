"""The guide says what is true of the profile in use; what does not work names what does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import FaultServer, problem, reply
from tests.screens.conftest import use_profile
from tests.until import until
from tui.app import FinetuiApp
from tui.commands import MODES
from tui.screens.base import GuideLine, ModeScreen
from tui.screens.dialogs.confirm import Confirm
from tui.screens.jobs.form.dialog import NewJob
from tui.screens.tour import Tour, steps

if TYPE_CHECKING:
    from pathlib import Path


def guide(app: FinetuiApp) -> str:
    assert isinstance(app.screen, ModeScreen)
    return str(app.screen.query_one(GuideLine).content)


async def test_where_the_sample_is_trained_is_asked_once(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_home.mkdir()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-mine")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        assert app.workspace is not None
        for answer in ("escape", "n", "y"):
            assert app.workspace.profile.bills
            await pilot.press("s")
            await until(lambda: isinstance(app.screen, Confirm), pilot)
            await pilot.press(answer)
            await until(lambda: isinstance(app.screen, ModeScreen), pilot)
            if answer == "escape":
                assert app.tour.step == -1
                assert app.workspace.datasets.current is None
                continue
            await until(lambda: app.tour.step == 0, pilot)
            assert app.workspace.profile.kind == ("lab" if answer == "y" else "openai")
            app.tour = Tour(3)
            await until(lambda: "4/11" in guide(app), pilot)
            if answer == "y":
                assert "free" in guide(app)
                await pilot.press("s")  # on lab there is nothing to ask
                await until(lambda: app.tour.step == 0, pilot)
            else:
                assert "openai trains it and bills you" in guide(app)
                await app.opening.use_profile("lab")
                await until(lambda: "the lab trains it here, free" in guide(app), pilot)
                await app.opening.use_profile("openai")
                await until(lambda: "openai trains it and bills you" in guide(app), pilot)


@pytest.mark.parametrize("mode", [mode for _, mode, _ in MODES])
def test_every_line_fits_two_at_80_columns(mode: str) -> None:
    for leg in range(len(steps())):
        for line in (
            Tour(leg).line(mode),
            Tour(leg).line(mode, "a-provider-of-mine-1", bills=True),
        ):
            assert len(line) + 2 <= 2 * 78, line


def test_what_the_form_leaves_in_sight_says_who_trains_and_whether_it_bills() -> None:
    created = Tour(next(at for at, one in enumerate(steps()) if one.until == "created"))
    line = created.line("jobs", "openai", bills=True)
    assert "creates the job: openai trains it and bills you." in line[:76]
    assert len(created.line("jobs")) <= 76


_NEW_JOB = next(at for at, one in enumerate(steps()) if one.until == "create_form")
# What stands in a line as a key that works everywhere, or in the dialog the line names.
_ANYWHERE = {"app", "lists", "job_form"}


@pytest.mark.parametrize("mode", [mode for _, mode, _ in MODES])
def test_no_line_names_a_key_of_another_mode_alone(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every key is named as the command it is of; before one of another mode stands the mode's."""
    for name in ("key_of", "key_hint"):
        monkeypatch.setattr(f"tui.screens.tour.{name}", lambda one, word="": f"<{one}>{word}")
    for leg in range(len(steps())):
        for line in (Tour(leg).line(mode), Tour(leg).line(mode, "elsewhere", bills=True)):
            there = mode
            for key in re.findall("<(.*?)>", line):
                where, _, what = key.partition(".")
                if what.startswith("mode_"):
                    if mode == "chat":  # where a digit would be typed into the prompt
                        assert f"<app.escape>, <{key}>" in line, line
                    there = what.removeprefix("mode_")
                    assert there != mode or leg in {0, 1, 8}, line  # those end on arrival
                elif where not in _ANYWHERE:
                    assert where == there, line


async def test_the_line_leads_to_the_mode_of_its_key_by_the_keymap(app_home: Path) -> None:
    (app_home / "config").mkdir(parents=True)
    (app_home / "config" / "config.toml").write_text('[keys]\n"jobs.new" = "m"\n', "utf-8")
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        app.tour = Tour(_NEW_JOB)
        await until(lambda: "Press 3, then m to make" in guide(app), pilot)
        await pilot.press("3")
        await until(lambda: app.current_mode == "jobs", pilot)
        await until(lambda: "Press m to make" in guide(app), pilot)
        await pilot.press("4")
        await until(lambda: app.current_mode == "chat", pilot)
        await until(lambda: "Press esc, 3, then m to make" in guide(app), pilot)
        await pilot.press("escape", "3", "m")
        await until(lambda: isinstance(app.screen, NewJob), pilot)


@pytest.mark.parametrize(("mode", "begins"), [("2", 1), ("3", 2), ("1", 0), ("6", 0)])
async def test_a_tour_begun_where_it_leads_first_begins_there(
    app_home: Path, mode: str, begins: int
) -> None:
    app_home.mkdir()
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press(mode, "f3")
        await until(lambda: app.tour.step == begins, pilot)


def test_no_line_says_how_the_training_went() -> None:
    said = " ".join(f"{one.text} {one.elsewhere}".lower() for one in steps())
    for claim in ("memorised", "learned it", "knows nothing", "falls", "loss fall"):
        assert claim not in said


@pytest.mark.parametrize("fault", ["network", "key"])
async def test_no_network_and_a_wrong_key_name_what_works(
    app_home: Path, server: FaultServer, fault: str
) -> None:
    url = server.url if fault == "key" else "http://127.0.0.1:9/v1"
    use_profile(app_home, url)
    refused = reply(401, problem("Incorrect API key", "invalid_api_key"))
    server.always |= {f"GET {path}": refused for path in ("/models", "/files", "/fine_tuning/jobs")}
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        told = "F2 changes to lab, which works here"
        for mode in ("3", "5", "6"):
            await pilot.press(mode)
            screen = app.screen
            assert isinstance(screen, ModeScreen)
            await until(lambda screen=screen: told in screen.failure_text, pilot)


@pytest.mark.parametrize("event", ["chat", "chat_base", "models"])
def test_nothing_that_needs_a_model_counts_before_one_is_trained(event: str) -> None:
    for step in range(5):
        assert Tour(step).after(event) == Tour(step)


def test_the_base_counts_once_the_tuned_model_was_asked() -> None:
    assert Tour(5).after("chat_base") == Tour(5)
    assert Tour(6).after("chat_base") == Tour(6)
    assert Tour(7).after("chat_base") == Tour(8)
    # One trained before the tour began is as good as one trained in it.
    assert Tour(0).after("chat_tuned") == Tour(7)
    assert Tour(5).after("chat") == Tour(6)
    assert Tour(6).after("models") == Tour(9)
