"""What Compare asks of whom: the models' own files, the dataset's system prompt, a judge."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tests.chat_server import ChatServer, chat_server, refused
from tests.screens.chatting import in_words
from tests.screens.test_compare import (
    BASE,
    LISTED,
    OLD,
    TUNED,
    answered,
    compare_screen,
    dataset,
    finished_run,
    names,
    on_screen,
    rule,
    run_open_dataset,
    texts,
    type_prompt,
)
from tests.until import narrow, opened, until
from tui.core.dataset.fingerprints import content_key
from tui.core.dataset.from_answers import Origin
from tui.screens.chat import ChatScreen
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.chat.parameters.dialog import ParametersDialog
from tui.screens.compare import CompareScreen
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.editor import TextEditor
from tui.services.store.tables.files_table import UploadRecord
from tui.services.store.tables.seen_jobs_table import SeenJob
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path


SYSTEM = "Answer as a librarian."


server = chat_server(rule, LISTED)


def with_system(path: Path) -> Path:
    lines = [
        {
            "messages": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": f"q{n}"},
                {"role": "assistant", "content": f"ft:b says q{n}"},
            ]
        }
        for n in range(4)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def asked(server: ChatServer) -> list[list[str]]:
    return [[m["content"] for m in body["messages"]] for body in server.bodies]


async def test_the_files_of_the_models_jobs_and_the_one_beside_are_offered(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    train = dataset(tmp_path / "a_train.jsonl")
    dataset(tmp_path / "a_valid.jsonl", 3)
    used, gone = with_system(tmp_path / "used.jsonl"), tmp_path / "gone.jsonl"
    with used.open("a") as file:
        bare = {"messages": [{"role": "user", "content": "bare"}]}
        file.write(json.dumps(bare) + "\n")
    async with compare_screen(app_home, server.url, (120, 36), train) as (pilot, screen):
        store, profile = screen.workspace.store, screen.workspace.profile.name
        for file_id, path in (("file-v", used), ("file-t", gone)):
            record = UploadRecord(file_id, path.name, str(path), "0", 1, "fine-tune", 1)
            await store.files.add(profile, record)
        job = {
            "id": "ftjob-1", "object": "fine_tuning.job", "status": "succeeded", "model": BASE,
            "created_at": 1, "fine_tuned_model": TUNED, "training_file": "file-t",
            "validation_file": "file-v",
        }  # fmt: skip
        await store.seen_jobs.keep_jobs(
            profile, [SeenJob(job, "ftjob-1", "succeeded", None, 1, 1)], 1
        )
        await pilot.press("escape", "e")
        await opened(pilot, Choose)
        shown = in_words(on_screen(pilot.app))
        assert "a_train.jsonl, 6 examples" in shown
        assert f"used.jsonl validation file of {TUNED}"[:39] in shown
        assert "a_valid.jsonl validation file beside a_train.jsonl" in shown
        assert "gone.jsonl" not in shown, "it is not there any more"
        await narrow(pilot, "used")
        await opened(pilot, RunForm)
        await pilot.press("ctrl+s")
        await finished_run(pilot, screen)
        # Each example keeps its own system prompt.
        found = {texts[-1]: texts[:-1] for texts in asked(server)}
        assert sorted(found) == ["bare", "q0", "q1", "q2", "q3"]
        assert found["q0"] == [SYSTEM]
        assert found["bare"] == []


async def test_the_marked_examples_are_offered_first(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "dbD.jsonl", 20)
    async with compare_screen(app_home, server.url, path=data) as (pilot, screen):
        # Keys typed behind e wait for its dialog: what it offers is looked up on the disk first,
        # and d, b and D are commands of the columns.
        service, lock = screen.workspace.compare, asyncio.Event()
        looked = service.files_of

        async def slow(models: Any) -> Any:
            await lock.wait()
            return await looked(models)

        service.files_of = slow
        await pilot.press("escape")
        for one in ("e", "d", "b", "D"):
            pilot.app.post_message(_key(one))
        lock.set()
        await opened(pilot, Choose)
        await until(lambda: pilot.app.screen.query_one("Input").value == "dbD", pilot)
        assert names(screen) == [BASE, TUNED]
        assert not screen.context.comparison.blind
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is screen, pilot)
        await pilot.press("escape", "1")
        await until(lambda: pilot.app.focused is not None, pilot)
        await pilot.press("down", "space", "space", "C")
        await until(lambda: pilot.app.screen is screen, pilot)
        await until(lambda: screen.context.comparison.prompt is not None, pilot)
        await until(lambda: pilot.app.focused is screen.view.panes[0].text, pilot)
        await pilot.press("e")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        assert "2 marked examples of dbD.jsonl" in on_screen(pilot.app)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunForm), pilot)
        await pilot.press("ctrl+s")
        await finished_run(pilot, screen)
        assert [row.prompt.line for row in screen.pane.rows] == [2, 3]
        assert {question for _, question in server.asked} == {"q1", "q2"}


async def test_what_is_typed_takes_the_system_prompt_of_the_dataset_as_in_chat(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = with_system(tmp_path / "d.jsonl")
    async with compare_screen(app_home, server.url, (120, 36), data) as (pilot, screen):
        await type_prompt(pilot, "hello")
        await answered(pilot, screen)
        assert asked(server) == [[SYSTEM, "hello"]] * 2
        await until(lambda: "system prompt from d.jsonl" in on_screen(pilot.app), pilot)
        # One of its own stands in its place, for the same question asked again; none is none.
        for typed in ("Be brief.", ""):
            server.bodies.clear()
            await pilot.press("escape", "s")
            editor = await opened(pilot, TextEditor)
            editor.query_one("TextArea").text = typed
            await pilot.press("ctrl+s")
            await opened(pilot, CompareScreen)
            await pilot.press("r")
            await answered(pilot, screen)
            assert asked(server) == [[*filter(None, [typed]), "hello"]] * 2


async def test_without_a_column_a_model_is_asked_for_and_keys_go_to_the_dialog(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl")
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        await pilot.press("escape", "D", "D")
        said: list[str] = []
        tell = screen.context.tell
        screen.context.tell = lambda text, **_: said.append(text)
        await pilot.press("w", "D", "c")
        await until(lambda: len(said) == 3, pilot)
        assert {*said} == {"There is no column yet: a adds one."}
        screen.context.tell = tell
        asks = {"a": CompareScreen, "m": CompareScreen, "t": ParametersDialog, "e": Choose}
        for key, asked in asks.items():
            assert names(screen) == []
            await pilot.press(key, *"typed-one", "enter")
            await until(lambda: names(screen) == ["typed-one"], pilot)
            assert screen.query_one(ErrorPanel).failure is None
            await opened(pilot, asked)
            if asked is not CompareScreen:
                await pilot.press("escape")
                await until(lambda: pilot.app.screen is screen, pilot)
            await pilot.press("D")


def _key(name: str) -> Any:
    from textual.events import Key

    return Key(name, name)


async def test_where_an_example_came_from_is_shown_and_opened_from_datasets(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "d.jsonl")
    async with compare_screen(app_home, server.url, (120, 36), data) as (pilot, screen):
        await run_open_dataset(pilot, screen)
        run = screen.results.looked_at.id
        store = screen.workspace.store
        lines = data.read_bytes().splitlines()
        chat = Origin("chat", "1", model=TUNED)
        await store.origins.add(content_key(lines[0]), str(data), Origin("run", run, 5, BASE))
        await store.origins.add(content_key(lines[1]), str(data), chat)
        await store.origins.add(content_key(lines[2]), str(data), Origin("chat", "99"))
        await pilot.press("1")
        datasets = pilot.app.screen
        said = lambda: str(datasets.query_one("#conversation-pane").border_subtitle)  # noqa: E731
        await pilot.press("j", "k")
        await until(lambda: f"from run {run}, line 5, answered by {BASE}" in said(), pilot)
        await pilot.press("O")
        await opened(pilot, CompareScreen)
        await until(lambda: screen.shows_results and screen.results.current, pilot)
        await until(lambda: screen.results.current.prompt.line == 5, pilot)
        # A chat: opened where it was.
        await pilot.press("4")
        await opened(pilot, ChatScreen)
        await until(lambda: pilot.app.screen.models.model, pilot)
        await pilot.press("i")
        pilot.app.screen.query_one(Prompt).fill("kept?")
        await pilot.press("enter")
        await until(lambda: pilot.app.screen.session.id == 1, pilot)
        await until(lambda: not pilot.app.screen.answers.under_way, pilot)
        await pilot.press("escape", "n", "1", "j")
        await until(lambda: f"from chat 1, answered by {TUNED}" in said(), pilot)
        await pilot.press("O")
        await opened(pilot, ChatScreen)
        await until(lambda: pilot.app.screen.session.id == 1, pilot)
        # One deleted since, and an example of no answer, are said.
        await pilot.press("1", "j")
        await until(lambda: "from chat 99" in said(), pilot)
        await pilot.press("O")
        panel = datasets.query_one(ErrorPanel)
        await until(lambda: panel.failure and "there is no chat 99" in panel.failure.cause, pilot)
        await pilot.press("escape", "j")
        await until(lambda: "from" not in said(), pilot)
        await pilot.press("O")
        await until(lambda: panel.failure and "not made of an answer" in panel.failure.cause, pilot)


async def test_a_model_judges_a_run_and_picks_are_kept_with_it(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    def rule(model: str, question: str) -> str:
        if model != OLD:
            return f"{model[:4]} says {question}"
        answers = json.loads(question.rpartition("\n\n")[0])["answers"]
        scores = {letter: 9 if text.startswith("ft:b") else 4 for letter, text in answers.items()}
        return json.dumps({"scores": scores})

    server.rule = rule
    data = dataset(tmp_path / "d.jsonl", 4)
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        await run_open_dataset(pilot, screen)
        await pilot.press("J", *"old")
        await opened(pilot, Choose)
        await pilot.press("enter")
        editor = await opened(pilot, TextEditor)
        editor.query_one("TextArea").text = "What counts is the beginning."
        await pilot.press("ctrl+s")
        await until(
            lambda: (
                all(r.measures.judge is not None for r in screen.results.looked_at.rows.values())
                and not screen.results.looked_at.judging
            ),
            pilot,
        )
        rubrics = {b["messages"][0]["content"] for b in server.bodies if b["model"] == OLD}
        assert rubrics == {"What counts is the beginning."}
        await until(lambda: "judge" in screen.results.looked_at.listing.measures(), pilot)
        while screen.results.looked_at.listing.measure != "judge":
            await pilot.press("z")
        await until(lambda: "90 %" in on_screen(pilot.app), pilot)
        # The pick of a row is kept with the run.
        await pilot.press("enter")
        await until(lambda: len(texts(screen)) >= 2 and not screen.shows_results, pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("w")
        run = screen.results.looked_at.id

        async def picks() -> list[Any]:
            rows, _ = await screen.workspace.store.comparisons.rows(run)
            return sorted(r.measures.picked for r in rows if r.measures.picked is not None)

        await until(lambda: "picked" in screen.results.looked_at.listing.measures(), pilot)
        for _ in range(200):
            if await picks() == [0.0, 1.0]:
                break
            await pilot.pause()
        assert await picks() == [0.0, 1.0]
        # From the prompt it is still a row of the run; answers asked for again are none of it.
        kept = screen.results.looked_at
        before = screen.context.comparison.winner
        await pilot.press("i", "escape", "tab", "w")
        await until(lambda: screen.context.comparison.winner is not before, pilot)
        first = {slot: row.measures.picked for slot, row in kept.rows.items()}
        assert sorted(p for p in first.values() if p is not None) == [0.0, 1.0]
        other = next(slot.model for slot, picked in first.items() if picked)
        assert other == screen.context.comparison.winner.candidate.name
        await pilot.press("r")
        await answered(pilot, screen)
        assert screen.context.comparison.winner is None
        await pilot.press("w")
        await until(lambda: screen.context.comparison.winner is not None, pilot)
        assert {slot: row.measures.picked for slot, row in kept.rows.items()} == first


async def test_a_run_that_waits_says_so_once_and_has_no_price_before_an_answer(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    """Four requests are held back by one pause."""
    waits = [True] * 4

    def rule(model: str, question: str) -> Any:
        if waits:
            waits.pop()
            return refused(429, "slow down", **{"Retry-After": "1"})
        return f"{model[:4]} says {question}"

    server.rule = rule
    data = dataset(tmp_path / "d.jsonl", 4)
    async with compare_screen(app_home, server.url, (120, 36), data) as (pilot, screen):
        said: list[str] = []
        tell = screen.context.tell
        screen.context.tell = lambda text, **more: (said.append(text), tell(text, **more))
        await pilot.press("escape", "e")
        await opened(pilot, Choose)
        await pilot.press("enter")
        await opened(pilot, RunForm)
        await pilot.press("ctrl+s")
        await until(lambda: "No answer has come yet." in on_screen(pilot.app), pilot)
        assert "0 of 8 answers · asking" in on_screen(pilot.app)
        assert "unknown" in on_screen(pilot.app)
        await finished_run(pilot, screen)
        held = [text for text in said if "asks to wait" in text]
        assert len(held) == len({*held}) >= 1
        assert screen.results.looked_at.answered == 8
