"""The next start is where one was, as far as that is still there; what is not is told in a line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.screens.conftest import use_profile
from tests.screens.slow_provider import MODELS, slow_provider
from tests.until import narrow, question_of, toasts, until
from tui.app import FinetuiApp
from tui.core.chat.parameters import ChatParameters
from tui.screens.chat.asking.prompt import Prompt
from tui.screens.datasets.importing.columns_dialog import ColumnsDialog
from tui.screens.datasets.importing.preview import ConversionPreview
from tui.screens.datasets.importing.row_options_dialog import RowsDialog
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import TextEditor
from tui.screens.dialogs.path import PathDialog

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


def columns_said(app: FinetuiApp) -> dict[str, list[str]]:
    dialog: Any = app.screen
    return dialog.remembered()["columns"] if isinstance(dialog, ColumnsDialog) else {}


def looks(app: FinetuiApp, looked: list[bool]) -> bool:
    """Note whether Chat has a model or says that it looks for one."""
    screen: Any = app.screen
    if app.current_mode != "chat":  # it is not come back to yet
        return False
    looked.append(bool(screen.models.model or screen.models.looking))
    return True


async def test_rows_are_found_by_what_they_hold(
    app_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_profile(app_home, "http://127.0.0.1:9/v1")
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(map(line, "abcdef")))
    app = FinetuiApp(str(path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace and app.screen.document, pilot)
        await pilot.press("space", "space", "down")  # marks a and b, goes to d
        await until(lambda: app.screen.context.selection.position == 3, pilot)
        await pilot.press("slash")
        app.screen.bar.field.value = "role:"  # no filter yet, and at once: "role" would be one
        await pilot.press("ctrl+q")
    path.write_bytes(b"".join(map(line, "xyacdef")))  # a has moved, b has gone, d has moved
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace and app.screen.document, pilot)
        told = "Not as it was: 1 marked row changed or gone."
        await until(lambda: told in toasts(app), pilot)
        assert app.screen.context.selection.position == 4
        assert [*app.screen.marked.positions] == [2]
        await until(lambda: app.screen.bar.field.value == "role:", pilot)
        assert app.focused is app.screen.bar.field
        await pilot.press("escape", "ctrl+q")
    path.unlink()
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        told = f"data.jsonl was open and cannot be opened: {path} does not exist"
        await until(lambda: told in toasts(app), pilot)
        assert app.screen.document is None
        monkeypatch.setattr("tui.program.returning.AFTER_S", 3600.0)
        await pilot.press("5")  # elsewhere, which is written at once
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
            await pilot.press("3")
            await until(lambda: app.current_mode == "jobs", pilot)
            jobs = app.screen.pane  # the keys are for jobs, of which there are none
            jobs.next_filter()
            jobs.curve.next_measure()
            jobs.curve.toggle_log()
            await pilot.pause()  # the curve is shown for that
            jobs.go_to("settings")
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
            await pilot.press("escape", "y", "escape", "3")  # drops it
            await until(lambda: app.current_mode == "jobs", pilot)
            jobs = app.screen.pane
            curve = jobs.curve
            looked = (jobs.view, jobs.filter, curve.measure, curve.log_axis, curve.smoothing)
            assert looked == ("settings", "all", "accuracy", True, 0.0)
            await pilot.press("2")
            await until(lambda: app.current_mode == "tokens" and app.screen.state.files, pilot)
            chosen = app.screen.state
            assert (chosen.measure, chosen.epochs) == ("messages", 7)
            assert not app.workspace.typed.names("")


async def test_what_is_half_done_is_open_again_and_images_are_attached(
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
        await pilot.press("escape", "y")  # drops it
        await until(lambda: app.current_mode == "chat" and app.screen is chat, pilot)
        await pilot.press("escape", "escape", "1")  # the error, the prompt
        await until(lambda: app.current_mode == "datasets", pilot)
        (tmp_path / "t.csv").write_text("question,answer,label\nWhat?,That.,1\n")
        await pilot.press("i")
        await until(lambda: isinstance(app.screen, PathDialog), pilot)
        await narrow(pilot, str(tmp_path / "t.csv"))
        await until(lambda: isinstance(app.screen, ColumnsDialog), pilot)
        await pilot.press("end", "enter")
        await until(lambda: isinstance(app.screen, Choose), pilot)
        await narrow(pilot, "system")
        await until(lambda: "system" in columns_said(app), pilot)
        app.leaving.end(129)  # as by a lost line
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, ColumnsDialog), pilot)
        assert columns_said(app) == {
            "system": ["label"],
            "user": ["question"],
            "assistant": ["answer"],
        }
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(app.screen, ConversionPreview), pilot)
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, RowsDialog), pilot)
        await pilot.press(*"id")
        await pilot.pause()
        app.leaving.end(143)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, RowsDialog), pilot)
        assert app.screen.query_one("#without").value == "id"
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ConversionPreview), pilot)
        kept = app.workspace.typed.get("import")
        assert (kept["path"], kept["step"]) == (str(tmp_path / "t.csv"), "")
        assert kept["chosen"]["without"] == ["id"]
        assert kept["chosen"]["columns"]["system"] == ["label"]
        await pilot.press("escape")
        await until(lambda: app.current_mode == "datasets" and app.screen.MODE == "datasets", pilot)
        await until(lambda: not app.workspace.typed.names(""), pilot)  # left, and so forgotten
        await pilot.press("enter")  # the first thing to begin with is the sample, with the tour
        await until(lambda: isinstance(app.screen, Confirm), pilot)
        assert "lab" in question_of(app.screen)


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
