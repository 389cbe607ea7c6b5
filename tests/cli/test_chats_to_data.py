"""`finetui chats export --as`: saved chats become examples and pairs, once each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.home import Home
from tests.rows import rows_of
from tui.core.chat.conversation import Conversation, add, edit
from tui.core.chat.saved import Chat
from tui.services.chat.chats import SavedChats
from tui.services.settings.locations import Locations
from tui.services.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    write_config(tmp_path / "home", "http://127.0.0.1:9/v1")
    return Home(tmp_path / "home")


@pytest.fixture
def chats(home: Home) -> list[str]:
    """The ids of two saved chats: one whose answer was corrected, one that waits for an answer."""
    asked = add(Conversation(), {"role": "user", "content": "Which way?"})
    answered = add(asked, {"role": "assistant", "content": "Right."}, model="m")
    corrected = edit(answered, 2, {"role": "assistant", "content": "Left."})
    saved = (Chat(add(corrected, {"role": "user", "content": "Sure?"}), "m", "Be brief."),)

    async def save() -> list[str]:
        store = Store(Locations.standard(home.environ).ledger)
        ids = []
        for chat in (*saved, Chat(asked, "m")):
            saver = SavedChats(store.chats, "fault").new(print)
            saver.put(chat)
            await saver.flush()
            ids.append(str(saver.id))
        await store.close()
        return ids

    return asyncio.run(save())


SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "Which way?"}


def said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def test_chats_become_examples(home: Home, chats: list[str], tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    found = home.json("chats", "export", *chats, "--as", "chats", "--to", str(path))
    assert rows_of(path) == [{"messages": [SYSTEM, USER, said("Left.")]}]
    assert found["added"] == [{"chat": int(chats[0]), "row": 1, "problems": 0, "saved": True}]
    assert found["without"] == [int(chats[1])]
    # Again only where it is said, and nothing twice.
    again = ("chats", "export", "--all", "--as", "chats", "--to", str(path))
    assert home.json(*again, code=2)["error"]["title"] == "The file exists"
    found = home.json(*again, "--append")
    assert (found["added"], found["already_there"]) == ([], [{"chat": int(chats[0]), "row": 1}])
    assert len(rows_of(path)) == 1


def test_corrected_answers_become_pairs(home: Home, chats: list[str], tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    done = home.run("chats", "export", "--all", "--as", "pairs", "--to", str(path))
    assert done.returncode == 0
    assert "row 1 of pairs.jsonl, saved: no problems" in done.stdout
    assert rows_of(path) == [
        {
            "input": {"messages": [SYSTEM, USER]},
            "preferred_output": [said("Left.")],
            "non_preferred_output": [said("Right.")],
        }
    ]
    # A file of pairs takes no chats.
    wrong = home.json(
        "chats", "export", "--all", "--as", "chats", "--to", str(path), "--append", code=2
    )
    assert "pairs.chats.jsonl" in wrong["error"]["next_step"]
    assert len(rows_of(path)) == 1


def test_as_and_to_belong_together(home: Home, chats: list[str]) -> None:
    assert home.run("chats", "export", chats[0], "--as", "chats").returncode == 2
    assert home.run("chats", "export", chats[0], "--to", "x.jsonl").returncode == 2
