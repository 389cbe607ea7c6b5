"""Answers become data by keyboard: examples and pairs, into which dataset, and taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from textual.widgets import TextArea

from tests.rows import rows_of
from tests.screens.chatting import begin_anew, chatting, ended, exchange, in_words, shown, texts
from tests.until import back, narrow, opened, problem_of, question_of, toasts, until
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import TextEditor
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

TUNED = "ft:base-one:me:fern:abc"


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def said(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def chats_file(path: Path) -> Path:
    path.write_text(json.dumps({"messages": [user("old?"), said("old")]}) + "\n")
    return path


async def write(pilot: Pilot[Any], screen: Any, text: str) -> None:
    """Edit the turn under the cursor."""
    await pilot.press("e")
    editor = await opened(pilot, TextEditor)
    editor.query_one(TextArea).text = text
    await pilot.press("ctrl+s")
    await back(pilot, screen)


async def test_an_answer_goes_into_a_new_dataset_with_all_before_it(
    app_home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.jsonl"
    async with chatting(app_home, (80, 24)) as (pilot, screen, provider):
        await exchange(pilot, screen, provider, "one?", "first")
        await exchange(pilot, screen, provider, "two?", "second")
        screen.system.set("Be brief.")
        await pilot.press("escape", "a")
        await opened(pilot, PathDialog)
        await narrow(pilot, str(path))
        await back(pilot, screen)
        await until(path.exists, pilot)
        await until(lambda: toasts(pilot.app), pilot)
        assert rows_of(path) == [
            {
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    user("one?"), said("first"), user("two?"), said("second"),
                ]
            }
        ]  # fmt: skip
        assert "Row 1 of mine.jsonl: no problems. Saved." in " ".join(toasts(pilot.app)[-1].split())
        assert "row 1 of mine.jsonl: saved · ctrl+z takes it back" in shown(screen)
        # The next one goes there without a question; the first turn only has its own context.
        await pilot.resize_terminal(120, 36)
        await pilot.press("up", "up", "a")
        await until(lambda: len(rows_of(path)) == 2, pilot)
        assert rows_of(path)[1]["messages"][1:] == [user("one?"), said("first")]
        # The same again is asked about.
        await until(lambda: "row 2 of mine.jsonl" in shown(screen), pilot)
        await pilot.press("a")
        asked = await opened(pilot, Confirm)
        assert "already there as row 2 of mine.jsonl" in question_of(asked)
        await pilot.press("n")
        await back(pilot, screen)
        assert len(rows_of(path)) == 2
        await pilot.press("ctrl+z")
        await until(lambda: len(rows_of(path)) == 1, pilot)
        await until(lambda: "Taken back: row 2 of mine.jsonl." in toasts(pilot.app), pilot)
        (origin, file, _), *_ = await screen.workspace.adding.origins(path.read_bytes())
        assert (origin.source, origin.id, origin.model) == ("chat", str(screen.session.id), TUNED)
        assert file == str(path)


async def test_ask_correct_example_check_save(app_home: Path, tmp_path: Path) -> None:
    path = chats_file(tmp_path / "train.jsonl")
    async with chatting(app_home, (80, 24)) as (pilot, screen, provider):
        document = await screen.workspace.datasets.open(path)
        await exchange(pilot, screen, provider, "which?", "wrong")
        await pilot.press("escape")
        await write(pilot, screen, "right")
        await pilot.press("a")
        await opened(pilot, Choose)
        offered = "train.jsonl open now, 1 example"
        await until(lambda: offered in in_words(shown(pilot.app.screen)), pilot)
        await pilot.press("enter")
        await until(lambda: len(document) == 2, pilot)
        await until(lambda: "row 2 of train.jsonl: not saved yet" in shown(screen), pilot)
        assert "save it in Datasets" in toasts(pilot.app)[-1]
        assert len(rows_of(path)) == 1
        # It is seen in Datasets, checked, undone, done again, saved.
        await pilot.resize_terminal(120, 36)
        await pilot.press("1")
        await until(lambda: "2 examples" in shown(pilot.app.screen), pilot)
        await until(lambda: "checking" not in shown(pilot.app.screen), pilot)
        await pilot.press("u")
        await until(lambda: len(document) == 1, pilot)
        await pilot.press("U")
        await until(lambda: len(document) == 2, pilot)
        await pilot.press("ctrl+s")
        await until(lambda: not document.modified, pilot)
        assert rows_of(path)[1] == {"messages": [user("which?"), said("right")]}
        await pilot.press("4")
        await until(lambda: pilot.app.screen is screen, pilot)
        assert "not saved yet" not in shown(screen)


async def test_a_correction_and_what_it_corrects_become_a_pair(
    app_home: Path, tmp_path: Path
) -> None:
    train = chats_file(tmp_path / "train.jsonl")
    pairs = tmp_path / "train.pairs.jsonl"
    async with chatting(app_home) as (pilot, screen, provider):
        await screen.workspace.datasets.open(train)
        await exchange(pilot, screen, provider, "which?", "wrong")
        await pilot.press("escape", "p")
        await until(lambda: "one version of this answer" in problem_of(screen), pilot)
        await pilot.press("escape")
        await write(pilot, screen, "right")
        await pilot.press("p")
        await opened(pilot, Choose)  # the open dataset holds chats: a file beside it is offered
        offered = "train.pairs.jsonl beside train.jsonl, which holds chats"
        await until(lambda: offered in in_words(shown(pilot.app.screen)), pilot)
        await pilot.press("enter")
        await until(lambda: pairs.exists() and rows_of(pairs), pilot)
        assert rows_of(pairs) == [
            {
                "input": {"messages": [user("which?")]},
                "preferred_output": [said("right")],
                "non_preferred_output": [said("wrong")],
            }
        ]
        await until(lambda: toasts(pilot.app), pilot)
        (origin, *_), *_ = await screen.workspace.adding.origins(pairs.read_bytes())
        assert (origin.model, origin.rejected) == ("", TUNED)
        # Examples and pairs have targets of their own.
        await pilot.press("a")
        await opened(pilot, Choose)
        await narrow(pilot, "open now")
        await until(lambda: len(screen.workspace.datasets.current) == 2, pilot)
        # Of several tries the worse one is chosen: the one corrected is offered first.
        await pilot.press("r")
        provider.say("third")
        provider.finish()
        await until(lambda: texts(screen) == ["which?", "third"], pilot)
        await until(lambda: not screen.answers.under_way, pilot)
        await pilot.press("p")
        await opened(pilot, Choose)
        await pilot.press("enter")
        await until(lambda: len(rows_of(pairs)) == 2, pilot)
        assert rows_of(pairs)[1]["preferred_output"] == [said("third")]
        assert rows_of(pairs)[1]["non_preferred_output"] == [said("wrong")]


async def test_what_cannot_be_added_is_told_and_pairs_are_offered_a_file_beside_that_of_chats(
    app_home: Path, tmp_path: Path
) -> None:
    train, other = chats_file(tmp_path / "train.jsonl"), tmp_path / "other.jsonl"
    async with chatting(app_home) as (pilot, screen, provider):
        # What cannot be added is told.
        await pilot.press("escape", "a")
        await until(lambda: "this chat is empty" in problem_of(screen), pilot)
        await pilot.press("escape", "i")
        await exchange(pilot, screen, provider, "which?", "half an")
        await pilot.press("escape", "up", "a")
        await until(lambda: "not on an answer" in problem_of(screen), pilot)
        await pilot.press("escape", "r")
        provider.say("half an ans")
        await until(lambda: texts(screen)[-1:] == ["half an ans"], pilot)
        await pilot.press("a")
        await until(lambda: any("An answer is coming" in t for t in toasts(pilot.app)), pilot)
        await pilot.press("escape")
        await until(lambda: not screen.answers.under_way, pilot)
        await pilot.press("a")
        asked = await opened(pilot, Confirm)
        assert "broken off" in question_of(asked)
        await pilot.press("n")
        await back(pilot, screen)
        # A place that cannot be written to says why; nothing is lost, and it can be chosen again.
        await pilot.press("left", "a")
        await opened(pilot, PathDialog)
        await narrow(pilot, str(tmp_path / "nowhere" / "x.jsonl"))
        await until(lambda: "No such file or directory" in problem_of(screen), pilot)
        await pilot.press("escape", "a")
        await opened(pilot, PathDialog)
        await pilot.press("escape")
        await back(pilot, screen)
        # Pairs do not go into a file of chats.
        await begin_anew(pilot, screen, provider)
        await exchange(pilot, screen, provider, "which?", "wrong")
        await pilot.press("escape")
        await write(pilot, screen, "right")
        await pilot.press("p")
        await opened(pilot, PathDialog)
        await narrow(pilot, str(train))
        asked = await opened(pilot, Confirm)
        assert "train.jsonl holds chats; training takes one kind a file" in question_of(asked)
        await pilot.press("n")
        await back(pilot, screen)
        assert not (tmp_path / "train.pairs.jsonl").exists()
        await pilot.press("p")
        await opened(pilot, PathDialog)
        await narrow(pilot, str(train))
        await opened(pilot, Confirm)
        await pilot.press("y")
        await until((tmp_path / "train.pairs.jsonl").exists, pilot)
        await until(lambda: "row 1 of train.pairs.jsonl" in shown(screen), pilot)
        # Another file is chosen with the capital.
        await pilot.press("P")
        await opened(pilot, Choose)
        await narrow(pilot, "another file")
        await opened(pilot, PathDialog)
        await narrow(pilot, str(other))
        await until(lambda: other.exists() and len(rows_of(other)) == 1, pilot)
        assert len(rows_of(train)) == 1


async def test_an_examples_prompt_is_tried_in_chat_beside_its_reference(
    app_home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "train.jsonl"
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
    example = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            user("one?"), said("first"), user("two?"), {**said("the second"), "weight": 1},
        ],
        "tools": [tool],
    }  # fmt: skip
    path.write_text(json.dumps(example) + "\n" + json.dumps({"messages": []}) + "\n")
    async with chatting(app_home, (80, 24)) as (pilot, screen, provider):
        await screen.workspace.datasets.open(path)
        await pilot.press("escape", "1")
        await until(lambda: "2 examples" in shown(pilot.app.screen), pilot)
        datasets = pilot.app.screen
        await pilot.press("down", "T")
        await until(lambda: "it asks nothing" in problem_of(datasets), pilot)
        await pilot.press("escape", "up", "T")
        await until(lambda: pilot.app.screen is screen and texts(screen), pilot)
        assert texts(screen) == ["one?", "first", "two?"]
        assert (screen.system.text, screen.models.model) == ("Be brief.", TUNED)
        assert any(text.startswith("r asks the model this") for text in toasts(pilot.app))
        assert not provider.asked  # nothing is asked before somebody says so
        await pilot.press("r")
        provider.say("a second")
        provider.finish()
        await ended(pilot, screen, provider, 1)
        assert provider.asked[0]["tools"] == [tool]
        assert provider.asked[0]["messages"] == [*example["messages"][:4]]
        await until(lambda: "reference: the second" in shown(screen), pilot)
        assert "‹2/2›" in shown(screen)
        await pilot.press("d")
        await until(lambda: texts(screen)[-1] == "«a» second", pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("d")
        await until(lambda: texts(screen)[-1] == "a second", pilot)
        # The reference is a try like any other: it is stepped to, and preferred to the answer.
        await pilot.press("left")
        assert texts(screen)[-1] == "the second"
        await pilot.press("p")
        await opened(pilot, Choose)
        await pilot.press("enter")
        pairs = tmp_path / "train.pairs.jsonl"
        await until(lambda: pairs.exists() and rows_of(pairs), pilot)
        assert rows_of(pairs) == [
            {
                "input": {"messages": example["messages"][:4], "tools": [tool]},
                "preferred_output": [said("the second")],
                "non_preferred_output": [said("a second")],
            }
        ]
        # It is saved with the chat.
        await until(lambda: "row 1 of train.pairs.jsonl: saved" in shown(screen), pilot)
        (origin, *_), *_ = await screen.workspace.adding.origins(pairs.read_bytes())
        chat = await screen.workspace.chats.load(int(origin.id))
        assert chat.name.startswith("train.jsonl, row 1: two?")
        assert {node.model for node in chat.conversation.nodes.values()} == {"", "reference", TUNED}
