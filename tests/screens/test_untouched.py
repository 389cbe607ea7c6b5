"""What nobody has typed is never written, and an edit changes nothing beside itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, TextArea

from tests.screens.test_datasets import running
from tests.screens.test_editing import choose, dialog
from tests.until import until
from tui.screens.datasets.messages.tools import CallEditor
from tui.screens.dialogs.editor import LineEditor, TextEditor

if TYPE_CHECKING:
    from textual.pilot import Pilot

pytestmark = pytest.mark.usefixtures("app_home")


SEPARATORS = Path(__file__).parent / "data" / "separators.jsonl"
ODD = "a\nb\u2028c\r\nd\re\x0bf\x0cg\x1ch\x1di\x1ej\x85k\u2029lm\U00100000n\x1b[31mo \n\r\n"
CALL = {
    "id": " a1 ",
    "type": "function",
    "function": {"name": "f ", "arguments": '{"t":"\\u2028"}'},
}
EXAMPLE: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": ODD, "name": "ann "},
        {"role": "assistant", "tool_calls": [CALL]},
        {"role": "user", "content": [{"type": "text", "text": ODD}, {"type": "text", "text": "2"}]},
        {"role": "assistant", "refusal": ODD},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "description": ODD, "x": 1.50}}],
}


async def keep(pilot: Pilot[Any], screen: Any, kind: type = TextEditor) -> None:
    """Keep what an editor shows, without typing."""
    await dialog(pilot, screen, kind)
    await pilot.press("enter" if kind is LineEditor else "ctrl+s")
    await until(lambda: screen.app.screen is screen, pilot)
    await until(lambda: not screen.workers._workers or not edits_running(screen), pilot)
    assert not screen.document.modified


def edits_running(screen: Any) -> bool:
    return any(w.group == "edit" and not w.is_finished for w in screen.app.workers)


async def test_no_text_with_separators_is_changed_by_looking_at_it(tmp_path: Path) -> None:
    path = Path(shutil.copy(SEPARATORS, tmp_path / "seps.jsonl"))
    before = path.read_bytes()
    async with running(path, (80, 24)) as (pilot, screen):
        for at in range(len(screen.document)):
            screen.context.selection.go_to(at)
            await pilot.pause()
            await pilot.press("enter", "home", "e")
            await keep(pilot, screen)
            if at in {0, 7}:
                await choose(pilot, screen, "E", "raw")
                await keep(pilot, screen)
            await pilot.press("escape")
        assert screen.document.changes == 0
    assert path.read_bytes() == before


async def test_one_letter_changes_only_itself(tmp_path: Path) -> None:
    path = Path(shutil.copy(SEPARATORS, tmp_path / "seps.jsonl"))
    rows = path.read_text().splitlines()
    async with running(path, (80, 24)) as (pilot, screen):
        for at, row in [*enumerate(rows)][::3]:
            screen.context.selection.go_to(at)
            await pilot.pause()
            await pilot.press("enter", "home", "e")
            editor = await dialog(pilot, screen, TextEditor)
            text = json.loads(row)["messages"][0]["content"]
            editor.query_one(TextArea).move_cursor((0, 0))
            await pilot.press("Q", "ctrl+s")
            await until(lambda at=at: screen.document.unsaved(at), pilot)  # type: ignore[misc]
            made = json.loads(screen.document.line(at))
            assert made["messages"][0]["content"] == f"Q{text}"
            assert made["messages"][1:] == json.loads(row)["messages"][1:]
            await pilot.press("escape")


async def test_every_editor_keeps_an_odd_text_that_nobody_touches(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps(EXAMPLE) + "\n")
    before = path.read_bytes()
    async with running(path, (80, 24)) as (pilot, screen):
        await pilot.press("enter", "home", "e")
        await keep(pilot, screen)
        await choose(pilot, screen, "m", "name")
        await keep(pilot, screen, LineEditor)
        await choose(pilot, screen, "M", "tools")
        await keep(pilot, screen)
        await pilot.press("down")
        await choose(pilot, screen, "m", "call f")
        await keep(pilot, screen, CallEditor)
        await pilot.press("down", "e", "enter")  # the first part
        await keep(pilot, screen)
        await pilot.press("down")
        await choose(pilot, screen, "m", "refusal")
        await keep(pilot, screen)
        await choose(pilot, screen, "E", "raw")
        await keep(pilot, screen)
    assert path.read_bytes() == before


async def test_a_call_edited_keeps_the_blanks_of_what_was_not(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps(EXAMPLE) + "\n")
    async with running(path, (80, 24)) as (pilot, screen):
        await pilot.press("enter", "home", "down")
        await choose(pilot, screen, "m", "call f")
        editor = await dialog(pilot, screen, CallEditor)
        editor.query_one("#call_id", Input).value = "b2 "
        await pilot.press("ctrl+s")
        await until(lambda: screen.document.modified, pilot)
        call = json.loads(screen.document.line(0))["messages"][1]["tool_calls"][0]
        assert call == {**CALL, "id": "b2"}


EDITORS = {
    "closes the last line": "printf '\\n' >> \"$1\"",
    "closes it as on Windows": "printf '\\r\\n' >> \"$1\"",
    "does nothing": ":",
}


@pytest.mark.parametrize("script", EDITORS.values(), ids=EDITORS)
@pytest.mark.parametrize("text", [ODD, ODD.rstrip(), "a\r\nb", "a\u2028b", "\ud800", ""])
def test_an_external_editor_that_only_closes_the_last_line_has_changed_nothing(
    script: str, text: str, tmp_path: Path
) -> None:
    import subprocess

    from tui.screens.datasets.editing.external import read_back

    path = tmp_path / "text"
    path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    windows = "\\r" in script
    if (text.endswith("\n") and script != ":") or (windows and "\r\n" not in text):
        pytest.skip("no editor does that to such a text")
    subprocess.run(["sh", "-c", script, "sh", str(path)], check=True)
    assert read_back(path, text) == text


async def test_bytes_that_are_not_utf_8_stay_where_the_line_is_edited(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    row = b'{"messages": [{"role": "user", "content": "caf\xe9 one"}]}'
    path.write_bytes(row + b"\n")
    async with running(path, (80, 24)) as (pilot, screen):
        await choose(pilot, screen, "E", "raw")
        await keep(pilot, screen)
        await choose(pilot, screen, "E", "raw")
        editor = await dialog(pilot, screen, TextEditor)
        area = editor.query_one(TextArea)
        area.text = area.text.replace("one", "two")
        await pilot.press("ctrl+s")
        await until(lambda: screen.document.modified, pilot)
        assert screen.document.line(0) == row.replace(b"one", b"two")
