"""A file that another program writes while it is open: told once, then reload, keep or compare."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static

from tests.screens.test_datasets import dataset, running  # noqa: F401 - fixtures
from tests.until import question_of, until
from tui.screens.datasets.files import on_disk
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.confirm import Confirm, GoOn
from tui.screens.dialogs.path import PathDialog
from tui.services.datasets import Document

if TYPE_CHECKING:
    from pathlib import Path

    from tui.screens.datasets import DatasetsScreen

pytestmark = pytest.mark.usefixtures("app_home")


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(on_disk, "REST_S", 0.05)


def said_of(screen: DatasetsScreen) -> str:
    return str(screen.query_one("#status-text", Static).render())


async def test_compare_then_keep_then_reload(dataset: Path) -> None:  # noqa: F811
    async with running(dataset) as (pilot, screen):
        before = screen.document
        await before.delete(0, 1, "delete")
        lines = dataset.read_bytes().splitlines(keepends=True)
        dataset.write_bytes(b"".join(lines[2:]) + b"{}\n")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("down", "enter")
        await until(lambda: isinstance(pilot.app.screen, Confirm), pilot)
        said = str(pilot.app.screen.query_one(".question").render())
        assert "10 lines the same" in said
        assert "1 line only here" in said
        assert "1 line only in the file" in said
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("enter")  # keep mine: not asked again for this change
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.document is before
        assert len(before) == 11
        dataset.write_bytes(b"".join(lines[:3]))
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("up", "enter")
        await until(lambda: screen.document is not before and len(screen.document) == 3, pilot)
        await until(lambda: screen.checks.problems is not None, pilot)


async def test_nothing_is_asked_while_keys_come(
    dataset: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A question that nobody has asked for would be answered by a key meant for the rows."""
    async with running(dataset) as (pilot, screen):
        looks, look = [0], Document.disk_change

        async def counted(document: Document) -> str:
            looks[0] += 1
            return await look(document)

        monkeypatch.setattr(Document, "disk_change", counted)
        await pilot.press("down")
        monkeypatch.setattr(on_disk, "REST_S", 3600.0)
        dataset.write_bytes(b"".join(dataset.read_bytes().splitlines(keepends=True)[2:]))
        await until(lambda: "not as on disk" in said_of(screen), pilot)
        looks[0] = 0
        await until(lambda: looks[0] > 2, pilot)
        assert pilot.app.screen is screen
        monkeypatch.setattr(on_disk, "REST_S", 0.0)
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)


async def test_a_removed_file_can_be_written_again(dataset: Path) -> None:  # noqa: F811
    async with running(dataset) as (pilot, screen):
        content = dataset.read_bytes()
        dataset.unlink()
        await until(lambda: isinstance(pilot.app.screen, Confirm), pilot)
        await pilot.press("enter")
        await until(lambda: pilot.app.screen is screen, pilot)
        # That there is something to save is said, and its key offered, although nothing was edited.
        assert "not as on disk" in said_of(screen)
        assert "datasets.save" not in screen.idle()
        await pilot.press("ctrl+s")
        await until(lambda: dataset.exists() and not screen.document.differs, pilot)
        assert dataset.read_bytes() == content
        await until(lambda: "saved" in said_of(screen), pilot)
        assert "datasets.save" in screen.idle()


async def test_a_save_over_it_offers_the_same(
    dataset: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(on_disk, "LOOK_EVERY_S", 3600)
    async with running(dataset) as (pilot, screen):
        document = screen.document
        await document.delete(0, 1, "delete")
        theirs = dataset.read_bytes() + dataset.read_bytes().splitlines(keepends=True)[0]
        dataset.write_bytes(theirs)
        for answer in ("escape", "compare", "reload", "keep"):
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
                await until(lambda: not screen.document.modified, pilot)
                assert len(dataset.read_bytes().splitlines()) == 12
                break
            assert dataset.read_bytes() == theirs
            if answer == "reload":
                await until(lambda: screen.document is not document, pilot)
                assert len(screen.document) == 13
                # The same again, to keep what is here.
                await screen.document.delete(0, 1, "delete")
                dataset.write_bytes(theirs + theirs.splitlines(keepends=True)[0])
            else:
                assert document.modified


async def test_a_save_is_shown_from_its_first_moment(
    dataset: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Writing is held up: that it is under way stands in the status line, and goes with it."""
    begun, may_end = threading.Event(), threading.Event()
    write = Document._write

    def held(self: Document, path: Path, plain: bool) -> None:
        begun.set()
        assert may_end.wait(60)
        write(self, path, plain)

    monkeypatch.setattr(Document, "_write", held)
    async with running(dataset) as (pilot, screen):
        for key, name in (("ctrl+s", dataset.name), ("S", "copy.jsonl")):
            begun.clear()
            may_end.clear()
            await pilot.press("d")
            await until(lambda: screen.document.modified, pilot)
            await pilot.press(key)
            if key == "S":
                await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
                pilot.app.screen.query_one(Input).value = str(dataset.with_name(name))
                await pilot.press("enter")
            await until(begun.is_set, pilot)
            await until(lambda name=name: pilot.app.status.work == f"saving {name}", pilot)
            assert pilot.app.activity.unfinished() == [f"saving {name}"]
            may_end.set()
            await until(lambda: "saving" not in pilot.app.status.work, pilot)
            await until(lambda: not screen.document.modified, pilot)


async def test_another_file_is_replaced_after_y_alone(dataset: Path) -> None:  # noqa: F811
    other = dataset.with_name("other.jsonl")
    other.write_bytes(b"precious\n")
    async with running(dataset) as (pilot, screen):
        await pilot.press("S")
        for key in ("enter", "n"):
            await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
            pilot.app.screen.query_one(Input).value = str(other)
            await pilot.press("enter")
            await until(lambda: isinstance(pilot.app.screen, GoOn), pilot)
            assert "What is in it now is lost" in question_of(pilot.app.screen)
            await pilot.press(key)
        # The name stands there again, to be changed.
        await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
        assert pilot.app.screen.query_one(Input).value.endswith("other.jsonl")
        assert other.read_bytes() == b"precious\n"
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, GoOn), pilot)
        await pilot.press("y")
        await until(lambda: screen.document.path == other, pilot)
    assert other.read_bytes() == dataset.read_bytes()
