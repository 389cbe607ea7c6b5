"""Models by keyboard: the list, all of one, deleting with a typed word, refusals."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Static

from tests.faults.models import ModelServer
from tests.faults.server import HANG, FaultServer, reply
from tests.faults.server import problem as problem_said
from tests.screens.conftest import TunedLab, use_profile
from tests.until import on_screen, opened, problem_of, toasts, until
from tui.app import FinetuiApp
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.models import ModelsScreen
from tui.screens.models.all_models import AllModelsDialog
from tui.screens.models.pruning import PruneModels
from tui.screens.tour import Tour, steps
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot


pytestmark = pytest.mark.xdist_group("tuned_lab")


@pytest.fixture
def home(app_home: Path, tuned_lab: TunedLab) -> Path:
    use_profile(app_home, tuned_lab.process.base_url, tuned_lab.process.api_key)
    return app_home


@asynccontextmanager
async def models_screen() -> AsyncIterator[tuple[Pilot[Any], Any]]:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("5")
        screen = app.screen
        assert isinstance(screen, ModelsScreen)
        yield pilot, screen


def listed(screen: Any) -> list[str]:
    return [model.id for model in screen.listed.models]


def there(screen: Any) -> list[str]:
    return [model.id for model in screen.listed.models if model.state.there]


def row(screen: Any, at: int) -> str:
    lines = screen.query_one(RecordList).render_line(at)
    return "".join(segment.text for segment in lines)


async def until_typable(pilot: Pilot[Any]) -> None:
    await until(lambda: isinstance(pilot.app.screen, DeletionDialog) and pilot.app.focused, pilot)


@pytest.mark.usefixtures("home")
async def test_details_all_models_and_what_cannot_be_deleted(tuned_lab: TunedLab) -> None:
    async with models_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.models) == 3, pilot)
        ids = listed(screen)
        assert set(ids) == set(tuned_lab.models)
        assert all(model.job for model in screen.listed.models)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, DetailsDialog)
        await pilot.press("escape", "t")
        await until(lambda: listed(screen) == [*ids, "lab-small", "lab-micro"], pilot)
        await pilot.press("end", "d")
        assert "base model" in problem_of(screen)
        assert pilot.app.screen is screen
        await pilot.press("escape", "home", "c")
        assert pilot.app.current_mode == "chat"
        await until(lambda: pilot.app.screen.models.model == ids[0], pilot)


async def test_delete_by_number_and_by_suffix_with_a_result_each(
    app_home: Path, own_tuned_lab: TunedLab
) -> None:
    lab = own_tuned_lab.process
    use_profile(app_home, lab.base_url, lab.api_key)
    async with models_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.models) == 3, pilot)
        ids = listed(screen)
        await pilot.press("space", "space", "d")
        await until_typable(pilot)
        await pilot.press(*"delete", "space", "3", "enter")  # 2 are marked, not 3
        assert isinstance(pilot.app.screen, DeletionDialog)
        # One of the two is gone by the time it comes to it: said so, and the other goes.
        with lab.client() as client:
            client.models.delete(ids[0])
        await pilot.press("backspace", "2", "enter")
        await until(lambda: there(screen) == ids[2:] and len(screen.deletion.outcomes) == 2, pilot)
        said = str(screen.query_one("#outcomes-text", Static).render())
        assert f"✓ deleted {ids[1]}" in said
        assert f"✗ not deleted {ids[0]}" in said
        # What was refused stays marked until a look at it tells that it is gone.
        await until(lambda: not screen.listed.marked, pilot)

        pilot.app.tour = Tour(next(i for i, leg in enumerate(steps()) if leg.until == "deleted"))
        await pilot.press("d")
        await until_typable(pilot)
        await pilot.press(*screen.listed.models[0].suffix, "enter")
        await until(lambda: not there(screen) and not screen.deletion.running, pilot)
        words = ["╳ gone", "✗ deleted", "✗ deleted"]  # the first one not by us
        await until(lambda: all(word in row(screen, at) for at, word in enumerate(words)), pilot)
        await pilot.press("h")
        await until(lambda: "h shows the 3 that are gone" in row(screen, 0), pilot)
        assert pilot.app.tour.step == len(steps()) - 1
        await pilot.press("escape")
        assert not screen.query_one("#outcomes").has_class("-shown")


async def test_a_dead_provider_is_told_with_the_key_that_helps(app_home: Path) -> None:
    use_profile(app_home, "http://127.0.0.1:1/v1")
    async with models_screen() as (pilot, screen):
        await until(lambda: problem_of(screen), pilot)
        await until(lambda: "Press r to ask again" in row(screen, 0), pilot)
        for key in (
            "t",
            "h",
            "t",
            "h",
            "enter",
        ):  # what is shown, and how, says nothing of what is there
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            assert "Press r to ask again" in row(screen, 0)
            assert any("could not be listed" in said for said in toasts(pilot.app)), key
            pilot.app.clear_notifications()


async def test_an_error_goes_once_the_list_comes(app_home: Path) -> None:
    server = FaultServer()
    server.lists["/models"] = lambda _: {"data": [{"id": "ft:m:o::a\x1b[31m"}]}
    server.fault("GET /models", HANG)
    server.always["GET /models"] = reply(500, problem_said("boom"))
    use_profile(app_home, server.url, "sk-x")
    try:
        async with models_screen() as (pilot, screen):
            # Before an answer nobody says that there are none.
            await until(lambda: server.count("GET /models") == 1, pilot)
            for key in ("t", "h"):
                await pilot.press(key)
                await pilot.pause()
                assert "Asking for the models" in row(screen, 0)
            pilot.app.clear_notifications()
            await pilot.press("enter")
            await until(lambda: "Asking for the models" in "".join(toasts(pilot.app)), pilot)
            server.release()
            await pilot.press("r")
            await until(lambda: "boom" in problem_of(screen), pilot)
            server.always.clear()
            await pilot.press("r")
            await until(lambda: screen.listed.models and not problem_of(screen), pilot)
            await pilot.press("d")
            await until_typable(pilot)
            await pilot.press(*"delete", "enter")  # what nobody can type is not asked for
            await until(lambda: server.count("DELETE /models/ft:m:o::a%1B%5B31m") == 1, pilot)
    finally:
        server.close()


async def test_what_is_known_of_the_first_row_has_the_whole_width(
    app_home: Path, server: FaultServer
) -> None:
    made = "ft:base:org:a-suffix-of-some-length:a1"
    server.lists["/models"] = lambda _: {"data": [{"id": made, "created": 1_700_000_000}]}
    server.new_job({"model": "base", "fine_tuned_model": made, "status": "succeeded"})
    name = "a-name-that-is-rather-long-for-a-line-of-a-list.jsonl"
    one = {"id": "file-1", "filename": name, "purpose": "fine-tune", "bytes": 9, "created_at": 9}
    server.lists["/files"] = lambda _: {"data": [one]}
    use_profile(app_home, server.url)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for key, about, said in (
            ("5", "#models-about", " · job ftjob-1"),
            ("6", "#files-about", name),
        ):
            await pilot.press(key)
            line = app.screen.query_one(about, Static)
            await until(lambda line=line, said=said: said in str(line.content), pilot)


async def test_lists_in_dialogs_leave_room_for_their_keys(app_home: Path) -> None:
    """In the lowest terminal, with more models than it has lines."""
    server = ModelServer(40)
    use_profile(app_home, server.url, "sk-x")
    app = FinetuiApp()
    try:
        async with app.run_test(size=(60, 20)) as pilot:
            await until(lambda: app.workspace is not None, pilot)
            await pilot.press("5")
            await until(lambda: len(listed(app.screen)) == 40, pilot)
            for key, kind, last in (
                ("p", PruneModels, "cancels"),
                ("P", AllModelsDialog, "closes"),
            ):
                await pilot.press(key)
                dialog = await opened(pilot, kind)
                await until(lambda shown=dialog: shown.query_one(RecordList).count == 40, pilot)
                await until(lambda word=last: f"esc {word}" in on_screen(app), pilot)
                assert dialog.query_one(RecordList).size.height >= 4
                await pilot.press("escape")
                await until(lambda shown=dialog: app.screen is not shown, pilot)
    finally:
        server.close()
