"""A file that is looked at as it is: what works on many examples leaves its lines alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.rows import USER, answer, chat
from tests.screens.test_datasets import running
from tests.screens.test_importing import choose_path
from tests.until import until
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("app_home")

ROWS = [json.loads(chat(USER, answer(f"a{n % 2}"))) for n in range(4)]
FILES = {
    "array.json": json.dumps(ROWS, indent=1),
    "wrapped.jsonl": json.dumps({"data": ROWS}) + "\n",
    "sheet.csv": "question,answer\n" + "a,b\n" * 4,
    "export.json": json.dumps([{"mapping": {}, "current_node": "a"}]),
}


async def test_bulk_split_and_duplicates_are_refused_with_what_helps(tmp_path: Path) -> None:
    async with running(None) as (pilot, screen):
        panel = screen.query_one(ErrorPanel)
        for name, text in FILES.items():
            path = tmp_path / name
            path.write_text(text)
            await pilot.press("o")
            await choose_path(pilot, path)
            await until(lambda path=path: screen.document and screen.document.path == path, pilot)
            await until(lambda: screen.checks.issues, pilot)
            for keys in (["b"], ["equals_sign"], ["x", *"split", "enter"]):
                if isinstance(pilot.app.screen, Confirm):  # what kind of file it is
                    await pilot.press("escape")
                await until(lambda: pilot.app.screen is screen, pilot)
                await pilot.press(keys[0])
                if keys[1:]:
                    await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
                    await pilot.press(*keys[1:])
                await until(lambda: panel.failure is not None, pilot)
                assert panel.failure.title == "Not an example on each line", name
                assert panel.failure.next_step == "i imports it into a new file"
                await pilot.press("escape")
                await until(lambda: panel.failure is None, pilot)
            assert len(screen.document) == text.rstrip("\n").count("\n") + 1
