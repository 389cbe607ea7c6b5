"""Servers without jobs, models or files: they can be chatted with, and nothing else is promised."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import FaultServer, problem, reply, said, stream
from tests.faults.shapes import (
    ABSENT,
    CHAT,
    FAILING,
    FILES,
    JOBS,
    MODELS,
    NO_MODELS,
    answering,
    asked,
    listing,
)
from tests.screens.conftest import use_profile
from tests.until import problem_of, until
from tui.app import FinetuiApp
from tui.screens.chat.asking.answering import Answering
from tui.screens.dialogs.choose import Choose
from tui.screens.jobs.form import NewJob
from tui.widgets.conversation import Conversation
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

KEYS = {"jobs": "3", "chat": "4", "models": "5", "files": "6"}


@asynccontextmanager
async def opened(
    home: Path, server: FaultServer, mode: str
) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    use_profile(home, server.url)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press(KEYS[mode])
        await until(lambda: type(app.screen).__name__ == f"{mode.title()}Screen", pilot)
        yield pilot, app.screen


def last(screen: Any) -> Any:
    turns = screen.query_one(Conversation).turns
    return turns[-1] if turns else None


def listed(screen: Any) -> str:
    """Return the text of the list, as it is on the screen."""
    listing = screen.query(RecordList).first()
    lines = [listing.render_line(y) for y in range(listing.size.height)]
    return "\n".join("".join(part.text for part in line).rstrip() for line in lines).strip()


async def type_model(pilot: Pilot[Any], screen: Any, model: str) -> None:
    while isinstance(pilot.app.focused, type(screen.query_one("Prompt"))):
        await pilot.press("escape")
    await pilot.press("m")
    await until(lambda: isinstance(pilot.app.screen, Choose) and pilot.app.focused, pilot)
    await pilot.press(*model, "enter")
    await until(lambda: pilot.app.screen is screen, pilot)


@pytest.mark.parametrize("how", NO_MODELS)
async def test_a_model_is_typed_and_answers(app_home: Path, server: FaultServer, how: str) -> None:
    server.always |= {MODELS: NO_MODELS[how], JOBS: ABSENT["FastAPI"]}
    answering(server)
    async with opened(app_home, server, "chat") as (pilot, screen):
        await until(lambda: server.count(MODELS) and not screen.models.looking, pilot)
        assert problem_of(screen) == ""
        assert "no model" in str(screen.query_one("#chat-header").render())
        await pilot.press(*"Hi", "enter")
        await until(lambda: problem_of(screen), pilot)
        assert "type a model's id" in problem_of(screen)
        assert screen.query_one("Prompt").text == "Hi"
        await pilot.press("escape")
        await type_model(pilot, screen, "org/my-model")
        assert "org/my-model" in str(screen.query_one("#chat-header").render())
        await pilot.press("enter")
        await until(lambda: last(screen) and last(screen).note, pilot)
        assert last(screen).text == "Ahoy"
        assert asked(server) == [("org/my-model", "Hi")]


@pytest.mark.parametrize("jobs", [ABSENT["llama.cpp"], FAILING["restricted key"]])
async def test_a_model_is_chosen_where_the_jobs_do_not_come(
    app_home: Path, server: FaultServer, jobs: Any
) -> None:
    listing(server, {"id": "base-one"}, {"id": "base-two"})
    server.always[JOBS] = jobs
    answering(server)
    async with opened(app_home, server, "chat") as (pilot, screen):
        await until(lambda: screen.models.model == "base-one", pilot)
        assert problem_of(screen) == ""
        await pilot.press(*"Hi", "enter")
        await until(lambda: last(screen) and last(screen).note, pilot)
        await type_model(pilot, screen, "two")  # narrows, and takes the one that fits
        assert screen.models.model == "base-two"
        await pilot.press("escape", "m")
        await until(lambda: isinstance(pilot.app.screen, Choose) and pilot.app.focused, pilot)
        await pilot.press(*"base", "up", "enter")  # what is typed stands above the matches
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.models.model == "base"
        await pilot.press("escape", "m")
        await until(lambda: isinstance(pilot.app.screen, Choose) and pilot.app.focused, pilot)
        assert pilot.app.screen.listed[0].remark == "as typed"
        await pilot.press("enter")  # the model in use is under the cursor, listed or not
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.models.model == "base"


async def test_a_model_that_answered_is_there_the_next_time(
    app_home: Path, server: FaultServer
) -> None:
    server.always |= {MODELS: ABSENT["plain text"], JOBS: ABSENT["plain text"]}
    answering(server)
    async with opened(app_home, server, "chat") as (pilot, screen):
        await type_model(pilot, screen, "phi")
        await pilot.press(*"Hi", "enter")
        await until(lambda: last(screen) and last(screen).note, pilot)
    async with opened(app_home, server, "chat") as (pilot, screen):
        await until(lambda: screen.models.model == "phi", pilot)


@pytest.mark.parametrize(
    ("mode", "faults", "words", "never"),
    [
        ("jobs", {JOBS: ABSENT["a 404 page"]}, "test offers no fine-tuning", "No jobs known"),
        ("jobs", {JOBS: ABSENT["200 and an error"]}, "test offers no fine-tuning", "No jobs yet"),
        ("jobs", {JOBS: FAILING["restricted key"]}, "Missing scopes", "No jobs known"),
        ("models", {JOBS: ABSENT["nothing"]}, "test offers no fine-tuning", "Press 3"),
        ("models", {JOBS: FAILING["restricted key"]}, "Missing scopes", "Press 3"),
        ("models", {JOBS: ABSENT["nothing"], MODELS: ABSENT["nothing"]}, "Chat (4)", "Press 3"),
        ("files", {JOBS: ABSENT["with a code"]}, "test offers no fine-tuning", "u uploads"),
        ("files", {JOBS: ABSENT["vLLM"], FILES: ABSENT["vLLM"]}, "takes no files", "u uploads"),
    ],
)
async def test_what_is_not_offered_is_said_where_one_looks_for_it(
    app_home: Path, server: FaultServer, mode: str, faults: Any, words: str, never: str
) -> None:
    listing(server, {"id": "base-one", "created": 0})
    server.lists["/files"] = lambda _: {"data": []}
    server.always |= faults
    if MODELS in faults:
        del server.lists["/models"]
    if FILES in faults:
        del server.lists["/files"]
    async with opened(app_home, server, mode) as (pilot, screen):
        await until(lambda: words in listed(screen), pilot)
        assert never not in listed(screen)
        assert max(map(len, listed(screen).split("\n"))) <= 78
        if "restricted" not in words and "scopes" not in words:
            assert problem_of(screen) == ""
        if mode == "models" and MODELS not in faults:
            await pilot.press("t")
            await until(lambda: "base-one" in listed(screen), pilot)
            assert "1970" not in listed(screen)


async def test_a_model_is_typed_into_a_job_where_none_is_listed(
    app_home: Path, server: FaultServer
) -> None:
    server.always |= {MODELS: NO_MODELS["hung up after the head"]}
    async with opened(app_home, server, "jobs") as (pilot, _):
        await until(lambda: server.count(JOBS), pilot)
        await pilot.press("n")
        await until(lambda: isinstance(pilot.app.screen, NewJob), pilot)
        form = pilot.app.screen
        await until(lambda: pilot.app.focused and pilot.app.focused.id == "training", pilot)
        await pilot.press("tab", "tab")
        await until(lambda: pilot.app.focused.id == "model", pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Choose) and pilot.app.focused, pilot)
        await pilot.press(*"my-base", "enter")
        await until(lambda: pilot.app.screen is form and form.draft.model == "my-base", pilot)


@pytest.mark.parametrize("mode", ["chat", "jobs", "models", "files"])
async def test_every_screen_tells_until_when_to_wait(
    app_home: Path, server: FaultServer, mode: str
) -> None:
    busy = reply(503, problem("overloaded"), retry_after="600")
    server.always |= dict.fromkeys((JOBS, MODELS, FILES, CHAT), busy)
    async with opened(app_home, server, mode) as (pilot, screen):
        await until(lambda: problem_of(screen), pilot)
        assert "overloaded" in problem_of(screen)
        assert "asks to wait until" in problem_of(screen)


async def test_what_broke_an_answer_off_stands_below_it(
    app_home: Path, server: FaultServer
) -> None:
    listing(server, {"id": "base"})
    server.fault(
        CHAT,
        stream(said("half "), said("an"), b'data: {"choi'),
        stream(said("some"), b'data: {"error": {"message": "GPU fell off", "code": "gpu"}}\n\n'),
    )
    async with opened(app_home, server, "chat") as (pilot, screen):
        await until(lambda: screen.models.model, pilot)
        await pilot.press(*"Hi", "enter")
        await until(lambda: last(screen) and last(screen).note, pilot)
        assert last(screen).text == "half an"
        assert last(screen).note.startswith("cut off: the stream ended in the middle of a chunk")
        assert problem_of(screen) == ""
        await pilot.press("escape", "r")
        await until(lambda: last(screen).text == "some" and last(screen).note, pilot)
        assert last(screen).note.startswith("cut off: GPU fell off (gpu)")


async def test_an_answer_that_stalls_is_told_by_the_second(
    app_home: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing(server, {"id": "base"})
    server.fault(CHAT, stream(said("once"), endless=True))
    async with opened(app_home, server, "chat") as (pilot, screen):
        await until(lambda: screen.models.model, pilot)
        now = [100.0]
        screen.answers.clock = lambda: now[0]
        notes: list[str] = []
        monkeypatch.setattr(screen, "note", notes.append)
        frames = 0

        def paint() -> None:
            nonlocal frames
            frames += 1
            Answering.paint(screen.answers)

        monkeypatch.setattr(screen.answers, "paint", paint)
        await pilot.press(*"Hi", "enter")
        await until(lambda: last(screen) and last(screen).text == "once", pilot)
        for at, said_then in ((109.9, []), (110.1, ["no text for 10 s; esc stops"])):
            now[0], before = at, frames
            await until(lambda before=before: frames > before + 4, pilot)
            assert notes == said_then  # once, however often it looks
        now[0] = 112.5
        await until(lambda: notes[-1] == "no text for 12 s; esc stops", pilot)
        await pilot.press("escape")
        await until(lambda: not screen.answers.under_way, pilot)
        assert notes[2:] == [""]
