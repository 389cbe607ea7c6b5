"""The jobs of all profiles in Jobs, and the way to one of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static

from tests.faults.server import FaultServer, problem, reply
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.core.jobs.jobs import parse_job
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.all_jobs import AllJobsDialog
from tui.services.errors import ServiceError
from tui.services.jobs.all_profiles import ProfileJobs
from tui.widgets.reading_scroll import ReadingScroll

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path


@pytest.fixture
def servers() -> Iterator[list[FaultServer]]:
    made = [FaultServer() for _ in range(3)]
    yield made
    for one in made:
        one.close()


async def test_one_goes_to_a_job_of_another_profile(
    app_home: Path, servers: list[FaultServer]
) -> None:
    config = app_home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    names = ("near", "far", "shut")
    config.write_text(
        'default_profile = "near"\n'
        + "".join(
            f'[profiles.{name}]\nbase_url = "{server.url}"\n'
            f'key_command = "echo sk-of-{name}-012345"\n'
            for name, server in zip(names, servers, strict=True)
        )
    )
    near, far, shut = servers
    near.new_job({"model": "a", "created_at": 1790000005, "suffix": "mine"})
    for n in range(3):
        far.new_job({"model": "b", "created_at": 1790000010 + n, "suffix": f"theirs-{n}"})
    shut.always["GET /fine_tuning/jobs"] = reply(403, problem("not yours [/foo]"))
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press("3")
        await until(lambda: isinstance(app.screen, JobsScreen) and app.screen.context.jobs, pilot)
        await pilot.press("P")
        await until(lambda: isinstance(app.screen, AllJobsDialog), pilot)
        dialog = app.screen
        assert isinstance(dialog, AllJobsDialog)
        await until(lambda: len(dialog.found) == 4, pilot)
        assert [name for name, _ in dialog.rows] == ["far", "far", "far", "near"]
        about = str(dialog.query_one("#about", Static).content)
        assert "4 jobs · 2 of 4 profiles asked" in about
        assert "✗ shut: " in about
        assert "not yours [/foo]" in about
        dialog.query_one(Input).value = "theirs-1"
        await until(lambda: len(dialog.rows) == 1, pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("enter")
        await until(lambda: app.workspace and app.workspace.profile.name == "far", pilot)
        jobs = app.screen
        assert isinstance(jobs, JobsScreen)
        await until(lambda: jobs.context.job and jobs.context.job.suffix == "theirs-1", pilot)
    for name, server in zip(names, servers, strict=True):
        sent = {seen.headers["authorization"] for seen in server.seen}
        assert sent == {f"Bearer sk-of-{name}-012345"}


@pytest.mark.parametrize("failed", [2, 9])
async def test_failures_have_the_room_there_is(app_home: Path, failed: int) -> None:
    del app_home

    async def ask() -> AsyncGenerator[ProfileJobs, None]:
        jobs = tuple(parse_job({"id": f"ftjob-{n}", "status": "succeeded"}) for n in range(33))
        yield ProfileJobs("good", jobs, asked=True)
        for n in range(failed):
            error = ServiceError("Lost", f"{'gone ' * 20}whole")
            yield ProfileJobs(f"a-profile-of-{n}", (), asked=False, error=error)
        await asyncio.Event().wait()

    app = FinetuiApp()
    async with app.run_test(size=(40, 10)) as pilot:
        await until(lambda: app.workspace, pilot)
        await app.push_screen(dialog := AllJobsDialog(failed + 4, ask))
        await until(lambda: len(dialog.found) == failed + 1, pilot)
        await until(lambda: f"✗ {failed} failed: a-profile" in on_screen(app), pilot)
        assert "33 jobs · 1/" in on_screen(app)
        assert "3 to come" in on_screen(app)
        assert "esc closes" in on_screen(app)
        # What has room in a terminal made larger is told at once, not with the next answer.
        await pilot.resize_terminal(160, 40)
        await until(lambda: "✗ a-profile-of-1: gone gone" in on_screen(app), pilot)
        assert "profiles asked · waiting for 3" in on_screen(app)
        await pilot.resize_terminal(40, 10)
        await until(lambda: f"✗ {failed} failed: a-profile" in on_screen(app), pilot)
        assert "esc closes" in on_screen(app)


@pytest.mark.parametrize("size", [(60, 15), (80, 24)])
async def test_all_of_several_long_failures_can_be_read(
    app_home: Path, size: tuple[int, int]
) -> None:
    names = [f"far-{number}" for number in range(5)]
    why = " ".join(f"because{number}" for number in range(30))

    async def ask() -> AsyncGenerator[ProfileJobs, None]:
        for name in names:
            error = ServiceError("Cannot list the jobs", f"{name} says {why}", f"Ask at {name}.")
            yield ProfileJobs(name, (), asked=False, error=error)

    app = FinetuiApp()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace, pilot)
        dialog = AllJobsDialog(len(names), ask)
        app.push_screen(dialog)
        await until(lambda: len(dialog.found) == len(names) and not dialog.waiting, pilot)
        await until(lambda: "ctrl+o failures" in on_screen(app), pilot)
        assert "esc closes" in on_screen(app)
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(app.screen, DetailsDialog), pilot)
        read = [on_screen(app)]
        scrolled = app.screen.query_one(ReadingScroll)
        while scrolled.scroll_offset.y < scrolled.max_scroll_y:
            before = scrolled.scroll_offset.y
            await pilot.press("down")
            await until(lambda before=before: scrolled.scroll_offset.y > before, pilot)
            read.append(on_screen(app))
        words = {*" ".join(read).split()}
        assert words >= {"because29", *names, *(f"{name}." for name in names), *why.split()}
        await pilot.press("escape")
        await until(lambda: app.screen is dialog, pilot)


async def test_no_key_for_failures_without_any(app_home: Path) -> None:
    async def ask() -> AsyncGenerator[ProfileJobs, None]:
        yield ProfileJobs("near", (), asked=True)

    app = FinetuiApp()
    async with app.run_test(size=(60, 15)) as pilot:
        await until(lambda: app.workspace, pilot)
        dialog = AllJobsDialog(1, ask)
        app.push_screen(dialog)
        await until(lambda: dialog.found, pilot)
        assert "failures" not in on_screen(app)
        await pilot.press("ctrl+o")
        assert app.screen is dialog
