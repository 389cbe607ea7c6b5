"""Servers without jobs, models or files: they can be chatted with, and nothing else is promised."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tests.faults.server import Fault, FaultServer, problem, reply, said, stream
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

    import pytest
    from textual.pilot import Pilot

KEYS = {"jobs": "3", "chat": "4", "models": "5", "files": "6", "compare": "7"}


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


async def test_a_model_is_typed_and_answers(app_home: Path, server: FaultServer) -> None:
    server.always |= {MODELS: NO_MODELS["a 404 page"], JOBS: ABSENT["FastAPI"]}
    answering(server)
    async with opened(app_home, server, "chat") as (pilot, screen):
        await pilot.press(*"Hi")
        for how, fault in NO_MODELS.items():
            server.always[MODELS] = fault
            looked = server.count(MODELS)
            screen.models.begin()  # as another provider does
            screen.models.look_for_default()
            await until(
                lambda looked=looked: server.count(MODELS) > looked and not screen.models.looking,
                pilot,
            )
            assert problem_of(screen) == "", how
            assert "no model" in str(screen.query_one("#chat-header").render()), how
            await pilot.press("enter")
            await until(lambda: problem_of(screen), pilot)
            assert "type a model's id" in problem_of(screen), how
            assert screen.query_one("Prompt").text == "Hi"
            await pilot.press("escape")
            await until(lambda: pilot.app.focused is screen.query_one("Prompt"), pilot)
        await type_model(pilot, screen, "org/my-model")
        assert "org/my-model" in str(screen.query_one("#chat-header").render())
        await pilot.press("enter")
        await until(lambda: last(screen) and last(screen).note, pilot)
        assert last(screen).text == "Ahoy"
        assert asked(server) == [("org/my-model", "Hi")]


async def test_a_model_is_chosen_where_the_jobs_do_not_come(
    app_home: Path, server: FaultServer
) -> None:
    listing(server, {"id": "base-one"}, {"id": "base-two"})
    server.always[JOBS] = FAILING["restricted key"]
    answering(server)
    async with opened(app_home, server, "chat") as (pilot, screen):
        await until(lambda: screen.models.model == "base-one", pilot)
        assert problem_of(screen) == ""
        server.always[JOBS] = ABSENT["llama.cpp"]
        screen.models.begin()
        screen.models.look_for_default()
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


async def test_what_is_not_offered_is_said_where_one_looks_for_it(
    app_home: Path, server: FaultServer
) -> None:
    listing(server, {"id": "base-one", "created": 0})
    server.lists["/files"] = lambda _: {"data": []}
    server.always[JOBS] = ABSENT["a 404 page"]
    refused = "Missing scopes"
    none = "test offers no fine-tuning"
    async with opened(app_home, server, "jobs") as (pilot, jobs):

        async def shows(words: str, never: str, refresh: str = "", **faults: Fault) -> None:
            lists = {"jobs": JOBS, "models": MODELS, "files": FILES}
            server.always |= {lists[name]: fault for name, fault in faults.items()}
            if refresh:
                await pilot.press("escape", refresh)
            screen: Any = pilot.app.screen
            await until(lambda: words in listed(screen), pilot)
            assert never not in listed(screen)
            assert max(map(len, listed(screen).split("\n"))) <= 78
            if words != refused:
                await until(lambda: problem_of(screen) == "", pilot)

        await shows(none, "No jobs known")
        await shows(refused, "No jobs known", "r", jobs=FAILING["restricted key"])
        await shows(none, "No jobs yet", "r", jobs=ABSENT["200 and an error"])
        server.always |= {JOBS: ABSENT["nothing"]}
        await pilot.press(KEYS["models"])
        await until(lambda: pilot.app.screen is not jobs, pilot)
        models: Any = pilot.app.screen
        await shows(none, "Press 3")
        await pilot.press("t")
        await until(lambda: "base-one" in listed(models), pilot)
        assert "1970" not in listed(models)
        await pilot.press("t")
        await shows(refused, "Press 3", "r", jobs=FAILING["restricted key"])
        await shows(none, "Press 3", "r", jobs=ABSENT["nothing"])
        del server.lists["/models"]
        await shows("Chat (4)", "Press 3", "r", models=ABSENT["nothing"])
        del server.lists["/files"]
        server.always |= {JOBS: ABSENT["vLLM"], FILES: ABSENT["vLLM"]}
        await pilot.press(KEYS["files"])
        await until(lambda: pilot.app.screen is not models, pilot)
        await shows("takes no files", "u uploads")
        server.lists["/files"] = lambda _: {"data": []}
        del server.always[FILES]
        await shows(none, "u uploads", "r", jobs=ABSENT["with a code"])
        # Where no model is listed, the form of a job takes one that is typed.
        server.always[MODELS] = NO_MODELS["hung up after the head"]
        await pilot.press(KEYS["jobs"])
        server.always.pop(JOBS)
        await pilot.press("r")
        await until(lambda: "No jobs yet" in listed(pilot.app.screen), pilot)
        await pilot.press("n")
        await until(lambda: isinstance(pilot.app.screen, NewJob), pilot)
        form: Any = pilot.app.screen
        await until(lambda: pilot.app.focused and pilot.app.focused.id == "training", pilot)
        await pilot.press("tab", "tab")
        await until(lambda: pilot.app.focused and pilot.app.focused.id == "model", pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Choose) and pilot.app.focused, pilot)
        await pilot.press(*"my-base", "enter")
        await until(lambda: pilot.app.screen is form and form.draft.model == "my-base", pilot)


async def test_every_screen_tells_until_when_to_wait(app_home: Path, server: FaultServer) -> None:
    busy = reply(503, problem("overloaded"), retry_after="600")
    server.always |= dict.fromkeys((JOBS, MODELS, FILES, CHAT), busy)
    async with opened(app_home, server, "jobs") as (pilot, _):
        for mode in ("jobs", "models", "files", "chat", "compare"):
            if mode == "compare":
                await pilot.press("escape", "escape")  # the error, then the prompt
            await pilot.press(KEYS[mode])
            screen: Any = pilot.app.screen
            assert type(screen).__name__ == f"{mode.title()}Screen"
            await until(lambda screen=screen: problem_of(screen), pilot)
            assert "overloaded" in problem_of(screen), mode
            assert "asks to wait until" in problem_of(screen), mode


async def test_compare_says_why_no_models_came_and_what_to_do_until_they_come(
    app_home: Path, server: FaultServer
) -> None:
    server.always |= {MODELS: reply(401, problem("wrong key")), JOBS: ABSENT["FastAPI"]}
    async with opened(app_home, server, "compare") as (pilot, screen):
        await until(lambda: "wrong key" in problem_of(screen), pilot)
        assert screen.error.next_step
        listing(server, {"id": "base-one"}, {"id": "base-two"})
        del server.always[MODELS]
        await pilot.press("escape", "escape", KEYS["files"])  # the error, the prompt
        await until(lambda: pilot.app.screen is not screen, pilot)
        await pilot.press(KEYS["compare"])
        await until(lambda: len(screen.context.comparison.columns) == 2, pilot)
        assert problem_of(screen) == ""
        # A server that only lists none is no error: a model's id can be typed.
        screen.context.comparison.columns.clear()
        server.always[MODELS] = NO_MODELS["a 404 page"]
        looked = server.count(MODELS)
        screen.candidates.look_for_default()
        await until(lambda: server.count(MODELS) > looked, pilot)
        await pilot.app.workers.wait_for_complete()
        assert problem_of(screen) == ""


async def test_what_broke_an_answer_off_stands_below_it_and_a_stall_is_told(
    app_home: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
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
        # One that stalls says so by the second.
        server.fault(CHAT, stream(said("once"), endless=True))
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
        await pilot.press("i", *"Hi", "enter")
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
