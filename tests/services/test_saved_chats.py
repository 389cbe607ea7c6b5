"""Chats are saved as they happen: nothing is lost by a kill, a second program, or a full disk."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import FaultServer, said, stream
from tests.lab_process import ROOT, environment
from tui.core.chat.conversation import Conversation, add, edit, path, put
from tui.core.chat.parameters import ChatParameters
from tui.core.chat.reply import Reply
from tui.core.chat.saved import Chat, dataset_line, markdown
from tui.core.text.masking import learn
from tui.services.chat.chats import SavedChats
from tui.services.errors import InputError
from tui.services.settings.locations import Locations
from tui.services.store.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tui.services.errors import ServiceError


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = Store(tmp_path / "ledger.sqlite3")
    yield one
    await one.close()


@pytest.fixture
def chats(store: Store) -> SavedChats:
    return SavedChats(store.chats, "lab")


def never(error: ServiceError) -> None:
    raise AssertionError(error)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def talk(question: str = "Is tap water fine?", answer: str = "Yes.") -> Conversation:
    asked = add(Conversation(), user(question))
    answered = add(asked, {"role": "assistant", "content": answer}, model="m")
    reply = Reply(answer, "stop", None, 1.0, 0.5, True, reasoning="hm")
    return put(answered, replace(answered.nodes[2], reply=reply, note="ended"))


CHAT = Chat(talk(), "org/m:free", "Be brief.", ChatParameters(0.0, stop=("x",)))


async def test_a_chat_comes_back_as_it_was(chats: SavedChats) -> None:
    saver = chats.new(never)
    assert saver.id is None
    saver.put(CHAT)
    await saver.flush()
    assert saver.id is not None
    back, again = await chats.open(saver.id, never)
    assert back == replace(CHAT, title="Is tap water fine?")
    assert again.id == saver.id
    branched = replace(back, conversation=edit(back.conversation, 2, user("Why?")))
    again.put(branched)
    again.put(replace(branched, system="", model="other"))
    await again.flush()
    assert await chats.load(saver.id) == replace(branched, system="", model="other")
    assert len(await chats.listing()) == 1


async def test_the_last_one_open_is_opened_again(chats: SavedChats, store: Store) -> None:
    assert await chats.open_last(never) is None
    first, second = chats.new(never), chats.new(never)
    first.put(CHAT)
    await first.flush()
    second.put(Chat(talk("Other?")))
    await second.flush()
    found = await chats.open_last(never)
    assert found is not None
    assert found[0].name == "Other?"
    assert await SavedChats(store.chats, "openai").open_last(never) is None
    await chats.open(first.id or 0, never)
    found = await chats.open_last(never)
    assert found is not None
    assert found[0].name == CHAT.name
    await chats.note_open(None)
    assert await chats.open_last(never) is None


async def test_listed_searched_renamed_and_deleted(chats: SavedChats, store: Store) -> None:
    ids = []
    for question, answer in (("Straße?", "Nein."), ("Éclair?", "Oui."), ("100 %_?", "all")):
        saver = chats.new(never)
        saver.put(Chat(talk(question, answer), "m"))
        await saver.flush()
        ids.append(saver.id or 0)
    assert [one.id for one in await chats.listing()] == ids[::-1]
    for wanted, found in (
        ("STRASSE", ids[0]), ("éclair", ids[1]), ("oui", ids[1]), ("%_", ids[2]),
    ):  # fmt: skip
        assert [one.id for one in await chats.listing(wanted)] == [found]
    assert await chats.listing("nowhere") == []
    await chats.rename(ids[0], "Streets")
    assert [one.title for one in await chats.listing("streets")] == ["Streets"]
    await chats.delete(ids[0])
    assert [one.id for one in await chats.listing()] == ids[:0:-1]
    for missing in (chats.rename(ids[0], "x"), chats.delete(ids[0]), chats.load(ids[0])):
        with pytest.raises(InputError, match="No such chat"):
            await missing
    assert await SavedChats(store.chats, "openai").listing() == []
    with pytest.raises(InputError):
        await SavedChats(store.chats, "openai").load(ids[1])


async def test_two_programs_on_one_chat_lose_nothing(chats: SavedChats) -> None:
    saver = chats.new(never)
    saver.put(CHAT)
    await saver.flush()
    mine, first = await chats.open(saver.id or 0, never)
    theirs, second = await chats.open(saver.id or 0, never)
    first.put(replace(mine, conversation=add(mine.conversation, user("mine"))))
    await first.flush()
    second.put(replace(theirs, conversation=add(theirs.conversation, user("theirs"))))
    await second.flush()
    assert first.id != second.id
    said_ = {
        path((await chats.load(one.id)).conversation)[-1].message["content"]
        for one in await chats.listing()
    }
    assert said_ == {"mine", "theirs"}
    await chats.delete(first.id or 0)
    first.put(mine)  # deleted meanwhile: what goes on is a chat of its own
    await first.flush()
    assert first.id in {one.id for one in await chats.listing()}


async def test_a_disk_that_cannot_be_written_is_told_and_tried_again(
    chats: SavedChats, store: Store
) -> None:
    told: list[ServiceError] = []
    saver = chats.new(told.append)
    store.path.mkdir()
    for _ in range(3):  # an answer that grows is tried again and again, and told of once
        saver.put(CHAT)
        await saver.flush()
    assert [error.title for error in told] == ["The local ledger cannot be used"]
    store.path.rmdir()
    saver.put(CHAT)
    await saver.flush()
    assert len(await chats.listing()) == 1
    assert len(told) == 1


async def test_what_could_not_be_written_is_tried_once_more_at_the_end(
    chats: SavedChats, store: Store
) -> None:
    told: list[ServiceError] = []
    saver = chats.new(told.append)
    store.path.mkdir()
    saver.put(CHAT)
    await saver.flush()
    store.path.rmdir()
    await chats.close()
    assert len(told) == 1
    assert (await chats.load(saver.id or 0)).conversation == CHAT.conversation
    saver.put(Chat(talk("after the end")))
    await saver.flush()
    assert [one.title for one in await chats.listing()] == [CHAT.name]


async def test_keys_are_not_written(chats: SavedChats, store: Store) -> None:
    learn("sk-proj-5f2bexampleNotARealKey11")
    saver = chats.new(never)
    key = "sk-proj-5f2bexampleNotARealKey11"
    saver.put(Chat(talk(f"my key is {key}"), system=key))
    await saver.flush()
    kept = sqlite3.connect(store.path)
    try:
        rows = [
            *kept.execute("SELECT * FROM saved_chats"),
            *kept.execute("SELECT * FROM chat_messages"),
        ]
    finally:
        kept.close()
    assert rows
    assert key not in repr(rows)


async def test_half_a_surrogate_pair_is_saved(chats: SavedChats) -> None:
    saver = chats.new(never)
    saver.put(Chat(talk("a\ud800", "b\udfff")))
    await saver.flush()
    back = await chats.load(saver.id or 0)
    assert back.conversation == talk("a\ud800", "b\udfff")
    assert json.loads(dataset_line(back))["messages"][1]["content"] == "b\udfff"


async def test_named_system_prompts(store: Store) -> None:
    await store.chats.save_prompt("brief", "Be brief.")
    await store.chats.save_prompt("a pirate", "Talk like one.")
    await store.chats.save_prompt("brief", "Be very brief.")
    prompts = [("a pirate", "Talk like one."), ("brief", "Be very brief.")]
    assert await store.chats.prompts() == prompts
    await store.chats.delete_prompt("brief")
    assert await store.chats.prompts() == prompts[:1]


async def test_while_an_answer_comes_only_the_newest_state_is_written(
    chats: SavedChats, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    writes = 0
    save = store.chats.save

    async def counted(*arguments: Any) -> Any:
        nonlocal writes
        writes += 1
        return await save(*arguments)

    monkeypatch.setattr(store.chats, "save", counted)
    monkeypatch.setattr("tui.services.chat.chats.SAVED_EVERY_S", 30)
    saver = chats.new(never)
    for count in range(200):
        saver.put(Chat(talk(answer="x" * count)))
        await asyncio.sleep(0)
    await saver.flush()
    assert (await chats.load(saver.id or 0)).conversation == talk(answer="x" * 199)
    assert writes <= 3


STREAMING = """
import asyncio, sys
from contextlib import aclosing
from dataclasses import replace
from tui.core.chat.conversation import Conversation, add, put
from tui.core.chat.saved import Chat
from tui.services.chat.service import ChatRequest, Delta
from tui.services.workspace import Workspace

