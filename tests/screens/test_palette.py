"""The palette finds commands and things by a few letters, without asking anybody."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from tests.lab_process import chat_lines
from tests.screens.conftest import use_profile
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.core.chat.conversation import Conversation, add
from tui.core.chat.saved import Chat
from tui.core.models.remembered import RememberedModel
from tui.screens.dialogs.palette import Palette
from tui.services.known_things import KnownThing

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.faults.server import FaultServer

MODELS = [f"ft:base:org:fern-{n}:M{n}" for n in range(40)]
MANY = {f"ft:base:org:moss-{n}:X{n}": RememberedModel("base") for n in range(5_000)}


CHAT = Chat(
    add(Conversation(), {"role": "user", "content": "Why ferns?"}), "base", title="About ferns"
)


async def found(pilot: Pilot[Any], typed: str) -> Palette:
    await pilot.press("ctrl+p")
    await until(lambda: isinstance(pilot.app.screen, Palette), pilot)
    palette = pilot.app.screen
    assert isinstance(palette, Palette)
    await until(lambda: any(isinstance(one.value, KnownThing) for one in palette.choices), pilot)
    palette.query_one(Input).value = typed
    await pilot.pause()
    return palette


async def test_what_is_found_is_gone_to(
    app_home: Path, server: FaultServer, tmp_path: Path
) -> None:
    server.lists["/models"] = lambda _: {"data": [{"id": "base"}, *({"id": m} for m in MODELS)]}
    jobs = [
        server.new_job({"status": "succeeded", "model": "base", "suffix": f"job{n}"})
        for n in range(30)
    ]
    server.lists["/files"] = lambda _: {
        "data": [
            {"id": f"file-{n}", "filename": f"data{n}.jsonl", "bytes": 9, "created_at": n,
             "purpose": "fine-tune"}
            for n in range(30)
        ]
    }  # fmt: skip
    use_profile(app_home, server.url, "sk-x")
    data = tmp_path / "recent one.jsonl"
    data.write_bytes(chat_lines(3))
    app = FinetuiApp(str(data))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        store, name = app.workspace.store, app.workspace.profile.name
        await store.chats.save(name, CHAT, None)
        for key in "356":
            await pilot.press(key)
            await until(app.screen.has_rows, pilot)
        await until(app.screen_stack[0].has_rows, pilot)
        await until(lambda: not app.status.work, pilot)
        await app.workspace.jobs.cache.flush()

        asked = len(server.seen)
        await found(pilot, "data7.jsonl")
        assert len(server.seen) == asked
        await pilot.press("enter")
        await until(lambda: app.current_mode == "files", pilot)
        await until(lambda: app.screen.listed.pane.current.info.id == "file-7", pilot)

        await found(pilot, "job12")
        await pilot.press("enter")
        await until(lambda: app.current_mode == "jobs", pilot)
        await until(lambda: app.screen.context.selected == jobs[12]["id"], pilot)

        await found(pilot, "abtfern")
        await pilot.press("enter")
        await until(lambda: app.current_mode == "chat", pilot)
        await until(lambda: "Why ferns?" in on_screen(app), pilot)

        await pilot.press("escape")
        await found(pilot, "rcntone")
        row = next(one for one in on_screen(app).splitlines() if "recent one.jsonl  " in one)
        assert re.search(rf"…\S*{tmp_path.name[-6:]}\b", row), "its end is not what is cut"
        await pilot.press("enter")
        await until(lambda: app.current_mode == "datasets", pilot)
        assert app.workspace.datasets.current.path == data

        await found(pilot, "cmprun")
        assert on_screen(app).count("Ask a dataset") == 0
        await pilot.press("escape")
        await found(pilot, "compare aad")  # a command of another mode, by letters left out
        assert "Compare: Ask a dataset" in on_screen(app)
        await pilot.press("escape")

        await store.models.seen(name, MANY)
        palette = await found(pilot, "")
        slowest = 0.0
        for key in "fern-17":
            before = time.thread_time()
            await pilot.press(key)
            slowest = max(slowest, time.thread_time() - before)
        assert "Model: ft:base:org:fern-17:M17" in on_screen(app)
        assert len(palette.choices) > 5_000
        assert slowest < 0.25, (
            "all that a key does, painting too; see tests/core/text/test_fuzzy.py"
        )
        await pilot.press("enter")
        await until(lambda: app.current_mode == "models", pilot)
        await until(lambda: app.screen.listed.current_id == MODELS[17], pilot)

        await pilot.press("h")  # not even where it is hidden: this one is gone
        await found(pilot, "moss-4321")
        await pilot.press("enter")
        await until(lambda: app.screen.listed.current_id == "ft:base:org:moss-4321:X4321", pilot)
