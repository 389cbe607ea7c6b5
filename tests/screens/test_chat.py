"""Chat by keyboard: streaming, stopping, failing without loss, comparing models."""

from __future__ import annotations

import contextlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input, TextArea

from tests.kept_chats import kept_chats
from tests.screens.chatting import begin_anew, last
from tests.screens.conftest import TunedLab, use_profile
from tests.screens.slow_provider import MODELS, SlowProvider, slow_provider
from tests.until import on_screen, problem_of, until
from tui.app import FinetuiApp
from tui.core.chat.parameters import ChatParameters
from tui.screens.chat import ChatScreen
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.chat.parameters.dialog import ParametersDialog
from tui.screens.chat.parameters.fields import (
    FIELDS,
    read_stop,
    read_temperature,
    write_stop,
)
from tui.screens.chat.system.dataset import most_frequent
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.editor import TextEditor
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

FERN = "You are Fern."


def dataset(path: Path, *systems: str) -> Path:
    path.write_text(
        "".join(
            json.dumps(
                {
                    "messages": [
                        *([{"role": "system", "content": system}] if system else []),
                        {"role": "user", "content": "q"},
                        {"role": "assistant", "content": "a"},
                    ]
                }
            )
            + "\n"
            for system in systems
        )
    )
    return path


@asynccontextmanager
async def chat_screen(
    path: Path | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    app = FinetuiApp(str(path) if path else None)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        app.show_mode("chat")
        await until(lambda: isinstance(app.screen, ChatScreen) and app.screen.models.model, pilot)
        yield pilot, app.screen


@asynccontextmanager
async def slow_chat(
    home: Path, path: Path | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], Any, SlowProvider]]:
    async with slow_provider() as provider:
        use_profile(home, provider.base_url)
        async with chat_screen(path, size) as (pilot, screen):
            yield pilot, screen, provider


def shown(screen: Any) -> str:
    conversation = screen.query_one(Conversation)
    lines = [conversation.render_line(y) for y in range(conversation.size.height)]
    return "\n".join("".join(s.text for s in line).rstrip() for line in lines)


async def test_an_answer_grows_ends_with_its_figures_and_is_remembered(app_home: Path) -> None:
    async with slow_chat(app_home) as (pilot, screen, provider):
        assert screen.models.model == "ft:base-one:me:fern:abc"  # the newest fine-tuned one
        assert isinstance(pilot.app.focused, Prompt)
        await pilot.press("enter")  # nothing typed: nothing happens
        await pilot.press(*"Hi", "ctrl+j", "1", "enter")
        provider.say("Hel", "lo [/b] \x1b[31m")
        await until(lambda: "Hello [/b] ␛[31m" in shown(screen), pilot)
        assert last(screen).remark.endswith("answering, esc stops")
        await pilot.press(*"draft", "enter")  # kept, not sent while an answer comes
        provider.finish("length")
        await until(lambda: not screen.answers.under_way, pilot)
        assert "stopped at the token limit" in last(screen).note
        assert "7 prompt + 3 answer tokens" in last(screen).note
        assert "(first token " in last(screen).note
        assert "/b] ␛[31m" in shown(screen)
        assert provider.asked[0]["messages"] == [{"role": "user", "content": "Hi\n1"}]
        assert "temperature" not in provider.asked[0]

        # The draft survives other modes; the conversation goes on with another model.
        pilot.app.show_mode("datasets")
        await pilot.pause()
        pilot.app.chat_with(MODELS[0])
        await until(lambda: screen.models.model == MODELS[0], pilot)
        assert screen.query_one(Prompt).text == "draft"
        await pilot.press("enter")
        provider.say("ok")
        provider.finish()
        await until(lambda: not screen.answers.under_way and len(provider.asked) == 2, pilot)
        assert [m["role"] for m in provider.asked[1]["messages"]] == ["user", "assistant", "user"]
        assert last(screen).remark == MODELS[0]
        await pilot.press("up")
        assert screen.query_one(Prompt).text == "draft"
        await pilot.press("up")
        assert screen.query_one(Prompt).text == "Hi\n1"
        chats = kept_chats(screen.workspace.locations.ledger, "test")
        assert [reply["text"] for _, _, reply in chats] == ["ok", "Hello [/b] \x1b[31m"]


