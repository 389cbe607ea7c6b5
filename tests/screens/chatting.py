"""Chat on a provider whose answers come when the test says so."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tests.screens.conftest import use_profile
from tests.screens.slow_provider import SlowProvider, slow_provider
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.screens.chat import ChatScreen
from tui.screens.chat.asking.prompt import Prompt
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

SIZES = [(80, 24), (120, 36)]


@asynccontextmanager
async def in_chat(size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    """Give the Chat screen of a program that has just been started."""
    app = FinetuiApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("4")
        await until(lambda: isinstance(app.screen, ChatScreen) and app.screen.models.model, pilot)
        yield pilot, app.screen


@asynccontextmanager
async def chatting(
    home: Path, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], Any, SlowProvider]]:
    """Give the Chat screen and the provider it talks to."""
    async with slow_provider() as provider:
        use_profile(home, provider.base_url)
        async with in_chat(size) as (pilot, screen):
            yield pilot, screen, provider


async def ended(pilot: Pilot[Any], screen: Any, provider: SlowProvider, asked: int) -> None:
    """Wait until this many questions were asked and the last one is answered."""
    await until(lambda: len(provider.asked) == asked and not screen.answers.under_way, pilot)


async def exchange(
    pilot: Pilot[Any], screen: Any, provider: SlowProvider, question: str, answer: str
) -> None:
    """Type a question into the prompt that has the focus, and have it answered."""
    asked = len(provider.asked) + 1
    await pilot.press(*question, "enter")
    provider.say(answer)
    provider.finish()
    await ended(pilot, screen, provider, asked)


async def begin_anew(pilot: Pilot[Any], screen: Any, provider: SlowProvider) -> None:
    """Go to the prompt of a new chat, with a provider that nobody has asked anything yet."""
    if isinstance(pilot.app.focused, Prompt):
        await pilot.press("escape")
    if screen.query_one(Conversation).turns:
        await pilot.press("n")
        await until(lambda: not screen.query_one(Conversation).turns, pilot)
    provider.asked.clear()
    await pilot.press("i")
    screen.query_one(Prompt).text = ""


def texts(screen: Any) -> list[str]:
    """Return the texts of the turns shown."""
    return [turn.text for turn in screen.query_one(Conversation).turns]


def last(screen: Any) -> Any:
    """Return the last turn shown."""
    return screen.query_one(Conversation).turns[-1]


def shown(screen: Any) -> str:
    """Return the text of the whole screen."""
    return on_screen(screen.app)


def in_words(text: str) -> str:
    """Return a text with one blank between its words: how wide columns are is not its subject."""
    return " ".join(text.split())


def asked_texts(provider: SlowProvider) -> list[Any]:
    """Return the contents of what was sent last."""
    return [message.get("content") for message in provider.asked[-1]["messages"]]
