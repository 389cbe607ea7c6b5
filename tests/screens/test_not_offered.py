"""What a provider is known not to offer is dimmed, and its key says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Static

from tests.home import Home
from tests.screens.conftest import use_profile
from tests.until import problem_of, until
from tui.app import FinetuiApp
from tui.commands import COMMANDS
from tui.commands.needs import NEEDS
from tui.core.catalog.training import terms
from tui.core.jobs.curves import Curves
from tui.core.jobs.jobs import parse_job
from tui.screens.base import ModeScreen
from tui.screens.dialogs.help import HelpDialog, KeyTable
from tui.screens.dialogs.palette import palette_choices
from tui.screens.jobs.form.fields import folded_lines, shown
from tui.screens.jobs.panes.job_rows import JobLine, job_row
from tui.screens.jobs.panes.job_text import settings_text, standing
from tui.services.jobs.drafts import Draft
from tui.services.jobs.polling import tail
from tui.services.jobs.polling.poll_interval import PollInterval

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.faults.server import FaultServer

KEYS = {"jobs": "3", "models": "5", "files": "6"}


def cells_of(content: object) -> list[object]:
    return [said for _, said in content.rows] if isinstance(content, KeyTable) else []


def test_every_need_is_of_a_command() -> None:
    assert NEEDS.keys() <= {one.id for one in COMMANDS}


async def test_a_key_of_no_use_here_is_dimmed_and_it_the_palette_and_the_help_say_so(
    app_home: Path, server: FaultServer
) -> None:
    use_profile(app_home, server.url, extra='kind = "vllm"')
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        hints = {one.value: one.remark for one in palette_choices("jobs", app.workspace)}
        assert "vLLM does not offer fine-tuning" in hints["jobs", "command('jobs.new')"]
        assert "Not offered" not in hints["jobs", "command('jobs.refresh')"]
        await pilot.press("3")
        await until(lambda: isinstance(app.screen, ModeScreen), pilot)
        await pilot.press("ctrl+p", *"new job", "enter")
        await until(lambda: "vLLM does not offer" in problem_of(app.screen), pilot)
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpDialog), pilot)
        lines = [str(cell) for one in app.screen.query(Static) for cell in cells_of(one.content)]
        assert "New job. Not offered here: vLLM does not offer fine-tuning." in lines
        assert "Refresh. Ask the provider now." in lines
        await pilot.press("escape")
        for mode, key, told in (
            ("jobs", "n", "vLLM does not offer fine-tuning"),
            ("jobs", "p", ""),  # whether it pauses is not known: it is only that there are no jobs
            ("files", "u", "vLLM does not offer files"),
            ("models", "d", "vLLM does not offer deleting models"),
        ):
            await pilot.press(KEYS[mode])
            wanted = f"{mode.title()}Screen"
            await until(lambda wanted=wanted: type(app.screen).__name__ == wanted, pilot)
            screen: Any = app.screen
            shown = screen.active_bindings
            assert not shown[key].enabled
            assert shown["f2"].enabled
            screen.clear_error()
            await pilot.press(key)
            await until(lambda screen=screen, told=told: told in problem_of(screen), pilot)
            assert bool(told) == ("Not offered here" in problem_of(screen))


def test_the_command_line_says_it(server: FaultServer, tmp_path: Path) -> None:
    use_profile(tmp_path, server.url, extra='kind = "vllm"')
    home = Home(tmp_path)
    job = ("jobs", "create", "--model", "m", "--training-file", __file__, "--dry-run")
    delete = ("models", "delete", "m", "--yes")
    for words in (("jobs", "list"), job, ("files", "upload", __file__), delete):
        done = home.run(*words)
        assert done.returncode == 3, done
        assert "vLLM does not offer" in done.stderr
    assert server.seen == []


def test_the_percentage_a_provider_tells_is_shown_where_there_are_no_steps() -> None:
    raw = {"id": "j", "status": "running", "model": "m", "progress": 42.4}
    line = JobLine(parse_job(raw))
    assert "42 % done" in standing(line, Curves(), 0).plain
    assert "42 %" in job_row(line, 80).plain
    for odd in ({"seconds_remaining": 3}, -1, 101, "many", True, None):
        assert parse_job({**raw, "progress": odd}).percent is None
    assert (
        "%" not in standing(JobLine(parse_job({**raw, "status": "succeeded"})), Curves(), 0).plain
    )


def test_a_percentage_is_told_while_a_job_is_watched(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = PollInterval(fast=0.001, slow=0.001, rest=0, idle=0.001)
    monkeypatch.setattr(tail, "PollInterval", lambda: pace)
    looks = iter([("queued", None), ("running", 10), ("running", 10), ("running", 62.6)])

    def job(_: object) -> dict[str, Any]:
        status, done = next(looks, ("succeeded", 100))
        return {"id": "ftjob-1", "status": status, "model": "m", "progress": done}

    server.lists["/fine_tuning/jobs/ftjob-1"] = job
    server.lists["/fine_tuning/jobs/ftjob-1/events"] = lambda _: {"data": []}
    use_profile(tmp_path, server.url)
    done = Home(tmp_path).run("jobs", "watch", "ftjob-1")
    assert done.stderr.splitlines()[:4] == [
        "ftjob-1: queued", "ftjob-1: running, 10 % done", "ftjob-1: running, 63 % done",
        "ftjob-1: succeeded",
    ]  # fmt: skip


def test_a_price_that_the_provider_tells_stands_beside_ours_with_who_says_so() -> None:
    told = {"amount": "1.5", "currency": "USD", "said_by": "Acme"}
    raw = {"id": "j", "status": "succeeded", "model": "m"}
    assert "Acme says 1.50 USD" in settings_text(JobLine(parse_job({**raw, "price": told}))).plain
    for odd in (3, None, {"amount": "x", "said_by": "Acme"}, {"amount": 1}, {"amount": -1}):
        assert "says" not in settings_text(JobLine(parse_job({**raw, "price": odd}))).plain


def test_the_form_has_no_field_for_what_is_not_taken() -> None:
    offered = terms("fireworks", None)
    names = [line.name for line in folded_lines(offered)]
    assert "lora_rank" in names
    assert not {"seed", "metadata", "wandb_project"} & set(names)
    assert "seed" in [line.name for line in folded_lines(terms("openai", None))]
    assert shown("validation", Draft(), offered)
    assert not shown("validation", Draft(method="dpo"), offered)
    assert shown("validation", Draft(method="dpo", validation="typed.jsonl"), offered)
