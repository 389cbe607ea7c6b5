"""What keeping files costs, and until when they are kept, headless and on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.home import enter_home
from tests.replay.base import Replay
from tests.replay.circle import profile
from tests.until import on_screen, opened, until
from tui.app import FinetuiApp
from tui.core.text.moments import date_words
from tui.screens.dialogs.details import DetailsDialog

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

OWN = (
    '[[providers]]\nid = "compatible"\n[[providers.keeping]]\nwhat = "files"\n'
    'usd = "0.10"\nfree_gb = "5"\nas_of = 2026-11-28\n'
)


async def test_the_screen_says_what_keeping_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Replay()
    try:
        far.files["file-a"] = {
            "id": "file-a", "filename": "a.jsonl", "purpose": "fine-tune", "bytes": 25_000_000_000,
            "created_at": 1_790_000_000, "expires_at": 1_792_592_000,
        }  # fmt: skip
        home = profile(far, tmp_path)
        (tmp_path / "config" / "providers.toml").write_text(OWN)
        enter_home(monkeypatch, home.environ)
        app = FinetuiApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.workspace is not None, pilot)
            await pilot.press("6")
            await until(lambda: "1 file, 25.0 GB" in on_screen(app), pilot)
            assert "$2.00/mo" in on_screen(app)  # five gigabytes of an account are free
            await until(lambda: "kept until" in on_screen(app), pilot)
            await pilot.press("enter")
            await opened(pilot, DetailsDialog)
            await until(lambda: "keeping it costs $2.50/mo" in on_screen(app), pilot)
    finally:
        far.close()


def test_what_keeping_costs_and_until_when_is_told_where_it_is_known(tmp_path: Path) -> None:
    far = Replay()
    try:
        home = profile(far, tmp_path)
        far.files["file-a"] = {
            "id": "file-a", "filename": "a.jsonl", "purpose": "fine-tune", "bytes": 25_000_000_000,
            "created_at": 1_790_000_000, "expires_at": 1_792_592_000, "status": "processed",
        }  # fmt: skip
        far.files["file-b"] = {"id": "file-b", "filename": "b.jsonl", "purpose": "fine-tune"}
        text = home.run("files", "list").stdout
        assert date_words(1_792_592_000) in text  # until then
        assert "/mo" not in text
        first, second = home.json("files", "list")["files"]
        assert {first["usd_per_month"], second["usd_per_month"]} == {None}
        (tmp_path / "config" / "providers.toml").write_text(
            '[[providers]]\nid = "compatible"\n[[providers.keeping]]\nwhat = "files"\n'
            'usd = "0.10"\nfree_gb = "5"\n'
        )
        found = {one["id"]: one for one in home.json("files", "list")["files"]}
        assert found["file-a"]["usd_per_month"] == "2.5000"
        assert found["file-a"]["expires_at"] == 1_792_592_000
        assert found["file-b"]["usd_per_month"] is None  # nobody knows its size
        text = home.run("files", "list").stdout
        assert "$2.50/mo" in text
        config = tmp_path / "config" / "config.toml"
        config.write_text(f'{config.read_text()}currency = "EUR"\nrate = 0.5\n')
        assert home.json("files", "list")["files"][0]["usd_per_month"] == "2.5000"
        text = home.run("files", "list").stdout
        assert "1.25 EUR/mo" in text
        assert "$" not in text
        assert "unknown" in text
        assert "2 files, 25.0 GB: keeping them costs 1.00 EUR/mo" in text
        text = home.run("files", "prune", "--orphans", "--dry-run").stdout
        assert "keeping them costs 1.00 EUR/mo" in text
    finally:
        far.close()
