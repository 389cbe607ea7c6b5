"""Filters over an open document: after any change they find what looking at every row finds."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from tui.core.dataset.properties import BY_NAME
from tui.core.filtering.marks import Marks
from tui.core.filtering.matching import matcher
from tui.core.filtering.nodes import FilterError
from tui.core.filtering.parser import parse
from tui.core.filtering.subject import Subject
from tui.services.datasets import Change, Document
from tui.services.datasets.frequency import Frequencies, frequencies
from tui.services.datasets.row_filter import FilterFacts, RowFilter
from tui.services.settings.saved_filters import SavedFilters
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FILTERS = [
    "red",
    "red -blue",
    "marked",
    "-marked red",
    "line:3-9",
    "edited OR blue",
    "line<20 (marked OR red)",
    "turns>1 -line:5-",
]


def line(text: str) -> bytes:
    messages = [{"role": "user", "content": text}] * (1 + len(text) % 2)
    return json.dumps({"messages": messages}).encode()


@pytest.fixture
async def document(tmp_path: Path) -> AsyncIterator[Document]:
    path = tmp_path / "rows.jsonl"
    chosen = random.Random(7)
    words = ["red", "blue", "green red", "grey"]
    path.write_bytes(b"".join(line(chosen.choice(words)) + b"\n" for _ in range(40)))
    workspace = await Workspace.open(environ={"FINETUI_HOME": str(tmp_path / "home")})
    document = await workspace.datasets.open(path)
    await document.ready()
    yield document
    await workspace.close()


def expected(document: Document, text: str, marks: Marks) -> list[int]:
    matches = matcher(parse(text))
    found = []
    for at in range(len(document)):
        data, row_id = document.line(at), document.row_id(at)
        subject = Subject(
            lambda data=data: data, at, edited=document.unsaved(at), marked=row_id in marks
        )
        if matches(subject):
            found.append(at)
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_any_changes_are_followed(document: Document, seed: int) -> None:
    chosen = random.Random(seed)
    marks = Marks()
    facts = FilterFacts(marks)
    filters = {text: RowFilter(document, parse(text), facts) for text in FILTERS}
    for _ in range(12):
        at = chosen.randrange(len(document))
        new = tuple(line(chosen.choice(["red", "blue", "x"])) for _ in range(chosen.randrange(3)))
        match chosen.randrange(4):
            case 0:
                await document.undo()
            case 1:
                marks.toggle(document.row_id(at))
            case 2:
                await document.change("edit", [Change(at, 1, new)])
            case 3:
                await document.change("put in", [Change(at, 0, new)])
        for text, filtering in filters.items():
            await filtering.run(lambda: None)
            assert filtering.positions().tolist() == expected(document, text, marks), text


async def test_between_runs_positions_follow_the_rows(document: Document) -> None:
    filtering = RowFilter(document, parse("red"), FilterFacts(Marks()))
    await filtering.run(lambda: None)
    ids = [document.row_id(at) for at in filtering.positions()]
    await document.insert(0, [line("red")], "put in")
    assert [document.row_id(at) for at in filtering.positions()] == ids


async def test_a_slow_expression_ends_the_run(document: Document) -> None:
    await document.insert(0, [line("word " * 4000)], "long")
    slow = RowFilter(document, parse("/^(.*)(.*)(.*)\\3\\2\\1[0-9]/"), FilterFacts(Marks()))
    with pytest.raises(FilterError, match="takes too long"):
        await slow.run(lambda: None)


async def test_values_are_counted(document: Document) -> None:
    parts: list[Frequencies] = []
    wanted = BY_NAME["turns"]
    await frequencies(
        document.snapshot(), range(len(document)), wanted, FilterFacts(Marks()), parts.append
    )
    assert parts[-1].done == 1
    assert sum(value.count for value in parts[-1].values) == 40
    counts = [value.count for value in parts[-1].values]
    assert counts == sorted(counts, reverse=True)


async def test_filters_are_kept_and_a_damaged_file_is_an_empty_one(tmp_path: Path) -> None:
    workspace = await Workspace.open(environ={"FINETUI_HOME": str(tmp_path / "home")})
    saved = SavedFilters(workspace.locations)
    await saved.used("role:tool")
    await saved.used('"a b"')
    await saved.used("role:tool")
    assert await saved.toggle("zebra")
    assert await saved.toggle("apple")
    assert not await saved.toggle("zebra")
    filters = await SavedFilters(workspace.locations).load()
    assert filters.saved == ["apple"]
    assert filters.recent == ["role:tool", '"a b"']
    (workspace.locations.state / "filters.json").write_text("[")
    assert (await saved.load()).saved == []
    assert (workspace.locations.state / "filters.json.damaged").read_text() == "["
    await workspace.close()
