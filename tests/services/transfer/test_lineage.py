"""Every file written leaves its content's hash in the ledger; splits are remembered there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.core.dataset.test_splitting import line
from tui.core.dataset.splitting import SplitOptions
from tui.services.settings.locations import Locations
from tui.services.transfer.exporting import plan_split, write_split
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    environ = {"FINETUI_HOME": str(tmp_path / "home")}
    one = await Workspace.open(locations=Locations.standard(environ), environ=environ)
    yield one
    await one.close()


async def test_each_save_is_a_version(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line("one") + b"\n")
    document = await workspace.datasets.open(path)
    await document.insert(1, [line("two")], "add")
    await document.save()
    await document.save(tmp_path / "copy.jsonl")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = await workspace.store.versions.find(digest=digest)
    assert {v.path for v in found} == {str(path), str(tmp_path / "copy.jsonl")}
    assert {(v.examples, v.origin, v.size) for v in found} == {(2, "saved", path.stat().st_size)}


async def test_a_split_is_written_and_remembered(workspace: Workspace, tmp_path: Path) -> None:
    lines = [line(f"q{n}") for n in range(40)]
    wanted = SplitOptions(0.25, seed=1)
    made = await plan_split(workspace.store, lines, wanted)
    targets = (tmp_path / "t.jsonl", tmp_path / "v.jsonl")
    await write_split(workspace.store, workspace.datasets, lines, made, targets, "all.jsonl")
    assert targets[0].read_bytes().count(b"\n") == 30
    held = set(targets[1].read_bytes().splitlines())
    assert len(held) == 10
    (version,) = await workspace.store.versions.find(path=str(targets[1]))
    assert version.origin == "validation part of all.jsonl"
    more = [line(f"new {n}") for n in range(40)] + [line("Q5 ", "another answer"), *lines]
    again = await plan_split(workspace.store, more, SplitOptions(0.25, seed=7))
    assert again.remembered == 41
    assert {more[n] for n in again.validation if n > 40} == held
    fresh = await plan_split(workspace.store, more, SplitOptions(0.25, seed=7), fresh=True)
    assert fresh.remembered == 0
