"""Watching jobs by keyboard: a provider that is told what to say, offline, and looked away from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.faults.conftest import write_config
from tests.faults.server import HANG, FaultServer, page, problem, reply
from tests.home import enter_home
from tests.rows import rows_of
from tests.until import narrow, toasts, until
from tui.app import FinetuiApp
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.path import PathDialog
from tui.screens.jobs import JobsScreen
from tui.screens.jobs.form import NewJob
from tui.screens.jobs.job_curve import JobCurve
from tui.screens.jobs.panes.job_pane import JobPane
from tui.screens.jobs.panes.jobs_pane import JobsHeading
from tui.screens.reporting import ASKING
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.paragraph import Paragraph
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: FaultServer) -> None:
    home = tmp_path / "home"
    enter_home(monkeypatch, write_config(home, server.url, "timeout = 5"))


def trained(server: FaultServer, suffix: str, worse: float = 0.0, **more: Any) -> str:
    """Put a job there with forty steps behind it, and return its id."""
    asked = {"model": "base", "suffix": suffix, "created_at": 1_700_000_000, "seed": 7}
    made = server.new_job({**asked, "training_file": "file-9", "status": "succeeded", **more})
    events = [
        {
            "id": f"{suffix}{n}",
            "created_at": 1_700_000_000 + n,
            "level": "info",
            "message": f"Step {n}/40",
            "data": {
                "step": n,
                "total_steps": 40,
                "train_loss": 2 / n + worse,
                **({"full_valid_loss": 1 + abs(n - 20) / 20 + worse} if n % 10 == 0 else {}),
            },
        }
        for n in range(40, 0, -1)
    ]
    events.insert(0, {"id": f"{suffix}-w", "level": "warn", "message": "rather slow"})
    points = [
        {"id": f"{suffix}-c{n}", "step_number": n, "metrics": {"full_valid_loss": loss}}
        for n, loss in ((40, 2.0), (20, 1.0))
    ]
    path = f"/fine_tuning/jobs/{made['id']}"
    server.lists[f"{path}/events"] = lambda query: page(events, query)
    server.lists[f"{path}/checkpoints"] = lambda query: page(points, query)
    return str(made["id"])


async def at_the_jobs(pilot: Pilot[Any], jobs: int = 1) -> JobsScreen:
    await until(lambda: pilot.app.workspace is not None, pilot)  # type: ignore[attr-defined]
    await pilot.press("3")
    screen = pilot.app.screen
    assert isinstance(screen, JobsScreen)
    await until(lambda: len(screen.context.jobs) == jobs, pilot)
    return screen


def drawn(screen: JobsScreen) -> str:
    return "\n".join(screen.query_one(JobCurve).lines)


def shows(screen: JobsScreen, text: str) -> Callable[[], bool]:
    return lambda: text in drawn(screen)


async def test_a_curve_is_read_with_the_keys(server: FaultServer) -> None:
    trained(server, "fern")
    other = trained(server, "moss", 0.5)
    async with FinetuiApp().run_test(size=(80, 30)) as pilot:
        screen = await at_the_jobs(pilot, 2)
        await until(shows(screen, "◆ full validation"), pilot)
        await pilot.press("left")
        assert "training 0.550" in drawn(screen)
        assert "▲ step 40" in drawn(screen)
        await pilot.press("left", "left")
        assert "◆ full validation 2.00 at 30" in drawn(screen)
        before = screen.query_one(JobCurve).x_range
        await pilot.press("z")
        after = screen.query_one(JobCurve).x_range
        assert after[1] - after[0] < before[1] - before[0]
        await pilot.press("l", "s")
        assert "smoothed 0.6 · log" in drawn(screen)
        await pilot.press("Z", "l", "s", "s", "space", "down")
        await until(lambda: screen.context.selected != other, pilot)
        await until(shows(screen, "a moss"), pilot)
        assert " a" in screen.listing.painted[0]
        await pilot.press("a")
        await until(shows(screen, "No accuracy reported."), pilot)
        # A key of the curve shows it, whatever stands in its place.
        pane = screen.query_one(JobPane)
        for view in ("events", "checkpoints", "settings"):
            for key in ("left", "right", "z", "Z", "l", "s", "a"):
                pane.go_to(view)
                await until(lambda view=view: pane.view == view, pilot)
                await pilot.press(key)
                await until(
                    lambda: pane.view == "curve" and screen.query_one(JobCurve).display, pilot
                )


async def test_the_palette_gives_commands_of_panes_and_controllers(server: FaultServer) -> None:
    trained(server, "fern")
    async with FinetuiApp().run_test(size=(80, 18)) as pilot:
        screen = await at_the_jobs(pilot)
        # Where the curve finds no room, its numbers stand.
        await until(shows(screen, "training loss: 0.05 at step 40, from 2.00"), pilot)
        assert "full validation: 2.00 at step 40" in drawn(screen)
        assert "No loss reported" not in drawn(screen)
        await pilot.resize_terminal(80, 30)
        await until(shows(screen, "┤"), pilot)
        await until(shows(screen, "◆ full validation"), pilot)
        for words, seen in (("overlay", lambda: " a" in screen.listing.painted[0]),
                            ("log axis", shows(screen, "log"))):  # fmt: skip
            await pilot.press("ctrl+p")
            await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
            await narrow(pilot, words)
            await until(seen, pilot)
        await pilot.press("R")  # made again with the same seed
        await until(lambda: isinstance(pilot.app.screen, NewJob), pilot)
        form = pilot.app.screen
        assert isinstance(form, NewJob)
        assert (form.draft.seed, form.draft.training, form.draft.model) == ("7", "file-9", "base")


async def test_what_could_not_be_asked_for_is_not_said_to_be_missing(server: FaultServer) -> None:
    faults = {
        "The {} cannot be read now.": reply(403, problem("no events for you")),
        "Asking for the {}…": HANG,
    }
    for number, fault in enumerate(faults.values()):
        job = trained(server, f"fern-{number}")
        server.always[f"GET /fine_tuning/jobs/{job}/events"] = fault
    async with FinetuiApp().run_test(size=(80, 30)) as pilot:
        screen = await at_the_jobs(pilot, 2)
        pane = screen.query_one(JobPane)
        for said in reversed(faults):  # the newest job stands first
            await until(shows(screen, said.format("loss")), pilot)
            assert "No loss" not in drawn(screen)
            for view in ("events", "checkpoints"):
                await pilot.press("v")
                listing = screen.query_one(f"#{view}", RecordList)
                await until(lambda listing=listing: listing.display and listing.size.height, pilot)
                assert said.format(view) in listing.render_line(0).text
            pane.go_to("curve")
            await pilot.press("down")


async def test_events_checkpoints_and_the_way_they_are_written(
    server: FaultServer, tmp_path: Path
) -> None:
    trained(server, "fern")
    async with FinetuiApp().run_test(size=(120, 36), notifications=True) as pilot:
        screen = await at_the_jobs(pilot)
        pane = screen.query_one(JobPane)
        await until(lambda: len(pane.all_events) == 41, pilot)
        assert [event.message for event in pane.events] == ["rather slow"]  # the curve has the rest
        await pilot.press("f")
        assert len(pane.events) == 41
        await pilot.press("f", "f")
        assert pane.events == ()
        await until(lambda: pane.checkpoints, pilot)
        why = str(pane.query_one("#why-best", Static).content)
        assert why == "★ step 20: its validation loss, 1.00, is the lowest; by step 40 it is 2.00."
        await pilot.press("w")  # what is typed ahead narrows the list
        assert isinstance(pilot.app.screen, Choose)
        await pilot.press(*"events as json", "enter")
        await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
        target = tmp_path / "events.jsonl"
        pilot.app.screen.query_one("#path", Input).value = str(target)
        await pilot.press("enter")
        await until(target.exists, pilot)
        assert len(rows_of(target)) == 41
        await pilot.press("Y")
        assert isinstance(pilot.app.screen, Choose)
        await pilot.press("escape")


async def test_the_row_says_what_is_known_and_the_pane_why_it_failed(server: FaultServer) -> None:
    error = {"code": "bad_data", "message": "no line fits", "param": "training_file"}
    trained(server, "fern", status="failed", error=error, trained_tokens=1_234_567)
    async with FinetuiApp().run_test(size=(180, 40)) as pilot:
        screen = await at_the_jobs(pilot)
        await until(lambda: "40/40" in screen.listing.painted[0], pilot)
        assert screen.listing.painted[0].startswith("✗ failed")
        assert "0.05" in screen.listing.painted[0]
        assert "2.00" in screen.listing.painted[0]
        said = str(screen.query_one("#standing", Paragraph).content)
        assert said.startswith("✗ failed: no line fits.")
        await pilot.press("v", "v")
        told = str(screen.query_one("#settings-text", Static).content)
        for word in ("bad_data", "training_file", "1,234,567 tokens"):
            assert word in told


async def test_offline_from_the_start_all_that_was_seen_is_there(server: FaultServer) -> None:
    trained(server, "fern")
    async with FinetuiApp().run_test(size=(80, 30)) as pilot:
        screen = await at_the_jobs(pilot)
        await until(lambda: screen.query_one(JobPane).checkpoints, pilot)
    server.fault("GET /fine_tuning/jobs", *[reply(503, problem("down"))] * 40)
    async with FinetuiApp().run_test(size=(80, 30)) as pilot:
        screen = await at_the_jobs(pilot)
        await until(shows(screen, "◆ full validation"), pilot)
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert "fern" in screen.listing.painted[0]
        assert screen.query_one("#checkpoints", RecordList).count == 2
        server.recover()
        await pilot.press("r")
        await until(lambda: panel.failure is None, pilot)


async def test_the_end_is_told_and_the_model_asked_for(server: FaultServer) -> None:
    made = trained(server, "fern", status="running")
    server.lists["/models"] = lambda query: page([], query)
    async with FinetuiApp().run_test(size=(80, 24), notifications=True) as pilot:
        screen = await at_the_jobs(pilot)
        await until(lambda: made in screen.endings.at_work, pilot)
        await pilot.press("c")
        await until(lambda: "No model yet" in screen.failure_text, pilot)
        server.jobs[0] |= {"status": "succeeded", "fine_tuned_model": "ft:fern"}
        screen.context.poller.refresh()  # by itself, as its key would close the error
        await until(lambda: not screen.failure_text, pilot)
        await until(lambda: made in screen.context.ready, pilot)  # a 404: not there yet
        said = screen.query_one("#standing", Paragraph)
        await until(lambda: "still getting it ready" in str(said.content), pilot)
        server.lists["/models/ft:fern"] = lambda _: {"id": "ft:fern", "object": "model"}
        await until(lambda: "press c to chat" in str(said.content), pilot)
        assert not screen.context.ready


async def test_jobs_that_end_together_are_told_of_in_one_line(server: FaultServer) -> None:
    names = [trained(server, f"run-{n}", status="running") for n in range(6)]
    async with FinetuiApp().run_test(size=(80, 24), notifications=True) as pilot:
        screen = await at_the_jobs(pilot, 6)
        await until(lambda: screen.endings.at_work >= set(names), pilot)
        for number, job in enumerate(server.jobs):
            job["status"] = "failed" if number == 0 else "succeeded"
        await pilot.press("r")
        asks = [ASKING]  # said by the key itself
        await until(lambda: toasts(pilot.app) not in ([], asks), pilot)
        assert toasts(pilot.app) == [*asks, "6 jobs have ended: 1 failed, 5 succeeded"]


async def test_lists_of_a_job_that_are_not_offered_say_so(server: FaultServer) -> None:
    made = trained(server, "fern", status="running")
    for what in ("events", "checkpoints"):
        server.always[f"GET /fine_tuning/jobs/{made}/{what}"] = reply(404, problem("no route"))
    async with FinetuiApp().run_test(size=(120, 40)) as pilot:
        screen = await at_the_jobs(pilot)
        await until(shows(screen, "Not offered here"), pilot)
        events = screen.query_one("#events", RecordList)
        await until(lambda: "Not offered here" in events.render_line(0).text, pilot)
        await pilot.press("v")
        points = screen.query_one("#checkpoints", RecordList)
        await until(lambda: "gives no checkpoints" in points.render_line(0).text, pilot)
        assert screen.query_one(ErrorPanel).failure is None


async def test_where_tuning_is_not_offered_a_new_job_is_refused_up_front(
    server: FaultServer,
) -> None:
    server.always["GET /fine_tuning/jobs"] = reply(404, problem("no route"))
    async with FinetuiApp().run_test(size=(80, 24)) as pilot:
        screen = await at_the_jobs(pilot, 0)
        await until(lambda: screen.context.state.failure is not None, pilot)
        await pilot.press("n")
        failure = screen.query_one(ErrorPanel).failure
        assert failure is not None
        assert "offers no fine-tuning" in failure.cause
        assert not isinstance(pilot.app.screen, NewJob)


async def test_a_wider_terminal_lists_no_less(server: FaultServer) -> None:
    trained(server, "fern", status="running")
    async with FinetuiApp().run_test(size=(80, 24)) as pilot:
        screen = await at_the_jobs(pilot)

        def columns() -> set[str]:
            heading = screen.query_one(JobsHeading)
            return set("".join(segment.text for segment in heading.render_line(0)).split())

        before = columns()
        assert before >= {"step", "loss", "valid", "suffix"}
        for size in ((100, 24), (120, 36), (140, 36), (160, 45)):
            await pilot.resize_terminal(*size)
            assert columns() >= before, size
            assert screen.query_one(JobCurve).size.height >= 5, size
        # One that looks away asks for nothing.
        poller = screen.workspace.poller
        pilot.app.app_focus = False
        await until(lambda: poller.next_round() == float("inf"), pilot)
        pilot.app.app_focus = True
        asked = server.count("GET /fine_tuning/jobs")
        await until(lambda: server.count("GET /fine_tuning/jobs") > asked, pilot)
