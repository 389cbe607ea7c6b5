"""Compare by keyboard: side by side, all stopped together, blind, differences, whole datasets."""

from __future__ import annotations

import json
import re
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from tests.chat_server import ChatServer, chat_server, refused
from tests.screens.conftest import TunedLab, use_profile
from tests.screens.slow_provider import slow_provider
from tests.until import narrow, on_screen, toasts, until
from tui.app import FinetuiApp
from tui.screens.chat import ChatScreen
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.compare import CompareScreen
from tui.screens.compare.results.form import RunForm
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.path import PathDialog
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

BASE, TUNED, OLD = "base-one", "ft:base-one:me:fern:abc", "ft:base-one:me:old:xyz"
SIZES = [(80, 24), (120, 36)]
LISTED = (BASE, OLD, TUNED)


def rule(model: str, question: str) -> str:
    return f"{model[:4]} says {question}"


server = chat_server(rule, LISTED)


@asynccontextmanager
async def compare_screen(
    home: Path, url: str, size: tuple[int, int] = (80, 24), path: Path | None = None
) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    use_profile(home, url)
    app = FinetuiApp(str(path) if path else None)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        if path is not None:
            await until(lambda: app.workspace.datasets.current is not None, pilot)
        await pilot.press("7")
        await until(lambda: isinstance(app.screen, CompareScreen), pilot)
        await until(lambda: names(app.screen) == [BASE, TUNED], pilot)
        yield pilot, app.screen


def names(screen: Any) -> list[str]:
    return [column.candidate.name for column in screen.context.comparison.columns]


def texts(screen: Any) -> list[str]:
    """The text of each column as it is shown."""
    shown = [pane for pane in screen.view.panes if pane.display]
    return ["\n".join(turn.text for turn in pane.text.turns) for pane in shown]


def titles(screen: Any) -> list[str]:
    return [str(pane.border_title) for pane in screen.view.panes if pane.display]


async def type_prompt(pilot: Pilot[Any], text: str) -> None:
    """Type into the prompt as a paste does, and send it."""
    await pilot.press("i")
    pilot.app.screen.query_one(Prompt).fill(text)
    await pilot.press("enter")


async def choose(pilot: Pilot[Any], key: str, words: str) -> None:
    """Press a key that asks something, and answer it."""
    await pilot.press(key)
    await until(lambda: pilot.app.screen.query(Input), pilot)
    await narrow(pilot, words)


async def answered(pilot: Pilot[Any], screen: Any) -> None:
    await until(lambda: not screen.asking.under_way, pilot)


def dataset(path: Path, count: int = 6) -> Path:
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"q{n}"},
                {"role": "assistant", "content": f"base says q{n}" if n % 2 else f"ft:b says q{n}"},
            ]
        }
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


async def test_one_prompt_is_answered_by_two_models_side_by_side(
    app_home: Path, server: ChatServer
) -> None:
    async with compare_screen(app_home, server.url, (80, 24)) as (pilot, screen):
        assert "all of these models answer it" in on_screen(pilot.app)
        await type_prompt(pilot, "hello")
        await answered(pilot, screen)
        assert "all of these models" not in on_screen(pilot.app)
        assert texts(screen) == ["base says hello", "ft:b says hello"]
        assert "3 tokens" in str(screen.view.panes[0].border_subtitle)
        assert "price unknown" in str(screen.view.panes[0].border_subtitle)
        assert {model for model, _ in server.asked} == {BASE, TUNED}
        shown = on_screen(pilot.app)
        assert "base says hello" in shown
        assert "ft:b says hello" in shown
        await pilot.press("escape", "d")
        await until(lambda: texts(screen) == ["base says hello", "«ft:b» says hello"], pilot)
        await pilot.press("d")
        assert texts(screen) == ["base says hello", "ft:b says hello"]
        # The same for other columns: one more model, then one less.
        await pilot.press("a")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await narrow(pilot, "old")
        await until(lambda: names(screen) == [BASE, TUNED, OLD], pilot)
        await pilot.press("r")
        await answered(pilot, screen)
        assert texts(screen)[2] == "ft:b says hello"
        first, second = (screen.view.panes[at] for at in (0, 1))
        assert second.region.y > first.region.y
        await pilot.resize_terminal(120, 36)
        await until(lambda: second.region.y == first.region.y, pilot)
        await pilot.press("D")
        assert len(names(screen)) == 2


