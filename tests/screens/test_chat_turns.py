"""Edits, further answers and forks: nothing said is lost, and what counts is what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import TextArea

from tests.screens.chatting import (
    asked_texts,
    begin_anew,
    chatting,
    ended,
    exchange,
    last,
    shown,
    texts,
)
from tests.until import problem_of, toasts, until
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.chat.turns.editing import forked
from tui.screens.dialogs.editor import TextEditor
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


async def edit(pilot: Pilot[Any], screen: Any, text: str) -> None:
    """Edit the turn under the cursor: another text in place of the one there."""
    await pilot.press("e")
    await until(lambda: isinstance(pilot.app.screen, TextEditor) and pilot.app.focused, pilot)
    area = pilot.app.screen.query_one(TextArea)
    await pilot.press(*["backspace"] * len(area.text), *text, "ctrl+s")
    await until(lambda: pilot.app.screen is screen, pilot)
    assert area.text == text


async def test_what_is_not_answered_is_not_lost_and_keys_say_why_they_do_nothing(
    app_home: Path,
) -> None:
    async with chatting(app_home, (80, 24)) as (pilot, screen, provider):
        # An empty chat.
        await pilot.press("escape")
        for key in ("e", "left", "right", "f", "d", "x", "Y", "n", "shift+up", "shift+down"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            assert toasts(pilot.app) == ["This chat is empty: i goes to the prompt."], key
        await pilot.press("y")
        assert toasts(pilot.app)[-1] == "There is nothing to copy here."
        # Stopped before anything came, the question is typed again.
        await begin_anew(pilot, screen, provider)
        await pilot.press(*"one?", "enter")
        await until(lambda: provider.asked, pilot)
        await pilot.press("escape")
        await until(lambda: not screen.answers.under_way, pilot)
        assert screen.query_one(Prompt).text == "one?"
        assert texts(screen) == []
        # A question that nobody answered is not sent with the next.
        await begin_anew(pilot, screen, provider)
        await pilot.press(*"one?", "enter", *"two?")
        provider.pieces.put_nowait(None)  # hangs up without a word
        await until(lambda: provider.asked and not screen.answers.under_way, pilot)
        assert texts(screen) == ["one?"]  # something new is typed: it stays where it is
        await pilot.press("enter")
        provider.say("b")
        provider.finish()
        await ended(pilot, screen, provider, 2)
        assert asked_texts(provider) == ["two?"]
        assert texts(screen) == ["two?", "b"]
        await pilot.press("escape", "up", "left", "r")
        provider.say("a")
        provider.finish()
        await ended(pilot, screen, provider, 3)
        assert texts(screen) == ["one?", "a"]
        # What came while nobody looked is there on coming back.
        await begin_anew(pilot, screen, provider)
        await pilot.press(*"one?", "enter")
        provider.say("first ")
        await until(lambda: "first" in shown(screen), pilot)
        pilot.app.show_mode("models")
        await until(lambda: pilot.app.screen is not screen, pilot)
        provider.say("second")
        await until(lambda: "second" in screen.session.tree.nodes[2].message["content"], pilot)
        pilot.app.show_mode("chat")
        await until(lambda: pilot.app.screen is screen and "first second" in shown(screen), pilot)
        provider.finish()
        await ended(pilot, screen, provider, 1)
        # There is no question beyond the first and the last.
        await begin_anew(pilot, screen, provider)
        await exchange(pilot, screen, provider, "one?", "a")
        await pilot.press("escape", "shift+up")
        assert screen.query_one(Conversation).cursor == 0
        await pilot.press("shift+up")
        assert toasts(pilot.app)[-1] == "There is no question before this."
        await pilot.press("shift+down")
        assert toasts(pilot.app)[-1] == "There is no question after this."
        # Tries that say the same make no pair.
        await begin_anew(pilot, screen, provider)
        await exchange(pilot, screen, provider, "one?", "a")
        await pilot.press("escape", "p")
        await until(lambda: "there is one version of this answer" in problem_of(screen), pilot)
        await pilot.press("escape", "r")
        provider.say("a")
        provider.finish()
        await ended(pilot, screen, provider, 2)
        await pilot.press("p")
        await until(lambda: "the other tries at it say the same" in problem_of(screen), pilot)


async def test_turns_are_edited_answered_again_and_forked(app_home: Path) -> None:
    async with chatting(app_home, (80, 24)) as (pilot, screen, provider):
        # An answer is edited and gone on from.
        await exchange(pilot, screen, provider, "one?", "wrong")
        await exchange(pilot, screen, provider, "two?", "more")
        await pilot.press("escape", "up", "up")
        assert screen.view.under_cursor.message["content"] == "wrong"
        await edit(pilot, screen, "right")
        assert texts(screen) == ["one?", "right"]
        assert (last(screen).branch, last(screen).remark) == ("‹2/2›", "edited")
        assert "assistant ‹2/2›  edited" in shown(screen)
        assert len(provider.asked) == 2  # an answer is not asked for
        await pilot.resize_terminal(120, 36)
        await pilot.press("i")
        await exchange(pilot, screen, provider, "and?", "then")
        assert asked_texts(provider) == ["one?", "right", "and?"]
        await pilot.press("escape", "up", "up", "left")
        assert texts(screen) == ["one?", "wrong", "two?", "more"]
        assert screen.query_one(Conversation).cursor == 1
        await pilot.press("left")  # past the first one nothing happens
        assert texts(screen) == ["one?", "wrong", "two?", "more"]
        await pilot.press("right")
        assert texts(screen) == ["one?", "right", "and?", "then"]
        # A question is edited and asked again.
        await begin_anew(pilot, screen, provider)
        await exchange(pilot, screen, provider, "one?", "a")
        await exchange(pilot, screen, provider, "two?", "b")
        await pilot.press("escape", "shift+up")
        assert screen.view.under_cursor.message["content"] == "two?"
        await edit(pilot, screen, "three?")
        provider.say("c")
        provider.finish()
        await ended(pilot, screen, provider, 3)
        assert texts(screen) == ["one?", "a", "three?", "c"]
        assert asked_texts(provider) == ["one?", "a", "three?"]
        # One whose editing is refused leaves the chat as it was.
        provider.refusal = (400, "no")
        await pilot.press("shift+up")
        await edit(pilot, screen, "four?")
        await until(lambda: len(provider.asked) == 4 and not screen.answers.under_way, pilot)
        assert texts(screen) == ["one?", "a", "three?", "c"]
        provider.refusal = None
        await pilot.press("escape")
        # An editor left as it was changes nothing.
        await begin_anew(pilot, screen, provider)
        await exchange(pilot, screen, provider, "one?", "a")
        await pilot.press("escape", "e")
        await until(lambda: isinstance(pilot.app.screen, TextEditor), pilot)
        await pilot.press("ctrl+s")
        await until(lambda: pilot.app.screen is screen, pilot)
        assert last(screen).remark == "ft:base-one:me:fern:abc"
        # Any turn is answered again.
        await begin_anew(pilot, screen, provider)
        await exchange(pilot, screen, provider, "one?", "a")
        await exchange(pilot, screen, provider, "two?", "b")
        await pilot.press("escape", "shift+up", "shift+up", "r")
        provider.say("A")
        provider.finish()
        await ended(pilot, screen, provider, 3)
        assert asked_texts(provider) == ["one?"]
        assert texts(screen) == ["one?", "A"]
        await pilot.press("r")
        provider.say("AA")
        await until(lambda: "AA" in shown(screen), pilot)
        for key in ("r", "e", "f", "left", "n"):  # not while an answer comes
            await pilot.press(key)
        assert texts(screen) == ["one?", "AA"]
        provider.finish()
        await ended(pilot, screen, provider, 4)
        assert last(screen).branch == "‹3/3›"
        await pilot.press("left", "left")
        assert texts(screen) == ["one?", "a", "two?", "b"]
        # A fork goes on in a chat of its own.
        await begin_anew(pilot, screen, provider)
        await exchange(pilot, screen, provider, "one?", "a")
        await exchange(pilot, screen, provider, "two?", "b")
        first = screen.session.id
        await pilot.press("escape", "up", "up", "f", "i")
        assert texts(screen) == ["one?", "a"]
        await exchange(pilot, screen, provider, "three?", "c")
        assert asked_texts(provider) == ["one?", "a", "three?"]
        await until(lambda: screen.session.id not in {None, first}, pilot)
        chats = await screen.workspace.chats.listing()
        assert [chat.title for chat in chats[:2]] == ["one? (fork)", "one?"]
        assert [chat.messages for chat in chats[:2]] == [4, 4]


@pytest.mark.parametrize(
    ("name", "forked_name"),
    [
        ("a", "a (fork)"),
        ("a (fork)", "a (fork 2)"),
        ("a (fork 9)", "a (fork 10)"),
        ("(fork) a", "(fork) a (fork)"),
        ("a (fork 99999999999)", "a (fork 99999999999) (fork)"),
    ],
)
def test_forks_of_forks_are_counted(name: str, forked_name: str) -> None:
    assert forked(name) == forked_name
