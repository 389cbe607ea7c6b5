"""Saved chats by keyboard: as they happen, listed, searched, renamed, exported, and back again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.screens.chatting import (
    asked_texts,
    begin_anew,
    chatting,
    exchange,
    in_chat,
    last,
    shown,
    texts,
)
from tests.screens.conftest import use_profile
from tests.screens.slow_provider import MODELS, slow_provider
from tests.until import problem_of, toasts, until
from tui.app import FinetuiApp
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.chat.saved.dialog import ChatsDialog
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import LineEditor
from tui.screens.dialogs.path import PathDialog
from tui.services.errors import LedgerError
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from textual.pilot import Pilot


async def dialog(pilot: Pilot[Any], kind: type) -> None:
    await until(lambda: isinstance(pilot.app.screen, kind) and pilot.app.screen.is_mounted, pilot)


async def listed(pilot: Pilot[Any], count: int) -> None:
    await dialog(pilot, ChatsDialog)
    await until(lambda: pilot.app.screen.query_one(RecordList).count == count, pilot)


async def test_a_model_chosen_elsewhere_is_asked_in_the_chat_that_comes_back(
    app_home: Path,
) -> None:
    async with slow_provider() as provider:
        use_profile(app_home, provider.base_url)
        async with in_chat() as (pilot, screen):
            screen.models.take(MODELS[2])
            await exchange(pilot, screen, provider, "one?", "a")
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.workspace is not None, pilot)
            app.chat_with(MODELS[1])  # as c does on Models and Jobs, before Chat was ever there
            await until(lambda: texts(app.screen) == ["one?", "a"], pilot)
            chat: Any = app.screen
            await until(lambda: chat.models.model == MODELS[1], pilot)


async def test_a_chat_comes_back_where_it_was(app_home: Path) -> None:
    async with slow_provider() as provider:
        use_profile(app_home, provider.base_url)
        async with in_chat() as (pilot, screen):
            pilot.app.show_mode("models")
            await pilot.pause()
            pilot.app.chat_with(MODELS[2])
            await until(lambda: screen.models.model == MODELS[2], pilot)
            await exchange(pilot, screen, provider, "one?", "# a\n\n1. b")
            await pilot.press("escape", "t")
            await pilot.pause()
            await pilot.press("1", "enter", "r")
            provider.say("half")
            await until(lambda: "half" in shown(screen), pilot)
            await pilot.press("i", *"draft")
        async with in_chat((120, 36)) as (pilot, screen):
            await until(lambda: texts(screen) == ["one?", "half"], pilot)
            assert last(screen).branch == "‹2/2›"
            assert last(screen).note.startswith(("stopped", "cut off: the program ended"))
            assert screen.query_one(Prompt).text == "draft"
            assert screen.models.model == MODELS[2]
            assert screen.parameters.now.temperature == 1
            await pilot.press("enter")
            provider.say("c")
            provider.finish()
            await until(lambda: len(provider.asked) == 3 and not screen.answers.under_way, pilot)
            assert asked_texts(provider) == ["one?", "half", "draft"]
            await pilot.press("up")
            assert screen.query_one(Prompt).text == "draft"
            await pilot.press(*["backspace"] * 5, "escape", "n")
            assert texts(screen) == []
        async with in_chat() as (pilot, screen):
            await pilot.press("escape", "l")
            await listed(pilot, 1)
            await pilot.press("enter")
            await until(lambda: texts(screen) == ["one?", "half", "draft", "c"], pilot)


async def test_chats_are_written_searched_renamed_and_deleted(
    app_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with chatting(app_home, (80, 24)) as (pilot, screen, provider):
        await pilot.press("escape", "x")  # nothing to write yet: nothing happens
        assert pilot.app.screen is screen
        await pilot.press("i")
        await exchange(pilot, screen, provider, "Say [/b]", "Éclair")
        await pilot.press("escape", "n", "i")
        await exchange(pilot, screen, provider, "Say two", "**two**")
        await pilot.press("escape", "x")
        await dialog(pilot, Choose)
        await pilot.press("enter")
        await dialog(pilot, PathDialog)
        await pilot.press("enter")
        await until((tmp_path / "say-two.md").exists, pilot)
        await until(lambda: pilot.app.screen is screen, pilot)
        text = (tmp_path / "say-two.md").read_text()
        assert text.endswith(f"## Assistant ({MODELS[1]})\n\n**two**\n")
        await pilot.press("l")
        await listed(pilot, 2)
        await pilot.press("ctrl+e")
        await dialog(pilot, Choose)
        await pilot.press("down", "enter")
        await dialog(pilot, PathDialog)
        await pilot.press("enter")
        await until((tmp_path / "say-two.jsonl").exists, pilot)
        line = json.loads((tmp_path / "say-two.jsonl").read_text())
        assert line["messages"][1] == {"role": "assistant", "content": "**two**"}
        await listed(pilot, 2)
        await pilot.press("escape", "Y")
        copied = app_home / "state" / "copied.txt"
        await until(lambda: copied.exists() and copied.read_text() == text, pilot)
        await pilot.press("l")
        await listed(pilot, 2)
        assert "● Say two" in shown(pilot.app.screen)
        assert "Say [/b]" in shown(pilot.app.screen)
        await pilot.press(*"éclair")
        await listed(pilot, 1)
        await pilot.press("ctrl+r")
        await dialog(pilot, LineEditor)
        await pilot.press("end", *" !", "enter")
        await listed(pilot, 1)
        assert "Say [/b] !" in shown(pilot.app.screen)
        await pilot.resize_terminal(120, 36)
        await pilot.press("enter")
        await until(lambda: texts(screen) == ["Say [/b]", "Éclair"], pilot)
        await pilot.press("l")
        await listed(pilot, 2)
        await pilot.press("ctrl+d")
        await dialog(pilot, Confirm)
        await pilot.press("n")
        await listed(pilot, 2)
        await pilot.press("ctrl+d")
        await dialog(pilot, Confirm)
        await pilot.press("y")
        await listed(pilot, 1)
        assert texts(screen) == []  # it was the one that is open
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is screen, pilot)
        assert [c.title for c in await screen.workspace.chats.listing()] == ["Say two"]


async def test_another_profile_goes_on_with_a_chat_of_its_own(app_home: Path) -> None:
    async with slow_provider() as provider:
        more = f'[profiles.other]\nbase_url = "{provider.base_url}"\napi_key = "any"\n'
        use_profile(app_home, provider.base_url, extra=more)
        async with in_chat() as (pilot, screen):
            await exchange(pilot, screen, provider, "one?", "a")
            await screen.workspace.chats.flush()
            await pilot.app.opening.use_profile("other")
            await until(lambda: screen.models.model, pilot)
            assert texts(screen) == ["one?", "a"]
            await exchange(pilot, screen, provider, "two?", "b")
            chats = screen.workspace.chats
            assert [chat.messages for chat in await chats.listing()] == [4]
            await pilot.app.opening.use_profile("test")
            assert [c.messages for c in await screen.workspace.chats.listing()] == [2]


async def test_a_chat_changed_by_another_program_goes_on_as_one_of_its_own_and_says_so(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(app_home) as (pilot, screen, provider):
        await exchange(pilot, screen, provider, "one?", "yes")
        await until(lambda: screen.session.id == 1, pilot)
        chats = pilot.app.workspace.store.chats
        profile = pilot.app.workspace.profile.name
        loaded = await chats.load(profile, 1)
        await chats.save(profile, screen.session.chat, loaded[1])  # as another program does
        await exchange(pilot, screen, provider, "two?", "no")
        await until(lambda: screen.session.id == 2, pilot)
        said = "Chat 1 was changed by another program, or deleted: this one goes on as chat 2."
        await until(lambda: said in toasts(pilot.app), pilot)
        assert toasts(pilot.app).count(said) == 1
        # A disk that is full is told, and the chat stays.
        await begin_anew(pilot, screen, provider)

        async def full(*_: Any) -> Any:
            raise LedgerError("The local ledger cannot be used", "no space left", "Free some.")

        monkeypatch.setattr(screen.workspace.store.chats, "save", full)
        await exchange(pilot, screen, provider, "one?", "a")
        await until(lambda: "no space left" in problem_of(screen), pilot)
        assert texts(screen) == ["one?", "a"]
        monkeypatch.undo()
        await pilot.press("escape")
        await exchange(pilot, screen, provider, "two?", "b")
        await screen.workspace.chats.flush()
        kept = await screen.workspace.chats.listing()
        assert [chat.messages for chat in kept] == [4, 4, 2]
