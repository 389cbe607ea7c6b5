"""What a model is asked with, by keyboard: tools, images, formats, settings, system prompts."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual.widgets import Input, TextArea

from tests.faults.server import FaultServer, problem, reply, said, sse, stream
from tests.faults.shapes import CHAT, listing
from tests.screens.chatting import (
    begin_anew,
    chatting,
    ended,
    exchange,
    in_chat,
    in_words,
    last,
    shown,
    texts,
)
from tests.screens.conftest import use_profile
from tests.until import back, narrow, problem_of, until
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.chat.parameters.dialog import ParametersDialog
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.editor import LineEditor, TextEditor
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


async def dialog(pilot: Pilot[Any], kind: type) -> Any:
    await until(lambda: isinstance(pilot.app.screen, kind) and pilot.app.focused, pilot)
    return pilot.app.screen


def call(index: int, id_: str, place: str) -> dict[str, Any]:
    function = {"name": "get_weather", "arguments": json.dumps({"place": place})}
    return {"index": index, "id": id_, "type": "function", "function": function}


def calls(*found: dict[str, Any]) -> dict[str, Any]:
    return {"choices": [{"delta": {"tool_calls": [*found]}, "finish_reason": None}]}


async def test_a_tool_is_defined_called_and_answered(app_home: Path) -> None:
    async with chatting(app_home, (80, 24)) as (pilot, screen, provider):
        await pilot.press("escape", "T")
        editor = await dialog(pilot, TextEditor)
        tools = json.loads(editor.query_one(TextArea).text)
        await pilot.press("]")  # no JSON any more: it is not taken
        await pilot.press("ctrl+s")
        assert pilot.app.screen is editor
        await pilot.press("backspace", "ctrl+s")
        await back(pilot, screen)
        assert "tools 1" in shown(screen)
        await pilot.press("i", *"Weather?", "enter")
        provider.pieces.put_nowait(calls(call(0, "c1", "Bonn"), call(1, "c2", "Rome")))
        provider.finish("tool_calls")
        await ended(pilot, screen, provider, 1)
        assert provider.asked[0]["tools"] == tools
        assert last(screen).calls[0] == ("get_weather", '{"place": "Bonn"}')
        assert "calls get_weather" in shown(screen)
        assert "type what get_weather" in shown(screen)
        await pilot.press(*"sun", "enter")
        await until(lambda: "Rome" in str(screen.query_one(Prompt).border_title), pilot)
        assert len(provider.asked) == 1
        await pilot.resize_terminal(120, 36)
        await pilot.press(*"rain", "enter")
        provider.say("Mixed.")
        provider.finish()
        await ended(pilot, screen, provider, 2)
        question, called, first, second = provider.asked[1]["messages"]
        assert question == {"role": "user", "content": "Weather?"}
        assert [one["id"] for one in called["tool_calls"]] == ["c1", "c2"]
        assert first == {"role": "tool", "tool_call_id": "c1", "content": "sun"}
        assert second == {"role": "tool", "tool_call_id": "c2", "content": "rain"}
        assert texts(screen)[-1] == "Mixed."
        assert "enter sends" in str(screen.query_one(Prompt).border_title)
        # The first result is another one: the second has to be given again before it is asked.
        await pilot.press("escape")
        while screen.view.under_cursor.message.get("content") != "sun":
            await pilot.press("up")
        await pilot.press("e")
        await dialog(pilot, TextEditor)
        await pilot.press("s", "ctrl+s")
        await back(pilot, screen)
        await until(lambda: "Rome" in str(screen.query_one(Prompt).border_title), pilot)
        assert len(provider.asked) == 2


async def test_images_formats_and_system_prompts_go_with_the_question(
    app_home: Path, tmp_path: Path
) -> None:
    image = tmp_path / "shelf.dat"
    image.write_bytes(PNG)
    (tmp_path / "text.png").write_text("hello")
    async with chatting(app_home) as (pilot, screen, provider):
        # One is taken off again.
        await pilot.press("ctrl+o")
        await dialog(pilot, PathDialog)
        await narrow(pilot, str(image))
        await until(lambda: "shelf.dat 48 B" in shown(screen), pilot)
        await pilot.press("ctrl+o")
        await dialog(pilot, Choose)
        await pilot.press("down", "enter")
        await back(pilot, screen)
        await until(lambda: "shelf.dat 48 B" not in shown(screen), pilot)
        # The format of the answer.
        await begin_anew(pilot, screen, provider)
        await pilot.press("escape", "F")
        await dialog(pilot, Choose)
        await pilot.press("down", "enter")
        await back(pilot, screen)
        assert "format JSON" in shown(screen)
        await pilot.press("i")
        await exchange(pilot, screen, provider, "one?", "{}")
        assert provider.asked[0]["response_format"] == {"type": "json_object"}
        await pilot.press("escape", "F")
        await dialog(pilot, Choose)
        await pilot.press("down", "enter")
        editor = await dialog(pilot, TextEditor)
        schema = json.loads(editor.query_one(TextArea).text)
        await pilot.press("ctrl+s")
        await back(pilot, screen)
        assert "schema answer" in shown(screen)
        await pilot.press("i")
        await exchange(pilot, screen, provider, "two?", "{}")
        wanted = {"type": "json_schema", "json_schema": schema}
        assert provider.asked[1]["response_format"] == wanted
        await pilot.press("escape", "F")
        await dialog(pilot, Choose)
        await pilot.press("up", "up", "enter")
        await back(pilot, screen)
        assert "format" not in shown(screen)
        # System prompts are kept under names.
        await begin_anew(pilot, screen, provider)
        await pilot.press("escape", "S")
        await dialog(pilot, Choose)
        assert "none kept yet" in shown(pilot.app.screen)
        await pilot.press("escape", "s")
        await dialog(pilot, TextEditor)
        await pilot.press(*"Be brief.", "ctrl+s")
        await back(pilot, screen)
        await pilot.press("S")
        await dialog(pilot, Choose)
        await pilot.press("enter")
        await dialog(pilot, LineEditor)
        await pilot.press(*"short", "enter")
        await back(pilot, screen)
        screen.system.set("")
        await pilot.press("S")
        await dialog(pilot, Choose)
        assert "short Be brief." in in_words(shown(pilot.app.screen))
        await pilot.press("enter")
        await back(pilot, screen)
        await until(lambda: screen.system.text == "Be brief.", pilot)
        await pilot.press("i")
        await exchange(pilot, screen, provider, "one?", "a")
        assert provider.asked[0]["messages"][0] == {"role": "system", "content": "Be brief."}
        await pilot.press("escape", "S")
        await dialog(pilot, Choose)
        await pilot.press("end")
        await narrow(pilot, "forget")
        await until(lambda: "Forget which?" in shown(pilot.app.screen), pilot)
        await pilot.press("enter")
        await back(pilot, screen)
        assert await screen.workspace.store.chats.prompts() == []
        # With a question it comes back, too.
        screen.system.set("")
        await begin_anew(pilot, screen, provider)
        await pilot.press("ctrl+o")  # in the prompt too
        await dialog(pilot, PathDialog)
        await narrow(pilot, str(tmp_path / "text.png"))
        await until(lambda: "is not a PNG" in problem_of(screen), pilot)
        await pilot.press("escape", "ctrl+o")
        await dialog(pilot, PathDialog)
        await narrow(pilot, str(image))
        await until(lambda: "shelf.dat 48 B" in shown(screen), pilot)
        provider.refusal = (400, "no images today")
        await pilot.press(*"What?", "enter")
        await until(lambda: "no images today" in problem_of(screen), pilot)
        assert screen.query_one(Prompt).text == "What?"
        assert "shelf.dat 48 B" in shown(screen)
        provider.refusal = None
        await pilot.press("enter")
        provider.say("A shelf.")
        provider.finish()
        await ended(pilot, screen, provider, 2)
        text, part = provider.asked[1]["messages"][0]["content"]
        assert text == {"type": "text", "text": "What?"}
        assert part["image_url"]["url"].startswith("data:image/png;base64,")
        assert "▨ shelf.dat, png, 48 B" in shown(screen)
        assert "shelf.dat 48 B" not in shown(screen)  # above the prompt
        await screen.workspace.chats.flush()
    async with in_chat() as (_, screen):
        await until(lambda: texts(screen) == ["What?", "A shelf."])
        assert screen.query_one("#talk").turns[0].images == ("▨ shelf.dat, png, 48 B",)


@asynccontextmanager
async def at_server(home: Path, server: FaultServer) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    listing(server, {"id": "base-one"})
    use_profile(home, server.url)
    async with in_chat() as found:
        yield found


async def test_only_what_the_model_takes_is_asked_for(app_home: Path, server: FaultServer) -> None:
    answer = stream(said("yes", "stop"))
    server.fault(CHAT, reply(400, problem("seed is not supported")), answer)
    async with at_server(app_home, server) as (pilot, screen):
        await pilot.press("escape", "t")
        form = await dialog(pilot, ParametersDialog)
        await until(lambda: form.query("#seed"), pilot)
        form.query_one("#seed", Input).value = "7"
        await pilot.press("enter")
        await back(pilot, screen)
        await pilot.press("i", *"one?", "enter")
        await until(lambda: texts(screen)[-1:] == ["yes"], pilot)
        await until(lambda: "without seed" in last(screen).note, pilot)
        assert "price not known" in last(screen).note
        await pilot.press("escape", "t")
        form = await dialog(pilot, ParametersDialog)
        assert not form.query("#seed")
        assert "Not taken by this model: Seed." in shown(form)
        await pilot.press("enter")
        await back(pilot, screen)
        assert screen.parameters.now.seed == 7  # another model may take it


async def test_the_lab_is_not_asked_for_what_it_does_not_know(app_home: Path) -> None:
    from tui.core.catalog.providers import BUILT_IN

    lab = BUILT_IN.find("lab", None)
    assert lab.not_in_chat == {"reasoning_effort", "response_format", "tools"}
    assert BUILT_IN.find("compatible", "http://127.0.0.1:1").not_in_chat == frozenset()


async def test_what_an_answer_cost_stands_under_it(app_home: Path, server: FaultServer) -> None:
    usage = sse(choices=[], usage={"prompt_tokens": 1000, "completion_tokens": 2000})
    server.fault(CHAT, stream(said("yes", "stop"), usage))
    (app_home / "config").mkdir(parents=True)
    entry = '[[models]]\nid = "base-one"\nprice_input = "1"\nprice_output = "2.5"\n'
    (app_home / "config" / "models.toml").write_text(entry)
    async with at_server(app_home, server) as (pilot, screen):
        await pilot.press(*"one?", "enter")
        await until(lambda: last(screen).note if texts(screen) else "", pilot)
        assert "1,000 prompt + 2,000 answer tokens" in last(screen).note
        assert "0.0060 USD" in last(screen).note
