"""The inventory by keyboard: every state in its row, filter, order, marks, export, lineage."""

from __future__ import annotations

import asyncio
import csv
import json
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.faults.server import FaultServer, problem, reply
from tests.screens.conftest import use_profile
from tests.until import on_screen, opened, problem_of, toasts, until
from tui.app import FinetuiApp
from tui.core.catalog.shutdown import Shutdown
from tui.core.models.entry import ModelEntry
from tui.core.models.states import ModelState
from tui.screens.datasets import DatasetsScreen
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.dialogs.path import PathDialog
from tui.screens.filter_bar import FilterField
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.screens.lineage.dialog import LineageDialog
from tui.screens.models import ModelsScreen
from tui.screens.models.all_models import AllModelsDialog
from tui.screens.models.all_models_rows import all_models_row
from tui.screens.models.model_rows import model_row
from tui.screens.models.pruning import PruneModels
from tui.screens.profiles.profile_list import ProfilesDialog
from tui.services.errors import ServiceError
from tui.services.store.tables.files_table import UploadRecord
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.services.models.all_profiles import ProfileModels

DAY = 86_400
NONE_GONE = "None of the models is gone: nothing is hidden."
LONG_AGO = int(time.time()) - 120 * DAY
NAMES = ("moss", "fern", "ivy")
MOSS, FERN, IVY = (f"ft:base:org:{name}:{name[0].upper()}1" for name in NAMES)


@pytest.fixture
def models(server: FaultServer) -> dict[str, dict[str, Any]]:
    there: dict[str, dict[str, Any]] = {"base": {"id": "base"}}
    server.lists["/models"] = lambda _: {"data": list(there.values())}
    server.lists["/models/base"] = lambda _: there["base"]
    for at, name in enumerate((MOSS, FERN, IVY)):
        there[name] = {"id": name, "created": LONG_AGO - at}
        server.new_job(
            {
                "status": "succeeded", "model": "base", "fine_tuned_model": name,
                "created_at": LONG_AGO - 60, "finished_at": LONG_AGO, "training_file": "file-1",
            }
        )  # fmt: skip
    return there


@asynccontextmanager
async def inventory(home: Path, server: FaultServer, more: str = "") -> AsyncIterator[Any]:
    use_profile(home, server.url, "sk-x", more)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("5")
        screen = app.screen
        assert isinstance(screen, ModelsScreen)
        await until(lambda: screen.listed.seen.complete, pilot)
        yield pilot, screen


def rows(screen: Any) -> list[str]:
    listing = screen.query_one(RecordList)
    return [
        "".join(segment.text for segment in listing.render_line(at)).rstrip()
        for at in range(listing.count)
    ]


async def refreshed(pilot: Pilot[Any], screen: Any) -> None:
    before = screen.listed.seen
    await pilot.press("r")
    await until(lambda: screen.listed.seen is not before and screen.listed.seen.complete, pilot)