async def test_all_answers_come_at_once_and_esc_stops_them_together(app_home: Path) -> None:
    async with (
        slow_provider() as provider,
        compare_screen(app_home, provider.base_url) as (pilot, screen),
    ):
        await type_prompt(pilot, "hello")
        await until(lambda: len(provider.asked) == 2, pilot)
        provider.say("one ", "two ", "three ", "four ")
        said = {"one", "two", "three", "four"}
        await until(lambda: {*" ".join(texts(screen)).split()} == said, pilot)
        assert all(text.strip() for text in texts(screen))
        await pilot.press("escape")
        await until(lambda: provider.hung_up == 2, pilot)
        await answered(pilot, screen)
        assert {*" ".join(texts(screen)).split()} == said
        remarks = [turn.remark for pane in screen.view.panes[:2] for turn in pane.text.turns]
        assert remarks == ["stopped", "stopped"]


async def test_a_model_that_is_refused_leaves_the_other_ones_answer_and_equal_ones_are_one(
    app_home: Path, server: ChatServer
) -> None:
    server.rule = lambda model, _: "fine" if model == BASE else refused(400, "[/b] no such thing")
    said = iter(["yes", "no", "yes", "yes"])
    lock = threading.Lock()

    def rule(model: str, _: str) -> str:
        with lock:
            return next(said) if model == BASE else "always"

    async with compare_screen(app_home, server.url) as (pilot, screen):
        await type_prompt(pilot, "hello")
        await answered(pilot, screen)
        assert texts(screen) == ["fine", ""]
        assert "[/b] no such thing" in screen.view.panes[1].text.turns[0].note
        assert "[/b] no such thing" in on_screen(pilot.app)
        # Of several tries, the same answers are one.
        server.rule = rule
        await pilot.press("escape")
        await choose(pilot, "n", "4")
        await type_prompt(pilot, "hello")
        await answered(pilot, screen)
        turns = screen.view.panes[0].text.turns
        assert [(turn.text, turn.remark) for turn in turns] == [
            ("yes", "3 × the same"), ("no", "once"),
        ]  # fmt: skip
        assert [turn.remark for turn in screen.view.panes[1].text.turns] == ["4 × the same"]


async def test_blind_hides_the_names_until_a_winner_is_picked(
    app_home: Path, server: ChatServer
) -> None:
    server.rule = lambda model, _: "short" if model == BASE else "much longer"
    async with compare_screen(app_home, server.url) as (pilot, screen):
        await type_prompt(pilot, "before")
        await answered(pilot, screen)
        await pilot.press("escape", "b")
        # Answers that came under their names stay, and stay named.
        assert texts(screen) == ["short", "much longer"]
        assert titles(screen) == [BASE, TUNED]
        for asked in range(1, 4):
            await type_prompt(pilot, "hello")
            await answered(pilot, screen)
            assert titles(screen) == ["A", "B"]
            assert "ms" not in str(screen.view.panes[0].border_subtitle)
            for name in (BASE, TUNED):
                assert name not in on_screen(pilot.app)
            await pilot.press("escape")
            for key in "mtc":  # would show a name
                await pilot.press(key)
                await until(lambda: "Names are hidden" in "".join(toasts(pilot.app)), pilot)
                assert pilot.app.screen is screen
                pilot.app.clear_notifications()
            at = texts(screen).index("short")
            screen.view.panes[at].text.focus()
            await pilot.press("w")
            assert titles(screen)[at].startswith(f"★ {BASE}")
            assert f"{BASE} {asked} : 0 {TUNED}" in on_screen(pilot.app)