async def test_esc_stops_and_keeps_what_came_and_again_asks_anew(app_home: Path) -> None:
    async with slow_chat(app_home) as (pilot, screen, provider):
        await pilot.press(*"Hi", "enter")
        provider.say("partial")
        await until(lambda: "partial" in shown(screen), pilot)
        await pilot.press("escape")
        await until(lambda: provider.hung_up == 1 and not screen.answers.under_way, pilot)
        assert (last(screen).text, "stopped" in last(screen).note) == ("partial", True)
        assert isinstance(pilot.app.focused, Prompt)
        # A key waits until the one before it has been dealt with, whoever presses it goes on.
        await pilot.press("escape", "r")
        await until(lambda: len(provider.asked) == 2, pilot)
        provider.say("second")
        provider.pieces.put_nowait(None)  # hangs up without a finish
        await until(lambda: not screen.answers.under_way, pilot)
        assert last(screen).note.startswith("cut off: the stream ended without a finish")
        turns = screen.query_one(Conversation).turns
        assert [turn.text for turn in turns] == ["Hi", "second"]
        assert turns[1].branch == "‹2/2›"
        await pilot.press("left")
        await until(lambda: (last(screen).text, last(screen).branch) == ("partial", "‹1/2›"), pilot)
        await pilot.press("right")
        await until(lambda: last(screen).branch == "‹2/2›", pilot)
        assert provider.asked[1]["messages"] == provider.asked[0]["messages"]
        await pilot.press("n")
        await until(lambda: not screen.query_one(Conversation).turns, pilot)
        await pilot.press("n")
        await until(lambda: screen.query_one(Conversation).turns, pilot)
        assert last(screen).text == "second"


async def test_a_low_terminal_has_rows_for_the_conversation_and_a_refusal_gives_the_question_back(
    app_home: Path,
) -> None:
    async with slow_chat(app_home, size=(40, 12)) as (pilot, screen, provider):
        await pilot.press(*"Hi", "enter")
        provider.say("there")
        provider.finish()
        await until(lambda: not screen.answers.under_way and last(screen).note, pilot)
        assert "(first" in on_screen(pilot.app)
        assert screen.query_one(Conversation).size.height == 3
        assert screen.query_one(Prompt).content_size.height == 1
        await pilot.resize_terminal(80, 24)
        await until(lambda: screen.query_one(Prompt).content_size.height == 3, pilot)
        assert "system  none" in on_screen(pilot.app)
        # A refusal gives the question back.
        await begin_anew(pilot, screen, provider)
        provider.refusal = (400, "no [red] today")
        await pilot.press(*"Hi", "enter")
        await until(lambda: problem_of(screen), pilot)
        assert "no [red] today" in problem_of(screen)
        assert screen.query_one(Prompt).text == "Hi"
        assert not screen.query_one(Conversation).turns
        provider.refusal, provider.code = (400, "too many tokens"), "context_length_exceeded"
        await pilot.press("enter")
        await until(lambda: "too many tokens" in problem_of(screen), pilot)
        assert "longer context window" in problem_of(screen)
        assert screen.query_one(Prompt).text == "Hi"
        provider.refusal = provider.code = None
        await pilot.press("enter")
        provider.say("there")
        provider.finish()
        await until(lambda: last(screen).note, pilot)
        assert not problem_of(screen)
        provider.refusal = (500, "down")
        await pilot.press("escape", "r")
        await until(lambda: problem_of(screen), pilot)
        assert last(screen).text == "there"  # the answer there was counts again
        assert last(screen).remark == "ft:base-one:me:fern:abc"
        provider.refusal = None
        await pilot.press("escape")
        # A growing answer leaves earlier turns alone.
        await begin_anew(pilot, screen, provider)
        conversation = screen.query_one(Conversation)
        await pilot.press(*"Hi", "enter")
        provider.say("first line\n" * 500)
        provider.finish()
        await until(lambda: last(screen).note, pilot)
        await pilot.press(*"more", "enter")
        provider.say("begun ")
        await until(lambda: "begun" in shown(screen), pilot)
        laid_out = list(conversation.column.blocks)
        provider.say(*(f"word{n} " for n in range(100)))
        await until(lambda: "word99" in shown(screen), pilot)
        assert all(
            now is then for now, then in zip(conversation.column.blocks, laid_out, strict=True)
        )
        provider.finish()
        await until(lambda: last(screen).note, pilot)
        assert last(screen).text.endswith("word99 ")


