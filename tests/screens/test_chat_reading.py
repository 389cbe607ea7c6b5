"""Reading answers by keyboard: raw text, reasoning, blocks of code, tokens, calls."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.screens.chatting import begin_anew
from tests.screens.conftest import use_profile
from tests.screens.slow_provider import slow_provider
from tests.screens.test_chat import chat_screen, last, shown, slow_chat
from tests.screens.test_colors import terminals, unreadable
from tests.until import toasts, until
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.screens.slow_provider import SlowProvider

__all__ = ["terminals"]  # a fixture

ANSWER = "## Water\n\nKeep it **moist**:\n\n```python\nwater(fern)\n```\n\n```sh\nls\n```\n"


def thought(text: str) -> dict[str, Any]:
    return {"choices": [{"delta": {"reasoning_content": text}}]}


async def answered(pilot: Pilot[Any], screen: Any, provider: SlowProvider, *pieces: Any) -> None:
    await pilot.press(*"Hi", "enter")
    for piece in pieces:
        provider.pieces.put_nowait(piece)
    provider.finish()
    await until(lambda: not screen.answers.under_way and last(screen).note, pilot)
    await pilot.press("escape")


async def test_an_answer_is_read_by_its_parts(app_home: Path) -> None:
    async with slow_chat(app_home) as (pilot, screen, provider):
        await answered(pilot, screen, provider, "Keep it **moist**.")
        assert "Keep it moist." in shown(screen)
        await pilot.press("v")
        assert "Keep it **moist**." in shown(screen)
        await pilot.press("n", "i")
        await answered(pilot, screen, provider, "**more**")
        assert "**more**" in shown(screen)
        await pilot.press("v")
        assert "▌ more" in shown(screen)
        # Reasoning is folded, opened, and never sent.
        await begin_anew(pilot, screen, provider)
        await pilot.press(*"Hi", "enter")
        provider.pieces.put_nowait(thought("First, "))
        provider.pieces.put_nowait(thought("water."))
        await until(lambda: "thought for 13 characters" in shown(screen), pilot)
        provider.say("Water it.")
        provider.finish()
        await until(lambda: not screen.answers.under_way, pilot)
        assert re.search(r"thought for 13 characters / \d+ s · enter opens", shown(screen))
        assert "First, water." not in shown(screen)
        await pilot.press("escape", "enter")
        assert "┊ First, water." in shown(screen)
        assert screen.copy_text()[0] == "Water it."
        await pilot.press("i")
        await answered(pilot, screen, provider, "ok")
        assert "First, water." not in json.dumps(provider.asked[-1])
        await pilot.press("up", "up")  # the reasoning that was opened still is
        assert "┊ First, water." in shown(screen)
        # A block of code is walked to and copied.
        await begin_anew(pilot, screen, provider)
        await answered(pilot, screen, provider, ANSWER)
        assert screen.copy_text() == (ANSWER, "The answer")
        await pilot.press("c")
        assert screen.copy_text() == ("water(fern)", "The block of code")
        await pilot.press("c")
        assert screen.copy_text()[0] == "ls"
        assert "▸ sh · y copies this block" in shown(screen)
        await pilot.press("b")
        assert screen.copy_text()[0] == "water(fern)"
        await pilot.press("up", "down")
        assert screen.copy_text()[0] == ANSWER
        # Unsure tokens are shown with their alternatives.
        await begin_anew(pilot, screen, provider)
        await answered(pilot, screen, provider, "plain")
        await pilot.press("u")  # nothing is known of its tokens
        assert not screen.query_one(Conversation).tokens_shown
        await pilot.press("i")
        await answered(pilot, screen, provider, *TOLD)
        await pilot.press("u")
        assert "token 2 of 4 · “ the” 61 % · “ moss” 37 %" in shown(screen)
        await pilot.press("greater_than_sign")
        assert "token 3 of 4 · “ fern” 14 %" in shown(screen)
        await pilot.press("full_stop")
        assert "token 4 of 4" in shown(screen)
        await pilot.press("full_stop")  # it is the last one
        await until(lambda: "There is no token after this one." in toasts(pilot.app), pilot)
        await pilot.press("comma", "less_than_sign")
        assert "token 2 of 4" in shown(screen)
        await pilot.press("less_than_sign")
        said = "There is no unsure token before this one."
        await until(lambda: said in toasts(pilot.app), pilot)
        assert "token 2 of 4" in shown(screen)
        await pilot.press("u")
        assert "token 2 of 4" not in shown(screen)
        # Calls of tools are shown by name and arguments.
        await begin_anew(pilot, screen, provider)
        await answered(pilot, screen, provider, *called())
        lines = [line.strip() for line in shown(screen).split("\n")]
        assert "▌ ╭ calls water" in lines
        assert '▌ │   "plant": "fern",' in lines


def tokens(*shares: tuple[str, float]) -> list[dict[str, Any]]:
    found = []
    for token, logprob in shares:
        item = {"token": token, "logprob": logprob}
        item["top_logprobs"] = [dict(item), {"token": " moss", "logprob": -1.0}]
        choice = {"delta": {"content": token}, "logprobs": {"content": [item]}}
        found.append({"choices": [choice]})
    return found


def called() -> list[dict[str, Any]]:
    """Return the pieces of a call of a tool."""
    call = {"index": 0, "id": "c1", "type": "function"}
    return [
        {"choices": [{"delta": {"tool_calls": [{**call, "function": {"name": "water"}}]}}]},
        *(
            {
                "choices": [
                    {"delta": {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}}
                ]
            }
            for part in ('{"plant": "fe', 'rn", "ml": 200}')
        ),
    ]


TOLD = tokens(("Water", -0.01), (" the", -0.5), (" fern", -2.0), (" now", -0.01))


async def test_all_of_an_answer_can_be_read(terminals: Sequence[str], app_home: Path) -> None:
    more = (
        "Now\n\n"
        + ANSWER.replace("water(fern)", "if 1: 'text'  # why")
        + "\n> quoted `code` [a link](http://x.y)\n\n| a | b |\n|---|---|\n| c | d |\n"
    )
    async with slow_provider() as provider:
        use_profile(app_home, provider.base_url)
        async with chat_screen(size=(80, 50)) as (pilot, screen):
            await answered(pilot, screen, provider, thought("hm"), *TOLD, more)
            assert "if 1: 'text'" in shown(screen)
            assert unreadable(pilot.app, terminals) == {}
            await pilot.press("c")
            assert unreadable(pilot.app, terminals) == {}
            await pilot.press("up")
            assert unreadable(pilot.app, terminals) == {}
            await pilot.press("down", "u")
            assert "token" in shown(screen)
            assert unreadable(pilot.app, terminals) == {}