async def test_a_dataset_is_asked_looked_through_and_gone_back_to(
    app_home: Path, server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUI_START", "back")
    data = dataset(tmp_path / "valid.jsonl")
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        await run_open_dataset(pilot, screen)
        shown = on_screen(pilot.app)
        assert "6 prompts" in shown
        assert "50.0 %" in shown  # each of the two is right on every second
        head, *models = (
            line.strip(" ┃│")
            for line in shown.splitlines()
            if " p95 s" in line or ("%" in line and "unknown" in line)
        )
        assert head.endswith("cost")
        assert {len(line) for line in models} == {len(head)}, "numbers end where their head does"
        assert "against base-one, similarity: better on 3, worse on 3, equal on 0" in (
            " ".join(shown.replace("│", " ").replace("┃", " ").split())
        )
        # What is not in view is not changed.
        asked, columns = len(server.asked), names(screen)
        comparison = screen.context.comparison
        for key in ("D", "r", "n", "a", "m", "t", "d", "b"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            assert toasts(pilot.app) == ["That is for the columns: v goes to them."], key
            assert pilot.app.screen is screen
        await pilot.press("w")
        assert "enter opens the answers side by side" in toasts(pilot.app)[-1]
        assert (names(screen), comparison.diff, comparison.blind) == (columns, "off", False)
        assert len(server.asked) == asked
        # Where no prompt is in view either, nothing is done with what the columns hold unseen.
        await choose(pilot, "f", "fail")
        await until(lambda: screen.results.current is None, pilot)
        for key in ("p", "P", "E", "c"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            assert toasts(pilot.app) == ["No prompt is shown here: v goes to the columns."], key
            assert pilot.app.screen is screen
        await choose(pilot, "f", "all")
        await until(lambda: screen.results.current is not None, pilot)
        # Nor are the results while the columns are in view, also by the palette.
        measure = screen.results.looked_at.listing.measure
        await pilot.press("v")
        for key in ("z", "o", "f", "A", "x", "J"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            assert toasts(pilot.app) == ["That is for the results of the run: v goes to them."], key
        pilot.app.clear_notifications()
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await narrow(pilot, "next measure")
        await until(lambda: toasts(pilot.app), pilot)
        assert toasts(pilot.app) == ["That is for the results of the run: v goes to them."]
        assert screen.results.looked_at.listing.measure == measure
        await pilot.press("D")
        assert len(names(screen)) == len(columns) - 1
        await pilot.press("v")
        await until(lambda: screen.shows_results, pilot)
        # The results are ordered, and narrowed.
        await pilot.press("z")
        await until(lambda: screen.results.looked_at.listing.measure == "exact", pilot)
        # Worse than the first model first.
        await choose(pilot, "o", "worse")
        await until(lambda: [r.prompt.line for r in screen.pane.rows][:3] == [2, 4, 6], pilot)
        await choose(pilot, "f", "first model is better")
        await until(lambda: len(screen.pane.rows) == 3, pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("down", "enter")
        assert not screen.shows_results
        await until(lambda: texts(screen) == ["base says q3", "«ft:b» says q3"], pilot)
        assert "expected" in on_screen(pilot.app)
        await pilot.press("r")  # the same once more, of the models of the run
        await answered(pilot, screen)
        assert server.asked[-1][1] == "q3"
        await pilot.press("escape")
        assert screen.shows_results
        # Written to a file.
        await pilot.press("x")
        await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
        await narrow(pilot, str(tmp_path / "out.csv"))
        await until((tmp_path / "out.csv").exists, pilot)
        lines = (tmp_path / "out.csv").read_text().splitlines()
        assert len(lines) == 13
        assert lines[0].startswith("line,model,repeat,prompt,reference,answer,exact")
        run, at = screen.results.looked_at.id, screen.results.current.prompt.line
    app = FinetuiApp()  # the next start looks at the same
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.current_mode == "compare" and app.screen.results.current, pilot)
        results, listing = app.screen.results, app.screen.results.looked_at.listing
        await until(lambda: results.current.prompt.line == at, pilot)
        looked = (listing.measure, listing.order, listing.shown)
        assert (results.looked_at.id, *looked) == (run, "exact", "worse", "worse")
        assert (app.screen.shows_results, len(app.screen.pane.rows)) == (True, 3)


async def test_a_long_prompt_stands_apart_from_the_values_of_its_row(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = tmp_path / "valid.jsonl"
    answer = {"role": "assistant", "content": "no"}
    words = ("long", "長い長い")
    questions = [{"role": "user", "content": f"{word} " * 40} for word in words]
    rows = [json.dumps({"messages": [question, answer]}) for question in questions]
    data.write_text("".join(f"{row}\n" for row in rows))
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        await run_open_dataset(pilot, screen)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            shown = on_screen(pilot.app).splitlines()
            for number, word in enumerate(words, 1):
                row = next(line for line in shown if f" {number} {word}" in line)
                assert re.search(r"… +[\d.]+ % +[\d.]+ % ", row), size
        # What bills is asked about first: here it may be too much.
        asked = len(server.asked)
        await pilot.press("v", "e")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunForm), pilot)
        assert "how many, from the first; empty: all" in on_screen(pilot.app)
        await pilot.press("down", "down", "down", "1", "ctrl+s")
        await until(lambda: isinstance(pilot.app.screen, GoOn), pilot)
        assert "no price is known" in on_screen(pilot.app)
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is screen, pilot)
        assert len(server.asked) == asked


async def run_open_dataset(pilot: Pilot[Any], screen: Any) -> None:
    await pilot.press("escape", "e")
    await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, RunForm), pilot)
    await pilot.press("ctrl+s")
    await finished_run(pilot, screen)


