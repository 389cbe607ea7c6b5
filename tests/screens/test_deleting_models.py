"""Deleting models by keyboard: what goes and stays is shown first, then a result each."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Static

from tests.faults.models import ModelServer, tuned_id
from tests.faults.server import ACT_AND_DROP, HANG, problem, reply
from tests.screens.conftest import use_profile
from tests.until import on_screen, problem_of, until
from tui.app import FinetuiApp
from tui.core.models.deletion_words import word_for
from tui.core.models.entry import ModelEntry
from tui.core.models.states import ModelState
from tui.screens.dialogs.deletion import DeletionDialog
from tui.widgets.frame.key_hints import KeyHints

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

A, B = tuned_id(1), tuned_id(2)


@pytest.fixture
def models() -> Iterator[ModelServer]:
    one = ModelServer(200)
    for number, name in ((1, A), (2, B)):
        job = one.new_job({"training_file": "file-both", "validation_file": f"file-{number}"})
        job.update({"model": "base-1", "fine_tuned_model": name, "status": "succeeded"})
    one.files["file-1"] = {"id": "file-1", "object": "file", "deleted": True}
    yield one
    one.close()


@asynccontextmanager
async def listed(home: Path, server: ModelServer, size: tuple[int, int]) -> AsyncIterator[Any]:
    use_profile(home, server.url, "sk-x")
    app = FinetuiApp()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("5")
        await until(lambda: len(app.screen.listed.models) == 200, pilot)  # type: ignore[attr-defined]
        yield pilot, app.screen


async def asked(pilot: Pilot[Any]) -> str:
    await until(lambda: isinstance(pilot.app.screen, DeletionDialog) and pilot.app.focused, pilot)
    return str(pilot.app.screen.query_one(".question", Static).render())


def hints(pilot: Pilot[Any]) -> str:
    return " ".join(str(pilot.app.screen.query_one(KeyHints).render()).split())


def results(screen: Any) -> str:
    return str(screen.query_one("#outcomes-text", Static).render())


async def test_fifty_of_two_hundred_with_two_refusals_and_a_lost_answer(
    app_home: Path, models: ModelServer
) -> None:
    ids = [tuned_id(number) for number in range(1, 51)]
    models.always[f"DELETE /models/{ids[7]}"] = reply(403, problem("you need the Owner role"))
    models.always[f"DELETE /models/{ids[30]}"] = reply(409, problem("it is deployed as chat-eu"))
    models.fault(f"DELETE /models/{ids[20]}", ACT_AND_DROP)
    async with listed(app_home, models, (80, 24)) as (pilot, screen):
        await pilot.press(*["space"] * 50, "d")
        said = await asked(pilot)
        assert "Deletes 50 models for good" in said
        assert "… and 45 more" in said
        assert "← →" in hints(pilot)  # two of them have files of their own
        # The field and the keys are in view on a low terminal, too.
        await pilot.resize_terminal(60, 16)
        await until(lambda: "(page down reads on)" in on_screen(pilot.app), pilot)
        assert "esc leaves everything as it is" in on_screen(pilot.app)
        assert "This cannot be undone" not in on_screen(pilot.app)
        for _ in range(3):
            await pilot.press("pagedown")
        await until(lambda: "This cannot be undone" in on_screen(pilot.app), pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press(*"delete", "space", "5", "0", "enter")
        await until(lambda: len(screen.deletion.outcomes) == 50, pilot)
        await until(lambda: not screen.deletion.running and len(screen.listed.marked) == 2, pilot)
        text = results(screen)
        assert text.startswith("Deleted 48 of 50 models")
        first, second = text.splitlines()[1:3]  # what is not deleted stands first
        assert f"✗ not deleted {ids[7]}: you need the Owner role" in first
        assert f"✗ not deleted {ids[30]}: it is deployed as chat-eu" in second
        assert f"✓ deleted {ids[20]}" in text
        assert screen.listed.marked == {ids[7], ids[30]}
    assert len(models.models) == 152
    assert all(models.deletions(one) == 1 for one in ids)


async def test_files_that_nobody_else_used_go_when_that_is_chosen(
    app_home: Path, models: ModelServer
) -> None:
    async with listed(app_home, models, (80, 24)) as (pilot, screen):
        # The keys of choices are named only where there are some.
        screen.listed.select(tuned_id(3))
        await pilot.press("d")
        await asked(pilot)
        assert hints(pilot) == "enter goes on · esc leaves everything as it is"
        await pilot.press("escape")
        # The word is asked for again each time.
        screen.listed.select(A)
        await pilot.press("d")
        await asked(pilot)
        await pilot.press("escape")
        screen.listed.select(A)
        await pilot.press("d")
        said = await asked(pilot)
        assert "2 uploaded files (1 used by other jobs)" in said
        assert "← → switch" in hints(pilot)
        await pilot.press("up", "right")
        said = await asked(pilot)
        assert "Deletes too: 1 uploaded file." in said
        assert "comparisons, 1 uploaded file (1 used by other jobs)." in said
        await pilot.press("left")
        assert "2 uploaded files (1 used by other jobs)" in await asked(pilot)
        await pilot.press("right", "down", *"s1", "enter")
        await until(lambda: len(screen.deletion.outcomes) == 2, pilot)
        assert "✓ deleted file-1" in results(screen)
        assert models.count("DELETE /files/file-1") == 1
        assert models.count("DELETE /files/file-both") == 0
        await pilot.press("escape")
        # What has gone is not asked for.
        await until(lambda: "1 gone" in on_screen(pilot.app), pilot)
        screen.listed.select(A)
        await pilot.press("d")
        await until(lambda: "deleted from here already" in problem_of(screen), pilot)
        await pilot.press("escape")
        assert models.deletions(A) == 1


async def test_esc_stops_between_two(app_home: Path, models: ModelServer) -> None:
    models.fault(f"DELETE /models/{B}", HANG)
    async with listed(app_home, models, (80, 24)) as (pilot, screen):
        await pilot.press("space", "space", "space", "d")
        await asked(pilot)
        await pilot.press(*"delete", "space", "3", "enter")
        await until(lambda: models.deletions(B) == 1, pilot)
        await pilot.press("escape")
        models.release()
        await until(lambda: not screen.deletion.running, pilot)
        text = results(screen)
        assert f"– not asked {tuned_id(3)}" in text
        assert models.deletions(tuned_id(3)) == 0
        assert f"✓ deleted {A}" in text


async def test_what_was_just_deleted_is_not_asked_for_before_the_list_has_come(
    app_home: Path, models: ModelServer
) -> None:
    come, lists = threading.Event(), models.lists["/models"]
    after: list[Any] = []

    def late(query: dict[str, str]) -> Any:
        if models.deleted:
            after.append(answer := lists(query))
            if len(after) > 1:  # the first belongs to the deletion itself
                come.wait(20)
            return answer
        return lists(query)

    async with listed(app_home, models, (80, 24)) as (pilot, screen):
        models.lists["/models"] = late
        screen.listed.select(A)
        await pilot.press("d")
        await asked(pilot)
        await pilot.press(*"s1", "enter")
        await until(lambda: len(after) > 1, pilot, seconds=15)
        screen.listed.select(A)
        await pilot.press("d")
        await until(lambda: "deleted from here already" in problem_of(screen), pilot, seconds=15)
        assert pilot.app.screen is screen
        come.set()
    assert models.deletions(A) == 1


async def test_a_list_asked_for_before_a_deletion_does_not_bring_the_model_back(
    app_home: Path, models: ModelServer
) -> None:
    come, asked_for, lists = threading.Event(), threading.Event(), models.lists["/models"]

    def early(query: dict[str, str]) -> Any:
        answer = lists(query)
        if not models.deleted and not asked_for.is_set():
            asked_for.set()
            come.wait(20)
        return answer

    async with listed(app_home, models, (80, 24)) as (pilot, screen):
        models.lists["/models"] = early
        await pilot.press("r")
        await until(asked_for.is_set, pilot, seconds=15)
        screen.listed.select(A)
        await pilot.press("d")
        await asked(pilot)
        await pilot.press(*"s1", "enter")
        await until(lambda: "1 gone" in on_screen(pilot.app), pilot, seconds=15)
        await until(lambda: not screen.deletion.running, pilot, seconds=15)
        come.set()
        await pilot.app.workers.wait_for_complete()
        found = next(one for one in screen.listed.seen.entries if one.id == A)
        assert found.state is ModelState.DELETED_HERE


@pytest.mark.parametrize(
    ("suffix", "model", "word"),
    [
        ("moss", "ft:base:org:moss:A1", "moss"),
        ("\u202eevil", "ft:base:org:\u202eevil:A1", "A1"),  # it could not be typed
        (" moss", "ft:base:org: moss:A1", "A1"),
        ("x" * 300, f"ft:base:org:{'x' * 300}:A1", "A1"),
        ("x" * 300, f"ft:base:org:{'x' * 300}", "delete"),
        ("", "ft::::", "ft::::"),
        ("\x07", "\x07", "delete"),
    ],
)
def test_the_word_to_type_can_be_typed(suffix: str, model: str, word: str) -> None:
    one = ModelEntry(model, "tuned", ModelState.LIVE, "base", suffix)
    assert word_for([one], [one]) == word
