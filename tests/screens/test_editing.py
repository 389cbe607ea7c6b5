"""Editing by keyboard: calls, names, images, whole examples, pairs, raw JSON, the changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static, TextArea

from tests.screens.test_datasets import SIZES, listing, running
from tests.until import narrow, strips_of, until
from tui.screens.datasets.editing.changes import ChangesDialog
from tui.screens.datasets.messages.tools import CallEditor
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import LineEditor, TextEditor, TooLong
from tui.screens.dialogs.path import PathDialog
from tui.widgets.conversation import Conversation
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

pytestmark = pytest.mark.usefixtures("app_home")


PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
CHAT: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": "Weather in Oslo?"},
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "a1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "Oslo", "n": 1.50}'},
                }
            ],
        },
        {"role": "tool", "content": "4 degrees"},
        {"role": "assistant", "content": "It is cold in Oslo today.", "mine": 7},
    ],
    "tools": [{"type": "function", "function": {"name": "weather", "parameters": {}}}],
}
PAIR: dict[str, Any] = {
    "input": {"messages": [{"role": "user", "content": "Tea?"}]},
    "preferred_output": [{"role": "assistant", "content": "Yes please, black tea."}],
    "non_preferred_output": [{"role": "assistant", "content": "Yes please, cold coffee."}],
}


def write(path: Path, *examples: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(example) + "\n" for example in examples))
    return path


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    return write(tmp_path / "chats.jsonl", CHAT, *[CHAT] * 3)


def raw(screen: Any, at: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(screen.document.line(at))
    return made


async def choose(pilot: Pilot[Any], screen: Any, key: str, words: str) -> None:
    await pilot.press(key)
    await until(lambda: isinstance(screen.app.screen, Choose), pilot)
    await narrow(pilot, words)


async def dialog(pilot: Pilot[Any], screen: Any, kind: type) -> Any:
    await until(lambda: isinstance(screen.app.screen, kind), pilot)
    return screen.app.screen


async def test_arguments_are_checked_as_typed_and_an_image_goes_in_after_its_size_is_said(
    chats: Path, tmp_path: Path
) -> None:
    async with running(chats) as (pilot, screen):
        await pilot.press("enter", "down")
        await choose(pilot, screen, "m", "call weather")
        editor = await dialog(pilot, screen, CallEditor)
        area = editor.query_one(TextArea)
        assert not any(area.styles.border.spacing), "the dialog's frame is the only one"
        assert area.text == '{\n  "city": "Oslo",\n  "n": 1.50\n}'
        verdict = editor.query_one("#verdict", Static)
        area.text = '{"city": "Oslo",\n "n": }'
        await until(lambda: "line 2, column 7" in str(verdict.content), pilot)
        await pilot.press("ctrl+s")
        assert screen.app.screen is editor, "not JSON: the editor stays"
        assert str(verdict.content).startswith("✗ Not kept: line 2, column 7")
        area.text = '{\n "city": "Bergen",\n "n": 1.50}'
        await until(lambda: "✓" in str(verdict.content), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: screen.document.modified, pilot)
        call = raw(screen)["messages"][1]["tool_calls"][0]
        assert call["function"]["arguments"] == '{"city": "Bergen", "n": 1.50}'
        await pilot.press("e")  # a message that only calls a tool has no text to edit
        await dialog(pilot, screen, CallEditor)
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        await pilot.press("down")
        await choose(pilot, screen, "m", "answers")
        await dialog(pilot, screen, Choose)
        await pilot.press("enter")
        await until(lambda: raw(screen)["messages"][2].get("tool_call_id") == "a1", pilot)
        assert raw(screen)["messages"][3]["mine"] == 7
        # An image goes in only after its size is said.
        image = tmp_path / "photo.png"
        image.write_bytes(PNG)
        changes = screen.document.changes
        await pilot.press("up", "up")
        await choose(pilot, screen, "m", "image")
        (await dialog(pilot, screen, LineEditor)).query_one(Input).value = str(image)
        await pilot.press("enter")
        question = await dialog(pilot, screen, Confirm)
        assert "image/png, 2.0 kB" in str(question.query_one(".question", Static).content)
        assert screen.document.changes == changes
        await pilot.press("y")
        await until(lambda: screen.document.changes > changes, pilot)
        part = raw(screen)["messages"][0]["content"][1]
        assert part["image_url"]["url"].startswith("data:image/png;base64,")
        shown = screen.query_one(Conversation).turns[0].text
        assert shown == "Weather in Oslo?\n[image image/png, 2.0 kB, in the line]"
        await choose(pilot, screen, "m", "name")
        await dialog(pilot, screen, LineEditor)
        await pilot.press(*"ann b", "enter")
        await dialog(pilot, screen, LineEditor)
        await pilot.press("backspace", "backspace", "enter")
        await until(lambda: raw(screen)["messages"][0].get("name") == "ann", pilot)


async def test_a_preference_pair_is_made_by_keyboard(chats: Path) -> None:
    async with running(chats, (80, 24)) as (pilot, screen):
        await choose(pilot, screen, "M", "preference")
        editor = await dialog(pilot, screen, TextEditor)
        await pilot.press("ctrl+s")
        assert screen.app.screen is editor, "the same answer twice is no preference"
        await pilot.press(*" Dress warm.", "ctrl+s")
        await dialog(pilot, screen, PathDialog)
        await pilot.resize_terminal(120, 36)
        await pilot.press("enter")
        pairs = chats.with_name("chats-pairs.jsonl")
        await until(lambda: screen.document.path == pairs, pilot)
        made = json.loads(pairs.read_text())
        assert made["input"]["tools"] == CHAT["tools"]
        assert made["input"]["messages"] == CHAT["messages"][:3]
        assert made["non_preferred_output"] == [
            {k: v for k, v in CHAT["messages"][3].items() if k != "weight"}
        ]
        assert made["preferred_output"][0]["content"].endswith("today. Dress warm.")
        await choose(pilot, screen, "M", "swap")
        await until(lambda: screen.document.modified, pilot)
        assert raw(screen)["non_preferred_output"] == made["preferred_output"]


async def test_the_sides_of_a_pair_stand_side_by_side(tmp_path: Path) -> None:
    async with running(write(tmp_path / "pairs.jsonl", *[PAIR] * 2)) as (pilot, screen):
        await pilot.press("enter")
        conversation = screen.query_one(Conversation)
        await until(lambda: conversation.has_focus, pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            text = [strip.text for strip in strips_of(screen)]
            line = next(row for row in text if "«" in row)
            assert line.count("│ ") + line.count("▌ ") >= 2
            both = next(row for row in text if "preferred" in row and "non-preferred" in row)
            assert both.index("preferred") < both.index("non-preferred")
        shown = [turn.text for turn in conversation.turns]
        assert shown[1:] == ["Yes please, «black tea».", "Yes please, «cold coffee»."]
        await pilot.press("down", "right")
        assert conversation.cursor == 2
        await pilot.press("left")
        assert conversation.cursor == 1


async def test_examples_are_duplicated_split_merged_and_moved(tmp_path: Path) -> None:
    turns = [
        {"role": role, "content": f"{role} {n}"} for n in range(2) for role in ("user", "assistant")
    ]
    path = write(tmp_path / "turns.jsonl", {"messages": turns}, {"messages": turns[2:]})
    before = path.read_bytes()
    async with running(path) as (pilot, screen):
        document = screen.document
        await pilot.press("enter", "down", "down")
        await choose(pilot, screen, "M", "split")
        await until(lambda: len(document) == 3, pilot)
        assert raw(screen, 1) == {"messages": turns[2:]}
        await pilot.press("escape", "up")
        await choose(pilot, screen, "M", "merge")
        await until(lambda: len(document) == 2, pilot)
        assert raw(screen) == {"messages": turns}
        await choose(pilot, screen, "M", "duplicate")
        await until(lambda: len(document) == 3 and screen.context.selection.position == 1, pilot)
        await pilot.press("]")
        await until(lambda: screen.context.selection.position == 2, pilot)
        assert raw(screen, 2) == {"messages": turns}
        await pilot.press("enter", "]")
        await until(lambda: raw(screen, 2)["messages"][1] == turns[0], pilot)
        await choose(pilot, screen, "M", "cut")
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        await pilot.press("escape", *"uuuuu")
        await until(lambda: not document.modified, pilot)
        await pilot.press(*"UUUUU")
        await until(lambda: document.changes == 5, pilot)
    async with running(path) as (pilot, screen):  # the journal brings them back, undo too
        await dialog(pilot, screen, Confirm)
        await pilot.press("y", *"uuuuu")
        await until(lambda: not screen.document.modified, pilot)
        await until(lambda: b"".join(r + b"\n" for r in screen.document.snapshot()) == before)


async def test_raw_json_keeps_what_was_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    line = '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"n":'
    path.write_text(f'{line}1.00000000000000000001,"n":2}}\n' * 2)
    async with running(path) as (pilot, screen):
        await choose(pilot, screen, "E", "raw")
        editor = await dialog(pilot, screen, TextEditor)
        await pilot.press("ctrl+s")
        await until(lambda: screen.app.screen is screen, pilot)
        assert not screen.document.modified, "nothing typed is no edit"
        await choose(pilot, screen, "E", "raw")
        editor = await dialog(pilot, screen, TextEditor)
        area = editor.query_one(TextArea)
        area.text = area.text.replace('"q"', '"why"').replace("}", "", 1)
        problem = editor.query_one(".problem", Static)
        await until(lambda: "line 7, column 5" in str(problem.content), pilot)
        area.text = area.text.replace('"why"', '"why"}')
        await pilot.press("ctrl+s")
        await until(lambda: screen.document.modified, pilot)
        wanted = path.read_text().split("\n")[0].replace('"q"', '"why"')
        assert screen.document.line(0).decode() == wanted


async def test_changes_since_the_save_are_listed_and_put_back(chats: Path) -> None:
    async with running(chats, SIZES[1]) as (pilot, screen):
        # A weight on a question says what to do.
        await pilot.press("enter", "w")
        panel = screen.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        assert panel.failure.cause == "only an assistant message can carry a weight"
        assert panel.failure.next_step == "Choose an answer first."
        await pilot.press("escape", "escape")
        document = screen.document
        await pilot.press("enter", "down", "down", "down", "w")
        await until(lambda: document.modified, pilot)
        await pilot.press("escape")
        listing(screen).move_to(2)
        await pilot.press("d")
        await until(lambda: len(document) == 3, pilot)
        await pilot.press("c")
        changes = await dialog(pilot, screen, ChangesDialog)
        text = changes.query_one("#change", Static)
        await until(lambda: '{+, "weight": 0+}' in str(text.content), pilot)
        await pilot.press("down")
        await until(lambda: str(text.content).startswith("[-user:"), pilot)
        await pilot.press("b")
        await until(lambda: len(document) == 4, pilot)
        await until(lambda: screen.app.screen is not changes, pilot)
        await dialog(pilot, screen, ChangesDialog)
        await pilot.press("enter")
        await until(lambda: screen.app.screen is screen, pilot)
        assert screen.context.selection.position == 0
        await pilot.press("ctrl+s")
        await until(lambda: not document.modified, pilot)


async def test_a_line_of_ten_megabytes_is_shown_and_not_edited_here(tmp_path: Path) -> None:
    huge = {"messages": [{"role": "user", "content": "x" * 10_000_000}]}
    async with running(write(tmp_path / "huge.jsonl", huge, CHAT)) as (pilot, screen):
        await until(lambda: screen.context.selection.message is not None, pilot)
        await pilot.press("enter", "e")
        shown = await dialog(pilot, screen, TooLong)
        assert "10,000,000 characters" in str(shown.query_one(".question", Static).content)
        await pilot.press("escape")
        await until(lambda: screen.app.screen is screen, pilot)
        await pilot.press("r")
        await dialog(pilot, screen, Choose)
        await pilot.press(*"system", "enter")
        await until(lambda: screen.document.line(0)[:40].find(b'"system"') > 0, pilot)
