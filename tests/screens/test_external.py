"""$EDITOR: a small script stands for the editor; its exit code and what it writes count."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from tests.screens.test_datasets import running
from tests.screens.test_editing import CHAT, choose, dialog, raw, write
from tests.until import question_of, until
from tui.screens.dialogs.confirm import Confirm
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("app_home")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write(tmp_path / "chats.jsonl", CHAT, CHAT)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the driver of tests hand over its terminal, which is none, as real ones do."""
    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """Make a shell script the editor; `$1` is the file it is to edit."""
    script = tmp_path / "my editor"
    script.write_text(
        f'#!/bin/sh\nfile="$1"\necho "$file" >> "{tmp_path}/seen"\n'
        f'ls -ln "$file" >> "{tmp_path}/mode"\nls -ldn "$(dirname "$file")" >> "{tmp_path}/mode"\n'
        f"{body}\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{script}'")
    return tmp_path / "seen"


@pytest.mark.usefixtures("terminal")
async def test_what_the_editor_writes_is_taken(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = editor(tmp_path, monkeypatch, 'sed -i s/Oslo/Bodo/ "$file"; echo >> "$file"')
    async with running(dataset) as (pilot, screen):
        await pilot.press("enter")
        await choose(pilot, screen, "E", "message")
        await until(lambda: screen.document.modified, pilot)
        assert raw(screen)["messages"][0]["content"] == "Weather in Bodo?"
        folder = tmp_path / "home"
        for line in seen.read_text().split("\n")[:-1]:
            assert line.startswith(str(folder))
            assert not (folder / line).parent.exists()
    modes = [line.split()[0] for line in (tmp_path / "mode").read_text().split("\n") if line]
    assert [mode[:10] for mode in modes] == ["-rw-------", "drwx------"]


@pytest.mark.usefixtures("terminal")
async def test_a_failed_editor_changes_nothing(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(dataset) as (pilot, screen):
        for body, said in (("exit 3", "exit code 3"), ("kill -9 $$", "signal 9")):
            editor(tmp_path, monkeypatch, f'echo other > "$file"; {body}')
            await choose(pilot, screen, "E", "example")
            panel = screen.query_one(ErrorPanel)
            await until(lambda panel=panel: panel.failure is not None, pilot)
            assert said in panel.failure.cause
            assert not screen.document.modified
            await pilot.press("escape")


@pytest.mark.usefixtures("terminal")
async def test_nothing_changed_is_no_edit_and_wrong_json_gets_another_round(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first call changes nothing, the second breaks the JSON, the third mends it.
    body = (
        f'case $(wc -l < "{tmp_path}/seen") in\n'
        '*2) sed -i "1s/{/{,/" "$file";;\n*3) sed -i "1s/{,/{/; s/Oslo?/Rome?/" "$file";;\nesac'
    )
    seen = editor(tmp_path, monkeypatch, body)
    async with running(dataset) as (pilot, screen):
        await choose(pilot, screen, "E", "example")
        await until(lambda: seen.exists() and screen.app.screen is screen, pilot)
        assert not screen.document.modified
        await choose(pilot, screen, "E", "example")
        question = await dialog(pilot, screen, Confirm)
        assert "line 1, column 2" in question_of(question)
        await pilot.press("y")
        await until(lambda: screen.document.modified, pilot)
        assert raw(screen)["messages"][0]["content"] == "Weather in Rome?"
        assert raw(screen)["tools"] == CHAT["tools"]


async def test_an_editor_that_is_none_is_explained(
    dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    async with running(dataset) as (pilot, screen):
        for set_to, suspends, words in (
            ("", True, "EDITOR"),
            ("no-such-program-here", True, "EDITOR"),
            ("'unclosed", True, "EDITOR"),
            ("true", False, "raw JSON"),  # there is no terminal to hand over
        ):
            monkeypatch.setattr(HeadlessDriver, "can_suspend", suspends)
            monkeypatch.setenv("EDITOR", set_to)
            await choose(pilot, screen, "E", "example")
            panel: Any = screen.query_one(ErrorPanel)
            await until(lambda panel=panel: panel.failure is not None, pilot)
            assert words in f"{panel.failure.cause} {panel.failure.next_step}", set_to
            assert not screen.document.modified
            await pilot.press("escape")
            assert panel.failure is None
