"""The next start is where one was, as far as that is still there; what is not is told in a line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.screens.conftest import use_profile
from tests.screens.slow_provider import MODELS, slow_provider
from tests.until import toasts, until
from tui.app import FinetuiApp
from tui.core.chat.parameters import ChatParameters
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.dialogs.editor import TextEditor

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _comes_back(app_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del app_home
    monkeypatch.setenv("FINETUI_START", "back")


def line(text: str) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": text}]}).encode() + b"\n"


def state(home: Path) -> dict[str, Any]:
    return json.loads((home / "state" / "session.json").read_bytes())  # type: ignore[no-any-return]


def columns(app: FinetuiApp) -> list[str]:
    if app.current_mode != "compare":
        return []
    screen: Any = app.screen
    return [one.candidate.model for one in screen.context.comparison.columns]


def looks(app: FinetuiApp, looked: list[bool]) -> bool:
    """Note whether Chat has a model or says that it looks for one."""
    screen: Any = app.screen
    if app.current_mode != "chat":  # it is not come back to yet
        return False
    looked.append(bool(screen.models.model or screen.models.looking))
    return True


async def test_rows_are_found_by_what_they_hold(app_home: Path, tmp_path: Path) -> None:
    use_profile(app_home, "http://127.0.0.1:9/v1")
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(map(line, "abcdef")))
    app = FinetuiApp(str(path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace and app.screen.document, pilot)
        await pilot.press("space", "space", "down")  # marks a and b, goes to d
        await until(lambda: app.screen.context.selection.position == 3, pilot)
        await pilot.press("ctrl+q")
    path.write_bytes(b"".join(map(line, "xyacdef")))  # a has moved, b has gone, d has moved
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace and app.screen.document, pilot)
        told = "Not as it was: 1 marked row changed or gone."
        await until(lambda: told in toasts(app), pilot)
        assert app.screen.context.selection.position == 4
        assert [*app.screen.marked.positions] == [2]
        await pilot.press("ctrl+q")
    path.unlink()
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        told = f"data.jsonl was open and cannot be opened: {path} does not exist"
        await until(lambda: told in toasts(app), pilot)
        assert app.screen.document is None
        await pilot.press("5")  # elsewhere
        await until(lambda: state(app_home)["mode"] == "models", pilot)
    app = FinetuiApp(fresh=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        assert app.current_mode == "datasets"
        assert toasts(app) == []


async def test_a_model_or_a_profile_that_is_gone_is_told(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with slow_provider() as provider:
        use_profile(app_home, provider.base_url)
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.workspace, pilot)
            await pilot.press("4")
            await until(lambda: getattr(app.screen, "models", None) and app.screen.models.model)
            app.screen.models.take(MODELS[2])
            await pilot.press("a", "ctrl+q")
        assert state(app_home)["screens"]["chat"]["model"] == MODELS[2]
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.current_mode == "chat", pilot)
            await until(lambda: app.screen.models.model == MODELS[2], pilot)
            await pilot.press("escape", "7")
            await until(lambda: columns(app) == [MODELS[0], MODELS[1]], pilot)
            app.screen.candidates.take([MODELS[2]])
            last = app.screen.context.comparison.columns[-1]
            asked = replace(last.candidate, parameters=ChatParameters(temperature=1.5))
            app.screen.context.comparison.ask_otherwise(last, asked)
            await pilot.press("escape", "5")
            await until(lambda: app.current_mode == "models" and app.screen.listed.models, pilot)
            app.screen.listed.marked = {*MODELS[1:]}
            await pilot.press("7")
            await until(lambda: app.current_mode == "compare", pilot)
            await pilot.press("ctrl+q")
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: columns(app) == list(MODELS), pilot)
            last = app.screen.context.comparison.columns[-1]
            assert last.candidate.parameters == ChatParameters(temperature=1.5)
            await pilot.press("escape", "4")
            await until(lambda: app.current_mode == "chat", pilot)
            await pilot.press("ctrl+q")
        monkeypatch.setattr("tests.screens.slow_provider.MODELS", MODELS[:2])
        now = state(app_home)
        kept = json.dumps({**now, "profile": "gone", "chosen": True})
        now["screens"] |= {
            "jobs": {"job": "job-1"},
            "files": {"file": "file-1", "marked": ["file-1", "file-2"]},
        }
        (app_home / "state" / "session.json").write_text(json.dumps(now))
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            told = f"{MODELS[2]} was chosen and is not listed any more."
            looked: list[bool] = []
            await until(lambda: looks(app, looked) and told in toasts(app), pilot)
            await until(lambda: looks(app, looked) and app.screen.models.model == MODELS[1], pilot)
            assert all(looked[looked.index(True) :])  # it never says that there is none
            await pilot.press("escape", "5")
            await until(lambda: app.current_mode == "models" and app.screen.listed.marked, pilot)
            assert MODELS[1] in app.screen.listed.marked
            await pilot.press("3")
            await until(lambda: "job-1 is not listed any more." in toasts(app), pilot)
            await pilot.press("6")
            gone = "file-1 is not listed any more. 2 marked files not listed any more."
            await until(lambda: gone in toasts(app), pilot)
        (app_home / "state" / "session.json").write_text(kept)
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.workspace, pilot)
            await until(lambda: "The profile gone is not configured any more." in toasts(app))
            assert app.workspace.profile.name == "test"


async def test_lists_counts_and_forms_are_as_they_were(app_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(map(line, "abcdef")))
    async with slow_provider() as provider:
        use_profile(app_home, provider.base_url)
        app = FinetuiApp(str(path))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.workspace, pilot)
            await pilot.press("2")
            await until(lambda: app.current_mode == "tokens" and app.screen.state.files, pilot)
            await pilot.press("t", "t", "e", "7", "enter")
            await until(lambda: app.screen.state.epochs == 7, pilot)
            await pilot.press("5")
            await until(lambda: app.current_mode == "models" and app.screen.listed.models, pilot)
            app.screen.listed.order = "name"
            await pilot.press("slash", *MODELS[1], "enter")
            await until(lambda: len(app.screen.listed.models) == 1, pilot)
            await pilot.press("f2")
            await until(lambda: app.screen.query("#profiles"), pilot)
            await pilot.press("ctrl+n")
            await until(lambda: app.screen.query("#key"), pilot)
            app.screen.query_one("#key").value = "sk-of-nobody"
            app.screen.query_one("#name").value = "mine"
            app.screen.query_one("#source").action_move(1)
            await pilot.pause()
            app.leaving.end(143)  # as by a signal
        kept = "".join(one.read_text() for one in (app_home / "state").rglob("*.json"))
        assert "mine" in kept
        assert "sk-of-nobody" not in kept
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            told = "Typed when the program ended, and kept: New profile. Open it again."
            await until(lambda: told in toasts(app), pilot)
            await until(lambda: app.current_mode == "models" and app.screen.listed.models, pilot)
            assert [one.id for one in app.screen.listed.models] == [MODELS[1]]
            assert app.screen.query_one("#filter").value == MODELS[1]
            assert app.screen.listed.order == "name"
            await pilot.press("f2")
            await until(lambda: app.screen.query("#profiles"), pilot)
            await pilot.press("ctrl+n")
            await until(lambda: app.screen.query("#key"), pilot)
            assert app.screen.query_one("#name").value == "mine"
            assert app.screen.query_one("#source").value == "command"
            assert app.screen.query_one("#field-key_command").display
            await pilot.press("escape", "y", "escape", "2")  # drops it
            await until(lambda: app.current_mode == "tokens" and app.screen.state.files, pilot)
            chosen = app.screen.state
            assert (chosen.measure, chosen.epochs) == ("messages", 7)
            assert not app.workspace.typed.names("")


async def test_a_system_prompt_half_typed_is_open_again_and_images_are_attached(
    app_home: Path, tmp_path: Path
) -> None:
    use_profile(app_home, "http://127.0.0.1:9/v1")
    for name in ("here.png", "gone.png"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20) + name.encode())
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press("4")
        await until(lambda: app.current_mode == "chat", pilot)
        app.screen.attaching.come_back([str(tmp_path / "here.png"), str(tmp_path / "gone.png")])
        await until(lambda: len(app.screen.attaching.paths) == 2, pilot)
        await pilot.press("escape", "escape", "s")
        await until(lambda: isinstance(app.screen, TextEditor), pilot)
        await pilot.press(*"You are a bird")
        app.leaving.end(143)
    (tmp_path / "gone.png").unlink()
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, TextEditor), pilot)
        await until(lambda: app.screen.query_one("TextArea").text == "You are a bird", pilot)
        chat: Any = app.screen_stack[0]
        await until(lambda: "here.png" in str(chat.query_one(Prompt).border_subtitle), pilot)
        told = "gone.png was attached and cannot be read: "
        await until(lambda: any(one.startswith(told) for one in toasts(app)), pilot)


async def test_the_log_is_shown_while_it_grows(app_home: Path) -> None:
    use_profile(app_home, "http://127.0.0.1:9/v1")
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press("5")
        await until(lambda: app.current_mode == "models" and app.screen.failure_text, pilot)
        await pilot.press("f4")
        await until(lambda: getattr(app.screen, "entries", ()), pilot)
        dialog: Any = app.screen
        assert "begins as process" in dialog.entries[0].text
        assert any("Cannot list the models" in one.text for one in dialog.entries)
        before = dialog.entries[-1]
        assert dialog.current == before
        app.show_error(ValueError("on purpose"))
        await until(lambda: dialog.entries[-1] != before, pilot)
        assert "ValueError: on purpose" in dialog.entries[-1].text
        assert dialog.current == dialog.entries[-1]  # it follows
        await pilot.press("l", "l")
        assert {one.level for one in dialog.entries} == {"ERROR"}
        await pilot.press("y")
        await until((app_home / "state" / "copied.txt").is_file, pilot)
        assert "ValueError" in (app_home / "state" / "copied.txt").read_text()
        await pilot.press("escape")
        assert app.current_mode == "models"
    assert "it ends" in (app_home / "logs" / "finetui.log").read_text()