async def test_system_prompt_settings_and_model_are_chosen(app_home: Path, tmp_path: Path) -> None:
    mixed = dataset(tmp_path / "mixed.jsonl", FERN, FERN, "")
    async with slow_chat(app_home, mixed) as (pilot, screen, provider):
        await pilot.press("escape", "s")
        assert isinstance(pilot.app.screen, TextEditor)
        await until(lambda: pilot.app.focused, pilot)
        assert pilot.app.screen.query_one(TextArea).text == FERN  # most have it: offered only
        assert screen.system.text == ""
        await pilot.press("!", "ctrl+s")
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.system.text == f"{FERN}!"
        await pilot.press("t")
        await until(lambda: isinstance(pilot.app.screen, ParametersDialog), pilot)
        dialog = pilot.app.screen
        await until(lambda: isinstance(pilot.app.focused, Input), pilot)
        await pilot.press("3", "tab", "tab", "9", "tab", "7", "tab", *"\\n,END", "enter")
        assert pilot.app.screen is dialog
        await pilot.press(*["shift+tab"] * 4, "2", "enter")
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.parameters.now == ChatParameters(
            2.0, max_tokens=9, seed=7, stop=("\n", "END")
        )
        await pilot.press("m")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await until(lambda: pilot.app.focused, pilot)
        await pilot.press(*"old")
        await until(lambda: pilot.app.screen.listed and len(pilot.app.screen.listed) == 2, pilot)
        await pilot.press("enter")
        await until(lambda: screen.models.model == MODELS[2], pilot)
        await pilot.press(*"Hi", "enter")
        provider.say("yes")
        provider.finish()
        await until(lambda: not screen.answers.under_way and provider.asked, pilot)
        asked = provider.asked[0]
        assert (asked["temperature"], asked["max_tokens"], asked["seed"]) == (2.0, 9, 7)
        assert asked["stop"] == ["\n", "END"]
        assert asked["model"] == MODELS[2]
        assert asked["messages"][0] == {"role": "system", "content": f"{FERN}!"}


async def test_a_prompt_all_examples_share_is_used_and_shown(
    app_home: Path, tmp_path: Path
) -> None:
    async with slow_chat(app_home, dataset(tmp_path / "one.jsonl", FERN, FERN)) as found:
        pilot, screen, provider = found
        await pilot.press(*"Hi", "enter")
        provider.finish()
        await until(lambda: provider.asked and not screen.answers.under_way, pilot)
        assert provider.asked[0]["messages"][0] == {"role": "system", "content": FERN}
        assert "from one.jsonl" in str(screen.query_one("#chat-header").render())


@pytest.mark.xdist_group("tuned_lab")
async def test_the_lab_answers_its_tuned_model_and_its_base(
    app_home: Path, tuned_lab: TunedLab
) -> None:
    use_profile(app_home, tuned_lab.process.base_url, tuned_lab.process.api_key)
    async with chat_screen() as (pilot, screen):
        assert screen.models.model in tuned_lab.models
        await pilot.press(*"Say one", "enter")
        await until(lambda: not screen.answers.under_way and last(screen).note, pilot)
        assert "answer tokens" in last(screen).note
        await pilot.press("escape", "m")
        await until(lambda: len(pilot.app.screen.choices) > 4, pilot)
        kinds = {choice.remark.partition(" ")[0] for choice in pilot.app.screen.choices}
        assert kinds >= {"base", "fine-tuned"}
        await pilot.press(*"lab-small", "enter")
        await until(lambda: screen.models.model == "lab-small", pilot)
        assert isinstance(pilot.app.focused, Prompt)
        await pilot.press("escape", "r")
        await until(lambda: not screen.answers.under_way and last(screen).branch == "‹2/2›", pilot)
        assert last(screen).remark == "lab-small"


async def test_a_dead_provider_keeps_the_question(app_home: Path) -> None:
    use_profile(app_home, "http://127.0.0.1:1/v1")
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        app.show_mode("chat")
        await until(lambda: isinstance(app.screen, ChatScreen) and problem_of(app.screen), pilot)
        await pilot.press("escape", *"Hi", "enter")
        await until(lambda: problem_of(app.screen), pilot)
        assert app.screen.query_one(Prompt).text == "Hi"


@pytest.mark.parametrize("text", ["", " ", "0", "2", "1.5"])
def test_temperatures_that_can_be(text: str) -> None:
    assert read_temperature(text) == (float(text) if text.strip() else None)


@given(st.text(max_size=8))
def test_settings_refuse_in_words_and_never_break(text: str) -> None:
    for field in FIELDS:
        with contextlib.suppress(ValueError):
            value = field.read(text)
            assert field.read(field.write(value)) == value
    for wrong in ("x", "-1", "2.1", "nan", "inf"):
        with pytest.raises(ValueError, match=r"number|from 0"):
            read_temperature(wrong)


@pytest.mark.parametrize(
    ("typed", "stops"),
    [
        ("", ()), ("END", ("END",)), (r"a\,b, c ,\n", ("a,b", "c", "\n")), (r"\\", ("\\",)),
        (",,", ()), ("a\\", ("a\\",)), (r"\x", (r"\x",)),
    ],
)  # fmt: skip
def test_stop_texts(typed: str, stops: tuple[str, ...]) -> None:
    assert read_stop(typed) == stops
    assert read_stop(write_stop(stops)) == stops


def test_the_most_frequent_system_prompt() -> None:
    def line(*roles: str) -> bytes:
        return json.dumps({"messages": [{"role": r, "content": r} for r in roles]}).encode()

    assert most_frequent([]) == ("", False)
    assert most_frequent([line("user")]) == ("", False)
    assert most_frequent([line("system", "user"), b"{"]) == ("system", True)
    assert most_frequent([line("developer", "user"), line("user")]) == ("developer", False)
