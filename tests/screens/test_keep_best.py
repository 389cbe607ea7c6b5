"""Keep the best checkpoints by keyboard: what goes is listed while it is chosen, then a word."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual.widgets import Static

from tests.faults.server import problem, reply
from tests.home import enter_home
from tests.replay.checkpoints import CheckpointReplay
from tests.replay.circle import profile
from tests.replay.together import TogetherReplay
from tests.screens.test_layout import assert_same
from tests.served import served
from tests.until import box_of, on_screen, opened, problem_of, question_of, until
from tui.app import FinetuiApp
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.jobs.pruning import KeepBestDialog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest
    from textual.pilot import Pilot


far = served(CheckpointReplay)


@asynccontextmanager
async def jobs_screen(
    server: Any,
    path: Path,
    patch: pytest.MonkeyPatch,
    more: str = "",
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    enter_home(patch, profile(server, path, more=more).environ)
    app = FinetuiApp()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("3")
        screen: Any = app.screen
        await until(lambda: screen.context.job is not None, pilot)
        yield pilot, screen


def goes(dialog: Any) -> list[int]:
    return [one.checkpoint.step for one in dialog.judged if not one.stays]


async def test_the_rest_goes_after_its_number_is_typed(
    far: CheckpointReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.train("pirate", (1.4, 0.7, 0.9, 0.8, None))
    far.fault(
        f"DELETE /models/ft:{far.base}:org:pirate:abc:ckpt-step-3",
        reply(403, problem("the Owner role is needed")),
    )
    async with jobs_screen(far, tmp_path, monkeypatch) as (pilot, _):
        await pilot.press("K")
        dialog = await opened(pilot, KeepBestDialog)
        await until(lambda: goes(dialog) == [4, 3, 1], pilot)
        await pilot.press("backspace", "2")
        await until(lambda: goes(dialog) == [3, 1], pilot)
        await pilot.press("tab")  # by accuracy, which nobody has measured: all stay
        await until(lambda: goes(dialog) == [], pilot)
        await pilot.press("tab", "tab")  # the newest
        await until(lambda: goes(dialog) == [2, 1], pilot)
        await pilot.press("tab", "x")
        assert "is not a number of checkpoints" in on_screen(pilot.app)
        await pilot.press("backspace", "enter")
        question = await opened(pilot, DeletionDialog)
        assert "will delete 2 checkpoints for good" in question_of(question)
        assert "What stays: step 2, step 4, step 5" in question_of(question)
        await pilot.press(*"delete", "space", "2", "enter")
        await until(lambda: dialog.deletion.outcomes and not dialog.deletion.running, pilot)
        await until(lambda: goes(dialog) == [3], pilot)  # it stands there still
        said = str(dialog.query_one("#outcomes-text", Static).content)
        assert "Deleted 1 of 2 checkpoints" in said
        assert "the Owner role is needed" in said
        assert len(far.deleted()) == 2
        await pilot.press("escape", "escape")
        await until(lambda: pilot.app.screen is not dialog, pilot)


async def test_all_jobs_that_have_ended_in_one_list(
    far: CheckpointReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        far.train(name)
    far.train("c", status="running", fine_tuned_model="ft:x:org:c:abc")
    async with jobs_screen(far, tmp_path, monkeypatch) as (pilot, screen):
        screen.select(far.jobs[1]["id"])
        await until(lambda: screen.context.job.id == far.jobs[1]["id"], pilot)
        await pilot.press("K")
        dialog = await opened(pilot, KeepBestDialog)
        await until(lambda: goes(dialog) == [3, 1], pilot)
        await pilot.press("ctrl+t")
        await until(lambda: goes(dialog) == [3, 1, 3, 1], pilot)
        assert "4 checkpoints would go" in on_screen(pilot.app)


async def test_it_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = CheckpointReplay()
    try:
        far.train("pirate")
        async with jobs_screen(far, tmp_path / "a", monkeypatch, "read_only = true") as (
            pilot,
            screen,
        ):
            await pilot.press("K")
            await until(lambda: "read-only" in problem_of(screen), pilot)
            assert pilot.app.screen is screen
    finally:
        far.close()


async def test_where_it_is_not_offered_the_key_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = TogetherReplay()
    try:
        together.new_job(
            {"model": together.base, "created_at": "2026-11-28T10:00:00Z", "_lives": []}
        )
        async with jobs_screen(together, tmp_path, monkeypatch) as (pilot, screen):
            await pilot.press("K")
            await until(lambda: "does not offer deleting checkpoints" in problem_of(screen), pilot)
    finally:
        together.close()


async def test_layout(
    far: CheckpointReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.train("pi[b]\x1b[31m\u202e漢")
    async with jobs_screen(far, tmp_path, monkeypatch) as (pilot, _):
        await pilot.press("K")
        dialog = await opened(pilot, KeepBestDialog)
        await until(lambda: goes(dialog) == [3, 1], pilot)
        for width, height in ((80, 24), (120, 36)):
            await pilot.resize_terminal(width, height)
            assert_same(box_of(dialog), f"keep-best-{width}x{height}.txt")