async def test_every_state_is_told_in_its_row(
    app_home: Path, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    async with inventory(app_home, server) as (pilot, screen):
        assert [line.split()[:3] for line in rows(screen)] == [
            ["●", "live", name] for name in (MOSS, FERN, IVY)
        ]
        assert "▸ 1 other: t" in str(screen.listed.pane.border_subtitle)
        await pilot.press("h")  # nothing is gone
        await until(lambda: toasts(pilot.app) == [NONE_GONE], pilot)
        assert len(rows(screen)) == 3
        await screen.workspace.store.models.forget(screen.workspace.profile.name, MOSS)
        del models[FERN], models[IVY]
        server.always[f"GET /models/{IVY}"] = reply(403, problem("not with this key"))
        server.new_job(
            {"status": "succeeded", "model": "base", "fine_tuned_model": "ft:base:org:new:N1",
             "finished_at": int(time.time()) - 5}
        )  # fmt: skip
        await refreshed(pilot, screen)
        told = rows(screen)
        assert [line.split()[0] for line in told] == ["◐", "○", "✗", "╳"]
        assert "not ready" in told[0]
        assert "not visible" in told[1]
        assert "still listed" in told[2]
        about = screen.query_one("#models-about", Static)
        await until(lambda: "made just now, and not listed yet" in str(about.content), pilot)
        await pilot.press("end")
        await until(lambda: "deleted elsewhere: it was listed once" in str(about.content), pilot)
        await pilot.press("d")  # nothing is asked for what is gone
        assert "it is gone already" in problem_of(screen)
        # Nor does it answer, here or where its job is.
        for key, doing in (("R", "record it"), ("c", "chat with it"), ("C", "compare it"),
                           ("A", "compare it with the recording")):  # fmt: skip
            await pilot.press(key)
            gone = f"cannot {doing}: {FERN} is deleted elsewhere: it was listed once"
            await until(lambda gone=gone: gone in problem_of(screen), pilot)
            assert "L lists its chats" in problem_of(screen)
            assert pilot.app.screen is screen
        # A range may end on what takes no mark.
        await pilot.press("home", "v", "end", "v")
        assert screen.listed.marked == {"ft:base:org:new:N1", IVY, MOSS}
        await pilot.press("escape", "enter")
        assert isinstance(pilot.app.screen, DetailsDialog)
        text = str(pilot.app.screen.query_one("VerticalScroll Static", Static).content)
        assert "state      deleted elsewhere" in text
        await pilot.press("escape", "h")
        await until(lambda: [line.split()[0] for line in rows(screen)] == ["◐", "○"], pilot)
        await pilot.press("/", *"ivy", "enter")
        await until(lambda: len(rows(screen)) == 1, pilot)
        pilot.app.clear_notifications()
        await pilot.press("t")  # what is unfolded does not fit
        await until(lambda: toasts(pilot.app), pilot)
        assert "1 base or checkpoint unfolded: none fits" in toasts(pilot.app)[0]
        await pilot.press("escape")
        await pilot.press("3")
        await until(lambda: isinstance(pilot.app.screen, JobsScreen), pilot)
        jobs: Any = pilot.app.screen
        await until(lambda: len(jobs.context.jobs) == 4, pilot)
        for job, key, what in (("ftjob-1", "c", "here"), ("ftjob-2", "C", "elsewhere")):
            jobs.select(job)
            await until(lambda: f"deleted {what}" in on_screen(pilot.app), pilot)  # noqa: B023
            assert "jobs.chat" in jobs.idle()
            await pilot.press(key)
            await until(lambda: "The model is gone" in problem_of(jobs), pilot)
            assert pilot.app.screen is jobs
            await pilot.press("escape")


async def test_rows_stay_while_the_server_times_out_and_are_narrowed_and_ordered(
    app_home: Path, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    async with inventory(app_home, server) as (pilot, screen):
        # Whoever leaves a dialog of another mode is back here.
        await pilot.press("R")
        await opened(pilot, PathDialog)
        assert pilot.app.current_mode == "compare"
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.listed.current.id == MOSS
        pilot.app.train_on("file-1")  # as another mode does
        await opened(pilot, NewJob)
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is screen, pilot)
        # A server that times out.
        server.always["GET /models"] = reply(500, problem("not today"))
        await pilot.press("r")
        await until(lambda: "not today" in problem_of(screen), pilot)
        await until(lambda: [line.split()[0] for line in rows(screen)] == ["?"] * 3, pilot)
        del server.always["GET /models"]
        await pilot.press("r")
        await until(lambda: not problem_of(screen), pilot)
        await until(lambda: [line.split()[0] for line in rows(screen)] == ["●"] * 3, pilot)
        # Words narrow, and an order is chosen.
        models[IVY]["shutdown_date"] = "2099-01-01"
        await refreshed(pilot, screen)
        await pilot.press("slash", *"fern")
        await until(lambda: len(rows(screen)) == 1 and FERN in rows(screen)[0], pilot)
        await pilot.press(*"/x")  # a slash is a character there
        await until(lambda: "No model fits the filter" in rows_or_empty(screen), pilot)
        assert isinstance(screen.focused, FilterField)
        await pilot.press("escape")
        await until(lambda: len(rows(screen)) == 3, pilot)
        assert screen.focused is screen.listed.pane.list
        await pilot.press("o", *"ends", "enter")
        await until(lambda: IVY in rows(screen)[0], pilot)
        await pilot.press("t")
        await until(lambda: len(rows(screen)) == 4 and "base" in rows(screen)[3], pilot)


def rows_or_empty(screen: Any) -> str:
    line = screen.query_one(RecordList).render_line(0)
    return "".join(segment.text for segment in line)


async def test_a_range_is_marked_and_exported(
    app_home: Path, server: FaultServer, models: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    del models
    target = tmp_path / "out.csv"
    async with inventory(app_home, server) as (pilot, screen):
        await pilot.press("v", "down", "v")
        assert screen.listed.marked == {MOSS, FERN}
        await pilot.press("x")
        await until(lambda: pilot.app.screen is not screen, pilot)
        await pilot.press("enter")
        await until(
            lambda: (
                "Write 2 models marked"
                in str(str(pilot.app.screen.query_one(".dialog").border_title))
            ),
            pilot,
        )
        entry: Any = pilot.app.focused
        entry.value = str(target)
        await pilot.press("enter")
        await until(target.exists, pilot)
        with target.open(encoding="utf-8") as file:
            assert [one["id"] for one in csv.DictReader(file)] == [MOSS, FERN]
        await pilot.press("escape", "v", "v")  # twice in place: the menu
        await until(lambda: pilot.app.screen is not screen, pilot)
        await pilot.press("enter")  # those unused for long
        await until(lambda: screen.listed.marked == {MOSS, FERN, IVY}, pilot)
        # The same by a dialog: what goes and what stays, and why, while the age is typed.
        await pilot.press("escape", "p")
        dialog = await opened(pilot, PruneModels)
        assert "3 models would go, 0 would stay" in on_screen(pilot.app)
        assert "✗ moss:M1" in on_screen(pilot.app)
        dialog.query_one("#age").value = "200d"
        await until(lambda: "0 models would go, 3 would stay" in on_screen(pilot.app), pilot)
        assert "stays: made 4 mo ago" in on_screen(pilot.app)
        await pilot.press("enter")
        await until(lambda: "Every model would stay" in "".join(toasts(pilot.app)), pilot)
        dialog.query_one("#age").value = "long"
        await until(lambda: "'long' is not an age" in on_screen(pilot.app), pilot)
        assert "would go" not in on_screen(pilot.app), "nothing is said of the models"
        dialog.query_one("#age").value = "12w"
        await pilot.press("enter")
        asked = await opened(pilot, DeletionDialog)
        assert asked.word == "delete 3"
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is screen, pilot)


async def test_a_read_only_profile_shows_what_it_holds_back(
    app_home: Path, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    del models
    async with inventory(app_home, server, "read_only = true") as (pilot, screen):
        held = [name for name in ("delete", "prune", "chat", "export", "lineage")
                if screen.available(f"models.{name}") is None]  # fmt: skip
        assert held == ["delete", "prune"]  # not in the key line
        await pilot.press("d")
        assert "read-only" in problem_of(screen)
        assert pilot.app.screen is screen
        await pilot.press("escape", "3")
        await until(lambda: isinstance(pilot.app.screen, JobsScreen), pilot)
        assert pilot.app.screen.available("jobs.new") is None
        await pilot.press("n")
        assert "read-only" in problem_of(pilot.app.screen)
        assert not any(seen.method in {"POST", "DELETE"} for seen in server.seen)


async def test_the_line_of_a_model_leads_to_its_dataset_and_its_job(
    app_home: Path, server: FaultServer, models: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    del models
    # Nobody has opened the job or the model before: the tree asks for its checkpoints itself.
    kept = {"id": "ckpt-1", "step_number": 5, "fine_tuned_model_checkpoint": f"{MOSS}:ckpt-step-5"}
    server.lists["/fine_tuning/jobs/ftjob-1/checkpoints"] = lambda _: {"data": [kept]}
    data = tmp_path / "train.jsonl"
    turns = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]
    data.write_text(json.dumps({"messages": turns}) + "\n")
    async with inventory(app_home, server) as (pilot, screen):
        store, profile = screen.workspace.store, screen.workspace.profile.name
        upload = UploadRecord("file-1", "train.jsonl", str(data), "d1", 9, "fine-tune", 5)
        await store.files.add(profile, upload)
        await pilot.press("L")
        await until(lambda: isinstance(pilot.app.screen, LineageDialog), pilot)
        dialog: Any = pilot.app.screen
        await until(lambda: dialog.complete, pilot)
        kinds = [(node.kind, node.id) for node in dialog.nodes]
        assert kinds == [
            ("dataset", str(data)), ("file", "file-1"), ("job", "ftjob-1"),
            ("checkpoint", f"{MOSS}:ckpt-step-5"), ("model", MOSS),
        ]  # fmt: skip
        assert dialog.query_one(RecordList).cursor == 4
        await pilot.press("up", "up", "enter")
        await until(lambda: isinstance(pilot.app.screen, JobsScreen), pilot)
        jobs: Any = pilot.app.screen
        await until(lambda: jobs.context.job and jobs.context.job.id == "ftjob-1", pilot)
        # The same line from the job, and from the dataset that it leads to.
        await pilot.press("L")
        await until(lambda: isinstance(pilot.app.screen, LineageDialog), pilot)
        dialog = pilot.app.screen
        await until(lambda: dialog.complete, pilot)
        assert [(node.kind, node.id) for node in dialog.nodes] == kinds
        await pilot.press("home", "enter")
        await until(lambda: isinstance(pilot.app.screen, DatasetsScreen), pilot)
        datasets: Any = pilot.app.screen
        await until(lambda: datasets.document and datasets.document.path == data, pilot)
        await pilot.press("L")
        await until(lambda: isinstance(pilot.app.screen, LineageDialog), pilot)
        dialog = pilot.app.screen
        await until(lambda: dialog.complete, pilot)
        found = [node.id for node in dialog.nodes if node.kind == "model"]
        assert sorted(found) == sorted((MOSS, FERN, IVY))
        at = [node.id for node in dialog.nodes].index(IVY)
        await pilot.press(*["down"] * at, "enter")
        await until(lambda: pilot.app.screen is screen, pilot)
        await until(lambda: screen.listed.current and screen.listed.current.id == IVY, pilot)


async def test_one_goes_to_a_model_of_another_profile(
    app_home: Path, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    del models
    other = FaultServer()
    there = "ft:base:org:elsewhere:E1"
    other.lists["/models"] = lambda _: {"data": [{"id": there, "created": 5}]}
    config = app_home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        'default_profile = "near"\n'
        + "".join(
            f'[profiles.{name}]\nbase_url = "{url}"\nkey_command = "echo sk-of-{name}-012345"\n'
            for name, url in (("near", server.url), ("far", other.url))
        )
    )
    app = FinetuiApp()
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.workspace is not None, pilot)
            await pilot.press("5")
            screen: Any = app.screen
            await until(lambda: screen.listed.seen.complete, pilot)
            await pilot.press("P")
            await until(lambda: isinstance(app.screen, AllModelsDialog), pilot)
            dialog: Any = app.screen
            await until(lambda: len(dialog.found) == 3 and len(dialog.rows) == 4, pilot)
            assert "4 models · 2 of 3 profiles asked" in str(
                dialog.query_one("#about", Static).content
            )
            shown = on_screen(app)
            assert "model                          age ends" in shown
            near = [line for line in shown.splitlines() if "│ near " in line]
            assert [" 4 mo –" in line for line in near] == [True] * 3, "no age is cut"
            await pilot.press(*"profile:far")
            await until(lambda: [one.id for one in dialog.rows] == [there], pilot)
            await pilot.press("enter")
            await until(lambda: app.workspace and app.workspace.profile.name == "far", pilot)
            await until(lambda: screen.listed.current and screen.listed.current.id == there, pilot)
            await errors_go_with_an_answer(pilot, screen, other)
            # A dialog that still asks says so, and a long failure stands whole in a low terminal.
            await pilot.resize_terminal(60, 15)
            answered, rows = asyncio.Event(), dialog.found["near"]
            lost = replace(rows, profile="lost", error=ServiceError("Lost", f"{'gone ' * 24}whole"))

            async def ask() -> AsyncGenerator[ProfileModels, None]:
                await answered.wait()
                for one in (rows, lost):
                    yield one

            await app.push_screen(asking := AllModelsDialog(2, ask))
            await pilot.press("enter")
            await until(lambda: "Still asking" in "".join(toasts(app)), pilot)
            answered.set()
            await until(lambda: "gone whole" in on_screen(app).replace("│\n", ""), pilot)
            assert "enter goes to the model" in on_screen(app)
            assert asking.query_one(RecordList).size.height >= 2
    finally:
        other.close()


async def errors_go_with_an_answer(pilot: Pilot[Any], screen: Any, server: FaultServer) -> None:
    """What a list failed with is closed once the list has come, or with another profile."""
    app: Any = pilot.app

    def refused() -> None:
        for what in ("GET /models", "GET /files"):
            server.fault(what, *[reply(401, problem("no such key"))] * 20)

    refused()
    shown = {}
    for key, mode in (("6", "files"), ("5", "models"), ("4", "chat")):
        await pilot.press(key)
        await until(lambda mode=mode: app.current_mode == mode and mode == app.screen.MODE, pilot)
        shown[mode] = app.screen
        await pilot.press(*(() if mode == "chat" else "r"))
        await until(lambda: app.screen.failure_text, pilot)
    app.show_mode("models")
    await until(lambda: app.screen is screen, pilot)
    server.recover()
    await pilot.press("r")
    await until(lambda: not screen.failure_text, pilot)
    shown["chat"].models.choose()
    await until(lambda: not shown["chat"].failure_text, pilot)
    await pilot.press("escape")
    assert shown["files"].failure_text
    refused()
    await pilot.press("r")
    await until(lambda: screen.failure_text, pilot)
    await pilot.press("f2")
    profiles = await opened(pilot, ProfilesDialog)
    profiles.query_one(Input).value = "near"
    await until(lambda: profiles.under and profiles.under.name == "near", pilot)
    await pilot.press("enter")
    await until(lambda: app.workspace.profile.name == "near", pilot)
    await until(lambda: not any(one.failure_text for one in shown.values()), pilot)


def test_a_day_that_is_not_one_is_only_text() -> None:
    entry = ModelEntry("ft:m", "tuned", ModelState.LIVE, "b", shutdown=Shutdown("\x1b[2J"))
    for row in (model_row(entry, marked=False, width=80), all_models_row(entry, 0.0, 80)):
        assert "␛[2J" in row.plain
        assert "\x1b" not in row.plain
