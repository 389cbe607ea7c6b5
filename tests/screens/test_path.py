"""Choosing a path while the list of what fits is still on its way, as over a slow line."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App
from textual.widgets import Input, Static

from tests.until import until
from tui.screens.dialogs import path as path_dialog
from tui.screens.dialogs.path import PathDialog
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot


class Gate:
    """Stands in for asyncio in the dialog: threads answer, but are heard one by one."""

    def __init__(self) -> None:
        self.asked: list[str] = []  # the functions whose answers are held back
        self._open = asyncio.Event()
        self._open.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def to_thread(self, function: Any, *given: Any) -> Any:
        done = await asyncio.to_thread(function, *given)
        if not self._open.is_set():
            self.asked.append(function.__name__)
            await self._open.wait()
        return done

    def close(self) -> None:
        self._open.clear()

    def open_one(self) -> None:
        """Let what waits now go on, and hold what comes next."""
        self.asked.clear()
        self._open.set()
        self._open.clear()

    def open(self) -> None:
        self._open.set()


class Alone(App[None]):
    """An app that shows the dialog, and has nowhere to keep what is typed in it."""

    workspace = None


@asynccontextmanager
async def asking(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Pilot[None], Gate, list[Path | None]]]:
    for number in range(20):
        (folder / f"some {number}.jsonl").touch()
    (folder / "wanted.jsonl").touch()
    monkeypatch.chdir(folder)
    gate, answers = Gate(), []
    monkeypatch.setattr(path_dialog, "asyncio", gate)
    app = Alone()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = PathDialog("Import", folders=True)
        await app.push_screen(dialog, answers.append)
        await until(lambda: dialog.query_one(RecordList).count == 21, pilot)
        yield pilot, gate, answers


async def test_the_list_can_be_painted_while_another_is_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asking(tmp_path, monkeypatch) as (pilot, gate, _):
        listing = pilot.app.screen.query_one(RecordList)
        gate.close()
        await pilot.press(*"wan")
        for step in ("_fitting", "_folder"):
            await until(lambda step=step: step in gate.asked, pilot)  # type: ignore[misc]
            listing.refresh()
            await pilot.pause()
            assert listing.count == 21
            gate.open_one()
        await until(lambda: listing.count == 1, pilot)
        listing.refresh()
        await pilot.pause()


@pytest.mark.parametrize("key", ["enter", "tab"])
async def test_a_key_acts_on_the_list_of_what_is_typed_not_on_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with asking(tmp_path, monkeypatch) as (pilot, gate, answers):
        dialog = pilot.app.screen
        gate.close()
        await pilot.press(*"wan", key)
        assert answers == []
        gate.open()
        if key == "enter":
            await until(lambda: answers, pilot)
            assert answers == [tmp_path / "wanted.jsonl"]
        else:
            await until(lambda: dialog.query_one(Input).value == "wanted.jsonl", pilot)


async def test_what_was_asked_is_forgotten_when_one_types_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asking(tmp_path, monkeypatch) as (pilot, gate, answers):
        dialog = pilot.app.screen
        gate.close()
        await pilot.press(*"wan", "enter", "x")
        gate.open()
        await until(lambda: dialog.query_one(RecordList).count == 0, pilot)
        assert answers == []
        await pilot.press("enter")
        problem = dialog.query_one(".problem", Static)
        await until(lambda: "wanx is not a file here" in str(problem.content), pilot)