async def main():
    workspace = await Workspace.open()
    saver = workspace.chats.new(lambda error: sys.exit(str(error)))
    tree = add(Conversation(), {"role": "user", "content": "Go on?"})
    tree = add(tree, {"role": "assistant", "content": ""}, state="streaming", model="m")
    request = ChatRequest("m", (tree.nodes[1].message,))
    text = ""
    async with aclosing(workspace.chat.stream(request)) as parts:
        async for part in parts:
            text += part.text
            message = {"role": "assistant", "content": text}
            tree = put(tree, replace(tree.nodes[2], message=message))
            saver.put(Chat(tree, "m"))

asyncio.run(main())
"""


async def test_a_partial_answer_survives_a_kill(tmp_path: Path, server: FaultServer) -> None:
    pieces = (said(f"word{n} ") for n in range(20))
    server.fault("POST /chat/completions", stream(*pieces, endless=True))
    environ = {**environment(), **write_config(tmp_path, server.url, "timeout = 20")}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STREAMING, cwd=ROOT, env=environ
    )
    store = Store(Locations.standard(environ).ledger)
    chats = SavedChats(store.chats, "fault")
    try:
        await until_there(chats)
        os.kill(child.pid, signal.SIGKILL)
        await child.wait()
        [one] = await chats.listing()
        chat = await chats.load(one.id)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        await store.close()
    question, answer = path(chat.conversation)
    assert question.message == user("Go on?")
    assert answer.message["content"] == "".join(f"word{n} " for n in range(20))
    assert (answer.state, answer.note) == ("cut", "cut off: the program ended while it came")


async def until_there(chats: SavedChats) -> None:
    for _ in range(400):
        if await chats.listing("word19"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("never saved")


def test_markdown_and_a_line_of_a_dataset() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    tree = add(Conversation(), {"role": "user", "content": [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]})  # fmt: skip
    tree = add(tree, {"role": "assistant", "tool_calls": [call]}, model="m")
    tree = add(tree, {"role": "tool", "tool_call_id": "c", "content": "3"})
    tree = add(tree, {"role": "assistant", "content": "Thr"}, state="cut", model="m")
    tool = {"type": "function", "function": {"name": "f"}}
    chat = Chat(tree, "m", "Be brief.", ChatParameters(tools=(tool,)))
    line = json.loads(dataset_line(chat))
    assert line["messages"][0] == {"role": "system", "content": "Be brief."}
    assert line["messages"][1:] == [dict(node.message) for node in path(tree)]
    assert line["tools"] == [tool]
    assert markdown(chat) == (
        "# What is it?\n\n## System\n\nBe brief.\n\n## User\n\nWhat is it?\n\n"
        "[image: data:image/png (3 B)]\n\n## Assistant (m)\n\n```json\n[\n  {\n"
        '    "id": "c",\n    "type": "function",\n    "function": {\n      "name": "f",\n'
        '      "arguments": "{}"\n    }\n  }\n]\n```\n\n## Tool\n\n3\n\n'
        "## Assistant (m)\n\nThr\n\n*(cut)*\n"
    )
