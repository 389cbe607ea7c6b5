"""The guide says what is true of the profile in use; what does not work names what does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.server import FaultServer, problem, reply
from tests.screens.conftest import use_profile
from tests.until import until
from tui.app import FinetuiApp
from tui.screens.base import GuideLine, ModeScreen
from tui.screens.dialogs.confirm import Confirm
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
                await until(lambda: "The lab trains a small model here, free" in guide(app), pilot)
                await app.opening.use_profile("openai")
                await until(lambda: "openai trains it and bills you" in guide(app), pilot)


def test_every_line_fits_two_at_80_columns() -> None:
    for leg in range(len(steps())):
        for line in (Tour(leg).text, Tour(leg).line("a-provider-of-mine-1", bills=True)):
            assert len(line) + 2 <= 2 * 78


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
