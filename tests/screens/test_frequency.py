"""The frequency table by keyboard: properties, values, and the examples behind one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from tests.screens.test_datasets import listing, running
from tests.screens.test_filtering import filtered, shown
from tests.until import until
from tui.screens.datasets.filtering.frequency_table import FrequencyTable
from tui.screens.dialogs.choose import Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("app_home")

LONG = "Answer politely. " * 20


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.jsonl"
    lines = []
    for i in range(12):
        messages = [
            {"role": "user", "content": f"question {i}"},
            {"role": "assistant", "content": f"Well, {i}{'.' if i % 3 else '!'}"},
        ]
        if i % 4 == 0:
            messages.insert(0, {"role": "system", "content": LONG if i else "Be brief."})
        lines.append(json.dumps({"messages": messages}))
    path.write_text("\n".join(lines) + "\n")
    return path


async def test_values_are_counted_and_opened(mixed: Path) -> None:
    async with running(mixed) as (pilot, screen):

        def text() -> str:
            table = screen.app.screen
            if not isinstance(table, FrequencyTable):
                return ""
            rows = table.query_one(RecordList)
            return "\n".join(rows.render_line(y).text.rstrip() for y in range(rows.count))

        await pilot.press("t")
        await until(lambda: "75.0% " in text() and "user assistant" in text(), pilot)
        await pilot.press("right")
        await until(lambda: "(no system prompt)" in text(), pilot)
        assert "16.7%" in text(), text()
        await pilot.press("down", "enter")
        await until(lambda: shown(screen) == [4, 8], pilot)
        assert screen.focused is listing(screen)
        await pilot.press("t")  # again: the same property, of the rows shown
        await until(lambda: "100.0%" in text(), pilot)
        title = str(screen.app.screen.query_one("#frequency-of", Static).render())
        assert "system prompt" in title
        await pilot.press("escape", "escape")
        await until(lambda: not screen.context.rows.filtered, pilot)
        # A table of filtered rows narrows the filter.
        await filtered(pilot, screen, "line:1-4 OR line:7", [0, 1, 2, 3, 6])
        await pilot.press("enter", "t", "m")
        await until(lambda: isinstance(screen.app.screen, Choose), pilot)
        await pilot.press(*"last char", "enter")
        await until(lambda: isinstance(screen.app.screen, FrequencyTable), pilot)
        table = screen.app.screen
        await until(lambda: table.query_one(RecordList).count == 2, pilot)
        await pilot.press("enter")
        await until(lambda: shown(screen) == [0, 3, 6], pilot)
        assert str(screen.filtered.node) == '(line:1-4 OR line=7) end="!"'
