"""Jobs by keyboard against a real lab: make, watch, pause, cancel, export, fail, be offline."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual import events
from textual.widgets import Input, Static

from tests.faults.server import ACT_AND_DROP, HANG, FaultServer, reply
from tests.lab_process import LabProcess, chat_lines, preference_lines
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.screens.dialogs.confirm import Confirm, GoOn, TypedConfirm
from tui.screens.dialogs.path import PathDialog
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.screens.jobs.panes.job_pane import JobPane
from tui.screens.tour import Tour, steps
from tui.widgets.charts.curve import Curve
from tui.widgets.field import OneOf
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.paragraph import Paragraph

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabProcess]:
    with LabProcess(tmp_path_factory.mktemp("lab") / "data") as process:
        yield process


@pytest.fixture(autouse=True)
def _home(app_home: Path, tmp_path: Path, lab: LabProcess) -> None:
    del app_home
    configure(tmp_path, lab.base_url, lab.api_key)


def configure(folder: Path, url: str, key: str = "k", **settings: object) -> None:
    config = folder / "home" / "config"
    config.mkdir(parents=True, exist_ok=True)
    lines = ['default_profile = "near"', "[profiles.near]"]
    values = {"base_url": url, "api_key": key, **settings}
    lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    (config / "config.toml").write_text("\n".join(lines))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    (tmp_path / "arr_valid.jsonl").write_bytes(chat_lines(10))
    path = tmp_path / "arr_train.jsonl"
    path.write_bytes(chat_lines(12))
    return path


@asynccontextmanager
async def running(
    path: Path | None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], JobsScreen]]:
    app = FinetuiApp(str(path) if path else None)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        if path is not None:
            await until(lambda: app.workspace.datasets.current is not None, pilot)
        await pilot.press("3")
        screen = app.screen
        assert isinstance(screen, JobsScreen)
        await until(lambda: screen.workspace.poller.state.fetched_at is not None, pilot)
        yield pilot, screen


async def opened(pilot: Pilot[Any], screen: JobsScreen, **values: str) -> NewJob:
    """Open the form and fill it in."""
    await pilot.press("n")
    await until(lambda: isinstance(screen.app.screen, NewJob), pilot)
    form = screen.app.screen
    assert isinstance(form, NewJob)
    await until(lambda: form.query_one("#model", Input).value, pilot)
    for name, value in {"model": "lab-micro", **values}.items():
        form.fill(name, value)
    return form


async def created(pilot: Pilot[Any], screen: JobsScreen, **values: str) -> str:
    """Make a job and return its id once it is selected in the list."""
    await opened(pilot, screen, **values)
    before = {job.id for job in screen.context.jobs}
    await pilot.press("ctrl+s")
    # One that has ended by now is not among the started any more, but listed.
    await until(
        lambda: screen.context.started or {job.id for job in screen.context.jobs} - before, pilot
    )
    await until(lambda: screen.app.screen is screen, pilot)
    (made,) = screen.context.started or {job.id for job in screen.context.jobs} - before
    await until(lambda: screen.context.job is not None and screen.context.job.id == made, pilot)
    return made


def status(screen: JobsScreen) -> str:
    return screen.context.job.status if screen.context.job else ""


def text_of(widget: Static | Paragraph) -> str:
    return str(widget.content)


async def test_a_job_from_the_form_to_the_chat(dataset: Path, tmp_path: Path) -> None:
    async with running(dataset) as (pilot, screen):
        app = screen.app
        app.tour = Tour(2)  # type: ignore[attr-defined]
        before = len(screen.context.jobs)
        form = await opened(pilot, screen, n_epochs="2", suffix="arr", seed="7")
        assert form.draft.validation.endswith("arr_valid.jsonl")
        plan = form.query_one("#plan", Static)
        said = ("12 examples", "2 epochs", "free")  # the price may come after the counts
        await until(lambda: all(words in text_of(plan) for words in said), pilot)
        await pilot.press("ctrl+s", "ctrl+s", "ctrl+s")
        await until(lambda: app.screen is screen, pilot)
        await until(lambda: status(screen) == "succeeded", pilot)
        assert len(screen.context.jobs) == before + 1
        pane = screen.query_one(JobPane)
        await until(lambda: pane.checkpoints, pilot)
        standing = text_of(pane.query_one("#standing", Paragraph))
        assert standing.startswith("✓ succeeded")
        assert "training loss" in standing
        assert "validation" in pane.query_one(Curve).lines[0]
        await until(lambda: "✓ succeeded" in screen.listing.painted[0], pilot)
        assert "arr" in screen.listing.painted[0]
        await pilot.press("v", "v")
        assert not pane.query_one(Curve).display
        assert pane.query_one("#checkpoints").display
        await pilot.press("v")
        assert "LR multiplier" in text_of(pane.query_one("#settings-text", Static))
        # Its result is written as CSV.
        pane.go_to("curve")
        await pilot.resize_terminal(120, 36)
        await until(lambda: pane.events, pilot)
        assert pane.query_one(Curve).display  # beside the list, above the events
        assert pane.query_one("#events").display
        await pilot.press("v")
        assert pane.query_one(Curve).display
        assert pane.query_one("#checkpoints").display
        await pilot.press("x")
        await until(lambda: isinstance(app.screen, PathDialog), pilot)
        target = tmp_path / "result.csv"
        app.screen.query_one("#path", Input).value = str(target)
        await pilot.press("enter")
        await until(target.exists, pilot)
        assert target.read_text().startswith("step,train_loss")
        assert screen.copy_text()[0] == screen.context.selected
        await until(lambda: app.screen is screen, pilot)
        await pilot.press("c")
        assert app.current_mode == "chat"
        assert steps()[app.tour.step].until == "chat_tuned"  # type: ignore[attr-defined]


async def test_what_is_wrong_is_said_below_the_field_as_it_is_typed(dataset: Path) -> None:
    async with running(dataset) as (pilot, screen):
        app = screen.app
        for key in ("n", "5", "2"):  # all at once, as a paste or a slow line brings them
            app.post_message(events.Key(key, key))
        await until(lambda: isinstance(app.screen, NewJob), pilot)
        await pilot.pause()
        assert app.current_mode == "jobs"
        form = app.screen
        assert isinstance(form, NewJob)
        assert form.draft.validation.endswith("arr_valid.jsonl")
        form.fill("training", str(dataset))
        # A refused job leaves the form as typed.
        before = len(screen.context.jobs)
        await until(lambda: form.query_one("#model", Input).value, pilot)
        form.fill("model", "gpt-[nobody]")
        form.fill("suffix", "kept")
        await pilot.press("ctrl+s")
        panel = form.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert panel.failure is not None
        assert "gpt-[nobody]" in panel.failure.cause
        assert form.draft.suffix == "kept"
        await pilot.press("escape")
        assert panel.failure is None
        assert app.screen is form
        await pilot.press("escape", "r")
        await until(lambda: screen.workspace.poller.state.generation > 1, pilot)
        assert len(screen.context.jobs) == before
        # What is wrong is said below the field as it is typed.
        form = await opened(pilot, screen)
        field = form.query_one("#field-n_epochs")
        form.query_one("#n_epochs", Input).focus()
        await pilot.press("9", "9")
        await until(lambda: field.has_class("-wrong"), pilot)
        assert "from 1 to 50" in text_of(field.query_one(".problem", Static))
        await pilot.press("ctrl+s")
        assert screen.app.screen is form
        await pilot.press("backspace")
        await until(lambda: not field.has_class("-wrong"), pilot)
        await pilot.press("up", "up", "right")
        assert form.draft.method == "dpo"
        assert form.query_one("#field-beta").display
        # Left with esc, the form comes back as it was.
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        again = await opened(pilot, screen)
        assert again.draft.setting("n_epochs") == "9"


async def test_errors_secrets_and_the_amount_are_asked_about_before_anything_is_sent(
    dataset: Path, tmp_path: Path, lab: LabProcess
) -> None:
    configure(tmp_path, lab.base_url, lab.api_key, bills=True)
    key = b"sk-proj-4f9AexampleNotARealKey0000"
    lines = chat_lines(12).replace(b'content": "', b'content": "' + key, 1)
    dataset.write_bytes(chat_lines(1) + lines + b'{"messages": []}\n')
    async with running(dataset) as (pilot, screen):
        before = uploads(lab)
        document = screen.workspace.datasets.current
        assert document is not None
        await document.delete(0, 1, "delete")
        await pilot.press("n")
        await until(lambda: isinstance(screen.app.screen, NewJob), pilot)
        form = screen.app.screen
        assert isinstance(form, NewJob)
        form.fill("model", "gpt-4.1-mini")
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(screen.app.screen, Confirm), pilot)
        await pilot.press("y")  # save first
        await until(lambda: not document.modified, pilot)
        panel = form.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert panel.failure is not None
        assert "error" in panel.failure.cause
        assert "line 13" in panel.failure.cause
        assert not form.has_class("-busy")
        await pilot.press("escape")
        # Secrets are asked about before they leave the machine.
        await document.delete(12, 1, "delete")
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(screen.app.screen, Confirm), pilot)
        await pilot.press("y")
        for answer in ("enter", "y"):
            await until(lambda: isinstance(screen.app.screen, GoOn), pilot)
            question = text_of(screen.app.screen.query_one(".question", Static))
            assert "1 × API key" in question
            assert "sk-proj" not in question
            await pilot.press(answer)
            if answer == "enter":  # goes back
                await until(
                    lambda: screen.app.screen is form and not form.has_class("-busy"), pilot
                )
                await pilot.press("ctrl+s")
        # Where it bills the amount is typed first.
        await until(lambda: isinstance(screen.app.screen, TypedConfirm), pilot)
        statement = text_of(screen.app.screen.query_one(".question", Static))
        assert "USD" in statement
        assert lab.base_url.rstrip("/") in statement
        await pilot.press("escape")
        await until(lambda: screen.app.screen is form and not form.has_class("-busy"), pilot)
        assert form.draft.model == "gpt-4.1-mini"
        assert not screen.context.started
        assert uploads(lab) == before


def uploads(lab: LabProcess) -> list[str]:
    with lab.client() as client:
        return [file.id for file in client.files.list()]


@pytest.fixture
def server(tmp_path: Path, server: FaultServer) -> FaultServer:
    server.lists["/models"] = lambda _: {"data": [{"id": "lab-micro", "object": "model"}]}
    configure(tmp_path, server.url)
    return server


async def test_esc_during_the_upload_stops_it_only_after_a_yes_and_a_lost_answer_makes_one_job(
    dataset: Path, server: FaultServer
) -> None:
    server.fault("POST /files", HANG)
    async with running(dataset) as (pilot, screen):
        assert "No jobs yet. Press n" in on_screen(screen.app)
        form = await opened(pilot, screen, suffix="kept")
        await pilot.press("ctrl+s")
        await until(lambda: server.count("POST /files") == 1, pilot)
        assert "uploading arr_train.jsonl" in text_of(form.query_one("#progress", Static))
        await pilot.press("escape")
        await until(lambda: isinstance(screen.app.screen, Confirm), pilot)
        await pilot.press("n")
        await until(lambda: screen.app.screen is form, pilot)
        assert form.has_class("-busy")
        await pilot.press("escape", "y")
        await until(lambda: screen.app.screen is form and not form.has_class("-busy"), pilot)
        assert form.draft.suffix == "kept"
        assert server.jobs == []
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        # An answer that is lost makes no second job.
        server.fault("POST /fine_tuning/jobs", ACT_AND_DROP)
        made = await created(pilot, screen)
        assert [job["id"] for job in server.jobs] == [made]
        assert server.count("POST /fine_tuning/jobs") == 1
        # Offline the rows stay, and so does the error.
        server.fault("GET /fine_tuning/jobs", *[reply(503, {"error": {"message": "no"}})] * 30)
        panel = screen.query_one(ErrorPanel)
        await pilot.press("r")
        await until(lambda: panel.failure is not None, pilot)
        assert [job.id for job in screen.context.jobs] == [made]
        assert made in str(screen.query_one(JobPane).border_title)
        server.recover()
        await pilot.press("r")
        await until(lambda: panel.failure is None, pilot)
        # A provider without pause says so.
        odd = server.new_job({"model": "m", "status": "warming_up", "suffix": "[b]\x1b"})
        await pilot.press("r")
        await until(lambda: "? warming_up" in "".join(screen.listing.painted.values()), pilot)
        assert "[b]␛" in "".join(screen.listing.painted.values())
        screen.select(odd["id"])
        await until(lambda: screen.context.job and screen.context.job.id == odd["id"], pilot)
        server.fault(f"POST /fine_tuning/jobs/{odd['id']}/pause", reply(405, {"error": {}}))
        await pilot.press("p")
        await until(lambda: panel.failure is not None, pilot)
        assert panel.failure is not None
        assert "not offered here" in panel.failure.title


async def test_preference_pairs_preset_dpo(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(preference_lines(10))
    async with running(path) as (pilot, screen):
        form = await opened(pilot, screen)
        assert form.query_one("#method", OneOf).value == "dpo"


async def test_pause_resume_cancel_and_its_result(dataset: Path) -> None:
    dataset.write_bytes(chat_lines(80))  # long enough to be seen running by any machine
    async with running(dataset) as (pilot, screen):
        await created(pilot, screen, n_epochs="50", batch_size="1")
        await until(lambda: status(screen) == "running", pilot)
        await pilot.press("p")
        await until(lambda: status(screen) == "paused", pilot)
        await pilot.press("p")
        await until(lambda: status(screen) in {"queued", "running"}, pilot)
        await pilot.press("x")
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert panel.failure.title == "No result yet"
        await pilot.press("escape", "c")
        await until(lambda: panel.failure is not None, pilot)
        assert panel.failure.title == "No model yet"
        await pilot.press("escape", "d")
        await until(lambda: isinstance(screen.app.screen, Confirm), pilot)
        await pilot.press("y")
        await until(lambda: status(screen) == "cancelled", pilot)
        await until(lambda: "■ cancelled" in screen.listing.painted[0], pilot)
        assert not screen.context.started
        await until(lambda: "Cancel job" not in on_screen(screen.app), pilot)
        await pilot.press("d")
        await until(lambda: "This job has been cancelled" in on_screen(screen.app), pilot)
