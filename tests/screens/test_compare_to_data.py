"""What is compared becomes data by keyboard: pairs side by side, of a batch's rows, corrections."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from textual.widgets import TextArea

from tests.chat_server import ChatServer, chat_server
from tests.rows import rows_of
from tests.screens.chatting import in_words
from tests.screens.test_compare import (
    BASE,
    LISTED,
    OLD,
    TUNED,
    answered,
    compare_screen,
    dataset,
    names,
    on_screen,
    rule,
    run_open_dataset,
    texts,
    type_prompt,
)
from tests.until import narrow, opened, problem_of, question_of, toasts, until
from tui.screens.chat import ChatScreen
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import TextEditor
from tui.screens.dialogs.path import PathDialog
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from pathlib import Path


server = chat_server(rule, LISTED)


def pair(question: str, better: str, worse: str) -> dict[str, Any]:
    return {
        "input": {"messages": [{"role": "user", "content": question}]},
        "preferred_output": [{"role": "assistant", "content": better}],
        "non_preferred_output": [{"role": "assistant", "content": worse}],
    }


async def test_winner_and_loser_become_a_pair(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps(pair("old", "a", "b")) + "\n")
    async with compare_screen(app_home, server.url, (80, 24), pairs) as (pilot, screen):
        await pilot.press("escape", "p")
        await until(lambda: "Press w on the better answer" in problem_of(screen), pilot)
        await type_prompt(pilot, "hello")
        await answered(pilot, screen)
        await pilot.press("escape", "p")
        await until(lambda: "Press w on the better answer" in problem_of(screen), pilot)
        await pilot.press("tab", "w")
        await until(lambda: screen.context.comparison.winner is not None, pilot)
        assert problem_of(screen) == ""  # there is one now
        await pilot.press("p")
        await opened(pilot, Choose)
        await until(lambda: "pairs.jsonl open now" in in_words(on_screen(pilot.app)), pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("enter")
        document = screen.workspace.datasets.current
        await until(lambda: len(document) == 2, pilot)
        winner = screen.context.comparison.winner.candidate.name
        loser = TUNED if winner == BASE else BASE
        assert json.loads(document.line(1)) == pair(
            "hello", f"{winner[:4]} says hello", f"{loser[:4]} says hello"
        )
        await until(lambda: "row 2 of pairs.jsonl: not saved yet" in on_screen(pilot.app), pilot)
        (origin, *_), *_ = await screen.workspace.adding.origins(document.line(1))
        assert (origin.source, origin.model, origin.rejected) == ("comparison", winner, loser)
        await pilot.press("ctrl+z")
        await until(lambda: len(document) == 1, pilot)
        await pilot.press("p")  # without a question from now on
        await until(lambda: len(document) == 2, pilot)
        await pilot.press("1", "u")
        await until(lambda: len(document) == 1, pilot)


async def test_the_winner_against_each_of_the_others(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    path = tmp_path / "new.jsonl"
    async with compare_screen(app_home, server.url, (120, 36)) as (pilot, screen):
        # A typed correction becomes a pair.
        await pilot.press("escape", "E")
        await until(lambda: "Press r to ask" in problem_of(screen), pilot)
        await pilot.press("escape")
        await type_prompt(pilot, "hello")
        await answered(pilot, screen)
        await pilot.press("escape", "E")
        editor = await opened(pilot, TextEditor)
        assert editor.query_one(TextArea).text == "base says hello"
        editor.query_one(TextArea).text = "Good morning."
        await pilot.press("ctrl+s")
        await opened(pilot, PathDialog)
        await until(lambda: "enter adds to the file, or begins it" in on_screen(pilot.app), pilot)
        await narrow(pilot, str(path))
        await until(lambda: path.exists() and rows_of(path), pilot)
        assert rows_of(path) == [pair("hello", "Good morning.", "base says hello")]
        await until(lambda: "row 1 of new.jsonl: saved" in on_screen(pilot.app), pilot)
        (origin, *_), *_ = await screen.workspace.adding.origins(path.read_bytes())
        assert (origin.model, origin.rejected) == ("", BASE)
        # So does the winner, against each of the others.
        server.rule = lambda model, question: f"{model} says {question}"
        await pilot.press("a")
        await opened(pilot, Choose)
        await narrow(pilot, "old")
        await until(lambda: len(names(screen)) == 3, pilot)
        await type_prompt(pilot, "hello")
        await answered(pilot, screen)
        await pilot.press("escape", "w", "p")
        await opened(pilot, Choose)
        await narrow(pilot, "each of them")
        await until(lambda: len(rows_of(path)) == 3, pilot)
        winner = screen.context.comparison.winner.candidate.name
        worse = {row["non_preferred_output"][0]["content"] for row in rows_of(path)[1:]}
        assert worse == {f"{name} says hello" for name in (BASE, OLD, TUNED) if name != winner}


async def test_batch_worst_first_opened_in_chat_and_made_a_pair(
    app_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "valid.jsonl")
    pairs = tmp_path / "valid.pairs.jsonl"
    async with compare_screen(app_home, server.url, (80, 24), data) as (pilot, screen):
        await run_open_dataset(pilot, screen)
        await pilot.press("o")
        await opened(pilot, Choose)
        await narrow(pilot, "worse")
        await until(lambda: [r.prompt.line for r in screen.pane.rows][:3] == [2, 4, 6], pilot)
        # A row becomes a pair where it stands: base said what was expected, the tuned one not.
        await pilot.press("p")
        await opened(pilot, Choose)
        await until(lambda: "base-one over ft:base-one" in on_screen(pilot.app), pilot)
        assert "the expected answer over ft:base-one" in on_screen(pilot.app)
        await pilot.press("enter")
        await opened(pilot, Choose)
        await until(lambda: "beside valid.jsonl, which holds chats" in on_screen(pilot.app), pilot)
        await pilot.press("enter")
        await until(lambda: pairs.exists() and rows_of(pairs), pilot)
        assert rows_of(pairs) == [pair("q1", "base says q1", "ft:b says q1")]
        await until(lambda: toasts(pilot.app), pilot)
        (origin, *_), *_ = await screen.workspace.adding.origins(pairs.read_bytes())
        assert origin.words == (
            f"run {screen.results.looked_at.id}, line 2, answered by {BASE}, rejected: {TUNED}"
        )
        # The worst answer is opened in Chat, the expected one beside it: that is a pair too.
        await pilot.resize_terminal(120, 36)
        await pilot.press("down", "c")
        await until(lambda: isinstance(pilot.app.screen, ChatScreen), pilot)
        chat: Any = pilot.app.screen
        await until(lambda: len(chat.query_one(Conversation).turns) == 2, pilot)
        assert [turn.text for turn in chat.query_one(Conversation).turns] == ["q3", "ft:b says q3"]
        await until(lambda: chat.models.model == TUNED, pilot)
        await until(lambda: "reference: base says q3" in on_screen(pilot.app), pilot)
        await pilot.press("left", "p")
        await until(lambda: len(rows_of(pairs)) == 2, pilot)
        assert rows_of(pairs)[1] == pair("q3", "base says q3", "ft:b says q3")
        await pilot.press("p")
        assert "already there as row 2" in question_of(await opened(pilot, Confirm))
        await pilot.press("n")
        # Opened side by side, the winner is picked by hand.
        await until(lambda: pilot.app.screen is chat, pilot)
        await pilot.press("7", "down", "enter")
        await until(lambda: not screen.shows_results and texts(screen), pilot)
        await pilot.press("w", "p")
        await until(lambda: len(rows_of(pairs)) == 3, pilot)
        await until(lambda: "row 3 of valid.pairs.jsonl: saved" in on_screen(pilot.app), pilot)
        (origin, *_), *_ = await screen.workspace.adding.origins(
            pairs.read_bytes().splitlines()[-1]
        )
        assert (origin.source, origin.line) == ("run", 6)
