"""A file that another program writes while it is open: told once, then reload, keep or compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.screens.test_datasets import dataset, running  # noqa: F401 - fixtures
from tests.until import until
from tui.screens.datasets.files import on_disk
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("app_home")


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "LOOK_EVERY_S", 0.05)


async def test_compare_then_keep_then_reload(dataset: Path) -> None:  # noqa: F811
    async with running(dataset) as (pilot, screen):
        before = screen.document
        await before.delete(0, 1, "delete")
        lines = dataset.read_bytes().splitlines(keepends=True)
        dataset.write_bytes(b"".join(lines[2:]) + b"{}\n")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("down", "down", "enter")
        await until(lambda: isinstance(pilot.app.screen, Confirm), pilot)
        said = str(pilot.app.screen.query_one(".question").render())
        assert "10 lines the same" in said
        assert "1 line only here" in said
        assert "1 line only in the file" in said
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("down", "enter")  # keep mine: not asked again for this change
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.document is before
        assert len(before) == 11
        dataset.write_bytes(b"".join(lines[:3]))
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("enter")
        await until(lambda: screen.document is not before and len(screen.document) == 3, pilot)
        await until(lambda: screen.checks.problems is not None, pilot)


async def test_a_removed_file_can_be_written_again(dataset: Path) -> None:  # noqa: F811
    async with running(dataset) as (pilot, screen):
        content = dataset.read_bytes()
        dataset.unlink()
        await until(lambda: isinstance(pilot.app.screen, Confirm), pilot)
        await pilot.press("enter")
        await until(lambda: pilot.app.screen is screen, pilot)
        await screen.document.save(overwrite=True)
        assert dataset.read_bytes() == content


@pytest.mark.parametrize("answer", ["reload", "keep", "compare", "escape"])
async def test_a_save_over_it_offers_the_same(
    dataset: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
) -> None:
    monkeypatch.setattr(on_disk, "LOOK_EVERY_S", 3600)
    async with running(dataset) as (pilot, screen):
        document = screen.document
        await document.delete(0, 1, "delete")
        theirs = dataset.read_bytes() + dataset.read_bytes().splitlines(keepends=True)[0]
        dataset.write_bytes(theirs)
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        if answer == "compare":
            await pilot.press("down", "down", "enter")
            await until(lambda: isinstance(pilot.app.screen, Confirm), pilot)
            await pilot.press("enter")
            await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
            await pilot.press("escape")
        else:
            keys = {"reload": ["enter"], "keep": ["down", "enter"], "escape": ["escape"]}
            await pilot.press(*keys[answer])
        await until(lambda: pilot.app.screen is screen, pilot)
        if answer == "keep":
            await until(lambda: not document.modified, pilot)
            assert len(dataset.read_bytes().splitlines()) == 11
            return
        assert dataset.read_bytes() == theirs
        if answer == "reload":
            await until(lambda: screen.document is not document, pilot)
            assert len(screen.document) == 13
        else:
            assert document.modified
