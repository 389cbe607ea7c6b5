"""Keys pressed while the journal is being written: each edit is done, in the order of the keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.core.checks.examples import answer, chat, user
from tests.screens.test_datasets import running
from tests.until import until
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _home(app_home: Path) -> None:
    del app_home


@pytest.mark.parametrize(
    ("keys", "left"),
    [("]]]", "bcdaef"), ("ddd", "def"), ("]]d", "bcdef"), ("d]d]", "cedf"), ("]][", "bacdef")],
)
async def test_every_key_counts_in_its_order(tmp_path: Path, keys: str, left: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(user(c), answer(c)) + b"\n" for c in "abcdef"))
    async with running(path) as (pilot, screen):
        document = screen.document
        names = {"]": "right_square_bracket", "[": "left_square_bracket"}
        async with document._lock:  # as while the journal is being written
            for key in keys:
                await pilot.press(names.get(key, key))
        await until(lambda: not screen.context.stepping.locked(), pilot)

        def said() -> str:
            rows = [json.loads(document.line(n)) for n in range(len(document))]
            return "".join(row["messages"][0]["content"] for row in rows)

        await until(lambda: said() == left, pilot)
        assert screen.query_one(ErrorPanel).failure is None
