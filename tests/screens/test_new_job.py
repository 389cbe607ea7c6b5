"""The form of a new job by keyboard: pre-flight, folded fields, presets, clones, refusals."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.counted import counted, tokens
from tests.faults.server import ACT_AND_DROP, ACT_AND_HANG, FaultServer, page, problem, reply
from tests.lab_process import chat_lines
from tests.screens.conftest import use_profile
from tests.until import toasts, until
from tui.app import FinetuiApp
from tui.core.jobs.jobs import parse_job
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm, GoOn, TypedAmount, TypedConfirm
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.screens.jobs.form.preflight_panel import PreflightPanel
from tui.services.jobs.drafts import Draft, draft_from_job
from tui.services.jobs.service import JobService
from tui.widgets.field import Fold, OneOf
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot


__all__ = ["counted", "tokens"]
pytestmark = pytest.mark.xdist_group("new-job")  # counting is started once
MODEL = "gpt-4.1-mini-2025-04-14"
JOB = "POST /fine_tuning/jobs"


@pytest.fixture
def server(server: FaultServer) -> FaultServer:
    server.lists["/models"] = lambda q: page([{"id": MODEL}], q)
    return server


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    path = tmp_path / "train.jsonl"
    path.write_bytes(chat_lines(60))
    return Draft(training=str(path), model=MODEL)


@asynccontextmanager
async def form_of(
    draft: Draft, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], NewJob]]:
    app = FinetuiApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        assert app.workspace is not None
        await pilot.press("3")
        assert isinstance(app.screen, JobsScreen)
        yield pilot, await show_form(pilot, draft)


async def show_form(pilot: Pilot[Any], draft: Draft) -> NewJob:
    """Show a form, whose `answers` hold what it ends with."""
    app = pilot.app
    form = NewJob(app.workspace, draft)  # type: ignore[attr-defined]
    made: list[object] = []
    app.push_screen(form, made.append)
    await until(lambda: app.screen is form and form.query(Fold), pilot)
    form.answers = made  # type: ignore[attr-defined]
    return form


def said(form: NewJob) -> str:
    return form.query_one(PreflightPanel).text


def question(form: NewJob) -> str:
    return str(form.app.screen.query_one(".question", Static).content)


async def test_what_would_happen_stands_there_as_it_is_typed(
    app_home: Path, server: FaultServer, draft: Draft
) -> None:
    use_profile(app_home, server.url, extra='currency = "EUR"\nrate = 0.9\nbudget = 0.03')
    async with form_of(draft) as (pilot, form):
        await until(lambda: "left after this job" in said(form), pilot)
        assert "✓ checks  no errors, no warnings" in said(form)
        assert "until 2027-01-06" in said(form)
        form.query_one("#n_epochs", Input).focus()
        await pilot.press("5", "0")
        await until(lambda: "× 50 epochs" in said(form), pilot)
        await until(lambda: "! cost" in said(form), pilot)
        assert "above it" in said(form)
        # Though nobody bills here, the budget wants the amount typed.
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(form.app.screen, TypedConfirm), pilot)
        assert "above the budget" in str(form.app.screen.query_one(".dialog").border_title)
        await pilot.press("y", "enter")
        assert isinstance(form.app.screen, TypedConfirm)
        word = form.app.screen.word
        assert f"about {word} EUR" in question(form)
        await pilot.press("backspace", *word, "enter")
        await until(lambda: form.answers, pilot)  # type: ignore[attr-defined]
        assert len(server.jobs) == 1
        [kept] = (await form.workspace.store.forecasts.all("test")).values()
        assert (kept.epochs, kept.currency) == (50, "EUR")


async def test_fields_rarely_used_are_folded_away_and_presets_are_saved_taken_and_deleted(
    app_home: Path, server: FaultServer, draft: Draft
) -> None:
    use_profile(app_home, server.url)
    listed = [{"id": "file-7", "filename": "old.jsonl", "purpose": "fine-tune"}]
    server.lists["/files"] = lambda q: page(listed, q)
    async with form_of(draft) as (pilot, form):
        # A file that is uploaded can be chosen.
        await pilot.press("down", "ctrl+o")
        dialog = form.app.screen
        assert isinstance(dialog, Choose)
        await until(lambda: dialog.listed, pilot)
        await pilot.press("enter")
        await until(lambda: form.draft.validation == "file-7", pilot)
        assert form.draft.training == draft.training
        # What is saved as a preset is taken, and deleted after a yes.
        form.fill("n_epochs", "4")
        form.fill("suffix", "fern")
        await pilot.press("ctrl+t", "enter", "m", "enter")
        await until(lambda: "m" in (form.presets.saved or {}), pilot)
        form.fill("n_epochs", "auto")
        form.fill("suffix", "")
        await pilot.press("ctrl+t", "down", "enter")
        await until(lambda: form.draft.suffix == "fern", pilot)
        assert form.draft.setting("n_epochs") == "4"
        assert form.draft.training == draft.training
        await pilot.press("ctrl+t", "down", "down", "enter")
        await until(lambda: isinstance(form.app.screen, GoOn), pilot)
        await pilot.press("enter")  # keeps it
        await pilot.press("ctrl+t", "down", "down", "enter", "y")
        await until(lambda: form.presets.saved == {}, pilot)
        # Fields that are rarely used are folded away.
        fold = form.query_one(Fold)
        assert "Batch size" in fold.words
        assert not form.query_one("#folded").display
        fold.focus()
        await pilot.press("enter", "down", "7", "down", "3", "0", "0")
        row = form.query_one("#field-batch_size")
        await until(lambda: row.has_class("-wrong"), pilot)
        assert fold.words == "Seed 7 · Batch size 300"
        fold.focus()
        await pilot.press("left")
        assert not form.query_one("#folded").display
        await pilot.press("ctrl+s")  # what is wrong is unfolded and gone to
        await until(lambda: form.focused is form.query_one("#batch_size", Input), pilot)
        assert form.query_one("#folded").display
        widths = {entry.size.width for entry in form.query(Input) if entry.size.width}
        assert len(widths) == 1  # whatever their hints
        assert not form.query_one("#field-wandb_name").display
        form.fill("wandb_project", "moss")
        await until(lambda: form.query_one("#field-wandb_name").display, pilot)


async def test_a_clone_shows_what_differs(
    app_home: Path, server: FaultServer, draft: Draft, tmp_path: Path
) -> None:
    use_profile(app_home, server.url)
    server.files["file-1"] = {"id": "file-1", "object": "file", "bytes": 5}
    job = parse_job(
        {"id": "ftjob-9", "status": "succeeded", "model": MODEL, "training_file": "file-1",
         "seed": 7, "hyperparameters": {"n_epochs": 3, "batch_size": 2}}
    )  # fmt: skip
    async with form_of(draft_from_job(job)) as (pilot, form):
        origin = form.query_one("#origin", Static)
        assert str(origin.content) == "Like ftjob-9; nothing changed."
        await until(lambda: "file-1: 5 B" in said(form), pilot)
        form.fill("n_epochs", "5")
        await until(lambda: "Epochs 3 → 5" in str(origin.content), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: form.answers, pilot)  # type: ignore[attr-defined]
        [made] = server.jobs
        assert (made["training_file"], made["seed"]) == ("file-1", 7)
        inner = made["method"]["supervised"]["hyperparameters"]
        assert inner == {"n_epochs": 5, "batch_size": 2}
        assert server.count("POST /files") == 0
        # An answer that is lost is told, and so is its end.
        server.fault(JOB, ACT_AND_DROP)
        server.fault("GET /fine_tuning/jobs", *[reply(503, problem("busy"))] * 3)
        (tmp_path / "train.jsonl").write_bytes(chat_lines(10))
        (tmp_path / "valid.jsonl").write_bytes(chat_lines(3))
        lost = await show_form(pilot, replace(draft, validation=str(tmp_path / "valid.jsonl")))
        await until(lambda: "· leakage" in said(lost) and "· checks" in said(lost), pilot)
        progress = lost.query_one("#progress", Static)
        await pilot.press("ctrl+s")  # where nothing is billed nothing is asked
        await until(lambda: "looking for the job" in str(progress.content), pilot)
        await until(lambda: lost.answers, pilot)  # type: ignore[attr-defined]
        assert len(server.jobs) == 2
        told = toasts(lost.app)
        assert any("exists, once: ftjob-" in text for text in told)
        # A training that is closed offers to delete the upload.
        (tmp_path / "train.jsonl").write_bytes(chat_lines(61))
        closed = await show_form(pilot, draft)
        before = {*server.files}
        server.fault(JOB, reply(403, problem("No more training", code="training_not_available")))
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(closed.app.screen, GoOn), pilot)
        (sent,) = {*server.files} - before
        assert sent in question(closed)
        gone = {"id": sent, "object": "file", "deleted": True}
        server.fault(f"DELETE /files/{sent}", reply(200, gone))
        await pilot.press("y")
        await until(lambda: server.count(f"DELETE /files/{sent}") == 1, pilot)
        panel = closed.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert "wound down" in panel.failure.next_step  # type: ignore[union-attr]
        assert closed.draft.training == draft.training
        assert len(server.jobs) == 2


async def test_ctrl_s_while_the_model_is_looked_for_is_done_when_it_is_there(
    app_home: Path, server: FaultServer, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_profile(app_home, server.url)
    ready = asyncio.Event()
    found = ""

    async def find(*_: object) -> str:
        await ready.wait()
        return found

    monkeypatch.setattr("tui.screens.jobs.form.lists.first_model", find)
    async with form_of(replace(draft, model="")) as (pilot, form):
        progress = form.query_one("#progress", Static)
        await pilot.press("ctrl+s")
        await until(lambda: "has told its models" in str(progress.content), pilot)
        await pilot.press("escape")  # takes it back; the form stays
        assert str(progress.content) == ""
        assert form.app.screen is form
        await pilot.press("ctrl+s")
        ready.set()
        row = form.query_one("#field-model")
        await until(lambda: row.has_class("-wrong"), pilot)
        assert server.jobs == []
        assert str(progress.content) == ""
        await pilot.press("escape")
        await until(lambda: form.app.screen is not form, pilot)
        ready.clear()
        found = MODEL
        again = await show_form(pilot, replace(draft, model=""))
        await pilot.press("ctrl+s")
        progress = again.query_one("#progress", Static)
        await until(lambda: "has told its models" in str(progress.content), pilot)
        ready.set()
        await until(lambda: again.answers, pilot)  # type: ignore[attr-defined]
        assert len(server.jobs) == 1


async def test_esc_after_a_refusal_goes_back_to_the_field(
    app_home: Path, server: FaultServer, draft: Draft
) -> None:
    use_profile(app_home, server.url, extra='methods = ["supervised", "dpo", "reinforcement"]')
    async with form_of(replace(draft, training="gone.jsonl")) as (pilot, form):
        field = form.query_one("#suffix", Input)
        field.focus()
        await pilot.press("a", "ctrl+s")
        panel = form.query_one(ErrorPanel)
        await until(lambda: form.focused is panel, pilot)
        await pilot.press("escape")
        await until(lambda: form.focused is field, pilot)
        await pilot.press("b")
        assert field.value == "ab"
        # The wrong kind of data names the method.
        form.fill("training", draft.training)
        form.query_one("#method", OneOf).focus()
        await pilot.press("right")
        await until(lambda: "Method supervised takes" in " ".join(said(form).split()), pilot)
        # Another method has its own fields.
        assert not form.query_one("#field-grader").display
        await pilot.press("right")
        await until(lambda: form.query_one("#field-grader").display, pilot)
        await pilot.press("ctrl+s")
        await until(lambda: form.query_one("#field-grader").has_class("-wrong"), pilot)
        assert form.query_one("#field-validation").has_class("-wrong")
        assert server.jobs == []


async def test_a_job_of_unknown_cost_wants_the_amount_it_counts_as(
    app_home: Path, server: FaultServer, draft: Draft
) -> None:
    use_profile(app_home, server.url, extra='currency = "EUR"\nbudget = 10')
    async with form_of(replace(draft, model="llama")) as (pilot, form):
        await until(lambda: "counts as above the budget" in said(form), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(form.app.screen, TypedAmount), pilot)
        assert "What it costs is not known" in question(form)
        await pilot.press(*"create", "enter")  # a word is not an amount
        assert isinstance(form.app.screen, TypedAmount)
        assert server.jobs == []
        await pilot.press(*["backspace"] * 6, *"3.5", "enter")
        await until(lambda: form.answers, pilot)  # type: ignore[attr-defined]
        assert len(server.jobs) == 1
        budget = await form.workspace.spending.budget()
        assert (budget.left, budget.pending) == (Decimal("6.5"), 0)


async def test_what_others_have_reserved_meanwhile_is_asked_about_anew(
    app_home: Path, server: FaultServer, draft: Draft
) -> None:
    use_profile(app_home, server.url, extra='currency = "USD"\nbudget = 10\nbills = true')
    async with form_of(draft) as (pilot, form):
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(form.app.screen, TypedConfirm), pilot)
        assert "This costs money" in str(form.app.screen.query_one(".dialog").border_title)
        ledger = form.workspace.store.reservations
        await ledger.reserve("test", "n", Decimal("9.999"), "USD", lambda _books: None)
        await pilot.press(*form.app.screen.word, "enter")
        panel = form.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert "cost" in panel.failure.cause  # type: ignore[union-attr]
        assert "Create it again to be asked anew" in panel.failure.next_step  # type: ignore[union-attr]
        assert (server.jobs, server.count("POST /files")) == ([], 0)
        await pilot.press("escape", "ctrl+s")
        await until(lambda: isinstance(form.app.screen, TypedConfirm), pilot)
        title = str(form.app.screen.query_one(".dialog").border_title)
        assert title == "This goes above the budget"
        await pilot.press(*form.app.screen.word, "enter")
        await until(lambda: form.answers, pilot)  # type: ignore[attr-defined]


async def test_an_earlier_job_without_an_answer_is_asked_about_until_somebody_goes_on(
    app_home: Path, server: FaultServer, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_profile(app_home, server.url, extra="bills = true")
    monkeypatch.setitem(JobService.__init__.__kwdefaults__, "look_after", (0.0,))
    async with form_of(draft) as (pilot, form):
        store = form.workspace.store
        await store.jobs.asked("test", "n", {"model": MODEL})
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(form.app.screen, GoOn), pilot)
        assert "it may yet come" in question(form)
        await pilot.press("enter")  # goes back
        await until(lambda: not form.has_class("-busy"), pilot)
        assert server.jobs == []
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(form.app.screen, GoOn), pilot)
        await pilot.press("y")
        await until(lambda: isinstance(form.app.screen, TypedConfirm), pilot)
        await pilot.press(*form.app.screen.word, "enter")
        await until(lambda: form.answers, pilot)  # type: ignore[attr-defined]
        assert [one.lost for one in await store.jobs.all("test")] == [False, False]
        # So is a second try right after an answer that was lost.
        again = await show_form(pilot, draft)
        await until(lambda: "✓ cost" in said(again), pilot)
        server.fault(JOB, ACT_AND_DROP)
        server.fault("GET /fine_tuning/jobs", *[reply(503, problem("busy"))] * 3)
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(again.app.screen, TypedConfirm), pilot)
        await pilot.press(*again.app.screen.word, "enter")
        panel = again.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert "outcome is unknown" in panel.failure.title  # type: ignore[union-attr]
        await pilot.press("escape", "ctrl+s")
        await until(lambda: isinstance(again.app.screen, GoOn), pilot)
        assert f"exists: {server.jobs[0]['id']} (found by its mark)" in question(again)
        await pilot.press("enter")
        await until(lambda: not again.has_class("-busy"), pilot)
        assert len(server.jobs) == 2


async def test_leaving_while_a_job_is_asked_for_says_that_it_may_exist(
    app_home: Path, server: FaultServer, draft: Draft
) -> None:
    use_profile(app_home, server.url)
    server.fault(JOB, ACT_AND_HANG)
    async with form_of(draft) as (pilot, form):
        app = form.app
        assert isinstance(app, FinetuiApp)
        await pilot.press("ctrl+s")
        await until(lambda: server.count(JOB) == 1, pilot)
        await pilot.press("escape")  # an answer takes seconds: it is waited for
        assert app.screen is form
        await pilot.press("ctrl+q")
        await until(lambda: isinstance(app.screen, Confirm), pilot)
        assert "asked to create the job" in question(form)
        assert "finetui jobs unanswered" in question(form)
        await pilot.press("y")
        await until(lambda: not app.is_running)
    assert app.workspace is not None
    asked, look = app.workspace.may_be_done(broken_off=True)
    assert asked.startswith("asked to create the job")
    assert look == "`finetui jobs unanswered` tells."