async def finished_run(pilot: Pilot[Any], screen: Any) -> None:
    await until(lambda: screen.shows_results and not screen.running.under_way, pilot)
    await until(lambda: len(screen.pane.rows), pilot)


async def test_from_the_worst_answer_to_chat_and_to_a_pair(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "valid.jsonl")
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        await run_open_dataset(pilot, screen)
        await choose(pilot, "o", "worse")
        await until(lambda: [r.prompt.line for r in screen.pane.rows][:1] == [2], pilot)
        await pilot.press("enter")
        await until(lambda: not screen.shows_results, pilot)
        assert screen.context.comparison.prompt.title == "q1"
        await pilot.press("c")
        await until(lambda: isinstance(pilot.app.screen, ChatScreen), pilot)
        chat: Any = pilot.app.screen
        await until(
            lambda: [t.text for t in chat.query_one(Conversation).turns] == ["q1", "base says q1"],
            pilot,
        )
        assert chat.models.model == BASE
        # Back again: the base has won, and the pair goes to a file of its own.
        await pilot.resize_terminal(120, 36)
        await pilot.press("7", "w", "p")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await narrow(pilot, "another file")
        await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
        await narrow(pilot, str(tmp_path / "pairs.jsonl"))
        await until((tmp_path / "pairs.jsonl").exists, pilot)
        pair = json.loads((tmp_path / "pairs.jsonl").read_text())
        assert pair["preferred_output"][0]["content"] == "base says q1"
        assert pair["non_preferred_output"][0]["content"] == "ft:b says q1"


