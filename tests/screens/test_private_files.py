"""What finetui keeps is its owner's alone, whatever the umask."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.home import Home
from tests.until import until
from tui.app import FinetuiApp
from tui.screens.datasets import DatasetsScreen
from tui.services.settings.locations import Locations, private_file, private_folder
from tui.services.settings.presets import Presets
from tui.services.settings.saved_filters import SavedFilters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _lenient_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def home(app_home: Path) -> Iterator[Home]:
    one = Home(app_home)
    yield one
    one.end_lab()


def open_to_others(home: Path) -> list[str]:
    """Return what below a home others may read, write or enter, with its mode."""
    return [
        f"{mode:o} {path.relative_to(home)}"
        for path in sorted(home.rglob("*"))
        if not path.is_symlink() and (mode := path.stat().st_mode & 0o777) & 0o077
    ]


async def test_nothing_in_the_home_is_for_others(home: Home, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(b'{"messages": [{"role": "user", "content": "Hi"}]}\n' * 12)
    home.path.mkdir()
    (home.path / "state").mkdir()  # by an older version, or by hand
    (home.path / "state" / "copied.txt").touch()
    assert (home.path / "state").stat().st_mode & 0o077
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        workspace = app.workspace
        assert workspace is not None
        await pilot.press("s")
        await until(
            lambda: isinstance(app.screen, DatasetsScreen) and app.screen.checks.issues, pilot
        )
        document = workspace.datasets.current
        assert document is not None
        await pilot.press("n")  # an edit, kept in the journal
        await until(lambda: document.modified, pilot)
        await pilot.press("ctrl+s", "2")
        await until(lambda: app.tour.step >= 1, pilot)
        app.copy_out("a text", "It")
        await until(lambda: (home.path / "state" / "copied.txt").read_text() == "a text", pilot)
        await Presets(workspace.locations).save("mine", {"n_epochs": 3})
        await workspace.files.upload(data)
    kept = [str(path.relative_to(home.path)) for path in home.path.rglob("*")]
    for name in ("data/ledger.sqlite3", "state/copied.txt", "lab/starts.log", "data/samples"):
        assert name in kept
    assert any("journals" in name for name in kept)
    assert open_to_others(home.path) == []


def test_a_folder_and_its_parents_are_made_private(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "a" / "b" / "c")
    assert made.is_dir()
    assert open_to_others(tmp_path) == []
    made.chmod(0o755)
    with private_file(made / "file") as file:
        file.write(b"x")
    (made / "file").chmod(0o644)
    with private_file(made / "file") as file:
        file.write(b"y")
    private_folder(made)
    assert open_to_others(tmp_path) == []
    assert (made / "file").read_bytes() == b"y"


async def test_filters_are_private(tmp_path: Path) -> None:
    filters = SavedFilters(Locations.standard({"FINETUI_HOME": str(tmp_path)}))
    await filters.toggle("role:user")
    await filters.used("role:tool")
    assert open_to_others(tmp_path) == []