async def test_a_run_is_stopped_gone_on_with_and_found_again(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "valid.jsonl", 30)
    gate = threading.Event()
    plain = server.rule
    server.rule = lambda model, question: (
        plain(model, question) if question in {"q0", "q1"} or gate.wait(60) else "late"
    )
    async with compare_screen(app_home, server.url, path=data) as (pilot, screen):
        await pilot.press("escape", "e")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, RunForm), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: screen.shows_results, pilot)
        looked_at = screen.results.looked_at
        await until(lambda: looked_at.answered == 4, pilot)
        await pilot.press("S")
        await until(lambda: not screen.running.under_way, pilot)
        gate.set()
        await until(lambda: "4 of 60 answers · stopped; S goes on" in on_screen(pilot.app), pilot)
        done = set(looked_at.rows)
        asked = len(server.asked)
        # Opened again from the list of earlier runs, as on another day.
        await pilot.press("l")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("enter")
        await until(lambda: screen.results.looked_at is not looked_at, pilot)
        await pilot.press("S")
        await until(lambda: screen.results.looked_at.missing == 0, pilot)
        await until(lambda: not screen.running.under_way, pilot)
        again = {(int(q[1:]) + 1, m) for m, q in server.asked[asked:]}
        assert not again & {(slot.line, slot.model) for slot in done}
        assert len(screen.results.looked_at.rows) == 60


async def test_an_earlier_run_stands_beside_a_new_one(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "valid.jsonl")
    async with compare_screen(app_home, server.url, (120, 36), data) as (pilot, screen):
        await run_open_dataset(pilot, screen)
        first = screen.results.looked_at.id
        server.rule = lambda *_: "something else"
        await pilot.press("v")
        await run_open_dataset(pilot, screen)
        assert screen.results.looked_at.id != first
        await pilot.press("A")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        assert "the same prompts" in on_screen(pilot.app)
        await pilot.press("enter")
        await until(lambda: len(screen.results.looked_at.names) == 4, pilot)
        await until(lambda: f"@{first}" in on_screen(pilot.app), pilot)
        await pilot.press("enter")
        assert [t.replace("«", "").replace("»", "") for t in texts(screen)] == [
            "something else", "something else", "base says q0", "ft:b says q0",
        ]  # fmt: skip
        await pilot.press("escape", "A")
        await until(lambda: len(screen.results.looked_at.names) == 2, pilot)


@pytest.mark.xdist_group("tuned_lab")
async def test_from_the_other_modes_with_a_real_lab(
    app_home: Path, tuned_lab: TunedLab, tmp_path: Path
) -> None:
    use_profile(app_home, tuned_lab.process.base_url, tuned_lab.process.api_key)
    app = FinetuiApp(str(dataset(tmp_path / "valid.jsonl", 3)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None and app.workspace.datasets.current, pilot)
        await until(lambda: app.focused is not None, pilot)
        await pilot.press("down", "C")
        await until(lambda: isinstance(app.screen, CompareScreen) and names(app.screen), pilot)
        screen: Any = app.screen
        await until(lambda: len(names(screen)) == 2, pilot)
        assert screen.context.comparison.prompt.title == "q1"
        assert "expected" in on_screen(app)
        # The keys work at once: the prompt has not got the focus.
        await until(lambda: app.focused is screen.view.panes[0].text, pilot)
        await pilot.press("r")
        await answered(pilot, screen)
        assert all(column.ended for column in screen.context.comparison.columns)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, ChatScreen), pilot)
        column = screen.context.comparison.columns[screen.context.focused]
        await until(lambda: app.screen.models.model == column.candidate.model, pilot)
        turns = app.screen.query_one(Conversation).turns
        assert [turn.text for turn in turns] == ["q1", column.first.text]
        await pilot.press("r")  # in Chat that is one more answer, beside it and the reference
        await until(lambda: not app.screen.answers.under_way, pilot)
        await until(lambda: "‹3/3›" in on_screen(app), pilot)
        await pilot.press("escape", "5")
        await until(lambda: app.screen.listed.models, pilot)
        newest = app.screen.listed.current.id
        await pilot.press("C")
        await until(lambda: app.screen is screen and newest in names(screen), pilot)
