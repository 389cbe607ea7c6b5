"""The ledger: kept, private, migrated, and never in the way."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tui.core.models.remembered import RememberedModel
from tui.services.errors import LedgerError
from tui.services.store import schema
from tui.services.store.best_effort import record_best_effort
from tui.services.store.renaming import tables_of_profiles
from tui.services.store.schema import migrate
from tui.services.store.store import Store
from tui.services.store.tables.files_table import UploadRecord
from tui.services.store.tables.versions_table import VersionRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

UPLOAD = UploadRecord("file-1", "a.jsonl", "/data/a.jsonl", "d1", 10, "fine-tune", 100)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = Store(tmp_path / "deep" / "ledger.sqlite3")
    yield one
    await one.close()


async def test_it_is_private(store: Store) -> None:
    await store.recent.add("/data/a.jsonl")
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    for path in store.path.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


async def test_uploads_by_profile_and_content(store: Store) -> None:
    await store.files.add("lab", UPLOAD)
    await store.files.add("openai", UPLOAD)
    assert await store.files.all("lab", "d1") == [UPLOAD]
    assert await store.files.all("lab", "other") == []
    await store.files.forget("lab", "file-1")
    assert await store.files.all("lab") == []
    assert await store.files.all("openai") == [UPLOAD]


async def test_models_keep_what_is_known(store: Store) -> None:
    await store.models.seen("lab", {"ft:1": RememberedModel("base", "job-1", listed_at=5)})
    await store.models.seen("lab", {"ft:1": RememberedModel(facts={"suffix": "moss"})})
    assert await store.models.origins("lab") == {"ft:1": ("base", "job-1")}
    kept = RememberedModel("base", "job-1", listed_at=5, facts={"suffix": "moss"})
    assert await store.models.all("lab") == {"ft:1": kept}


async def test_recent_datasets(store: Store) -> None:
    for n in range(60):
        await store.recent.add(f"/data/{n}")
    await store.recent.add("/data/30")
    recents = await store.recent.paths()
    assert recents[:2] == ["/data/30", "/data/59"]
    assert len(recents) == 20
    assert len(await store.recent.paths(100)) == 50


async def test_two_programs_at_once(tmp_path: Path) -> None:
    stores = [Store(tmp_path / "ledger.sqlite3") for _ in range(3)]
    await asyncio.gather(
        *(
            store.jobs.asked("lab", f"{number}-{n}", {"n": n})
            for number, store in enumerate(stores)
            for n in range(10)
        )
    )
    assert len(await stores[0].jobs.all("lab")) == 30
    for store in stores:
        await store.close()


async def test_an_older_ledger_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite3"
    old = Store(path)
    await old.files.add("lab", UPLOAD)
    await old.close()
    more = ("ALTER TABLE files ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, more))
    new = Store(path)
    assert await new.files.all("lab") == [UPLOAD]
    await new.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT note FROM files").fetchall() == [("none",)]
    db.close()


async def test_a_failed_migration_leaves_the_ledger_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite3"
    old = Store(path)
    await old.files.add("lab", UPLOAD)
    await old.close()
    with monkeypatch.context() as patch:
        bad = ("ALTER TABLE files ADD COLUMN note TEXT", "ALTER TABLE nothing ADD COLUMN x TEXT")
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, bad))
        new = Store(path)
        with pytest.raises(LedgerError):
            await new.files.all("lab")
        await new.close()
    again = Store(path)
    assert await again.files.all("lab") == [UPLOAD]
    await again.close()


async def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    store = Store(path)
    with pytest.raises(LedgerError, match="99"):
        await store.recent.paths()
    await store.close()


async def test_a_damaged_ledger_is_said_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"this is no database at all, but long enough to be one" * 50)
    store = Store(path)
    with pytest.raises(LedgerError) as caught:
        await store.recent.paths()
    assert str(path) in caught.value.cause
    for _ in range(3):
        assert not await record_best_effort(store.files.add("lab", UPLOAD))
    assert [str(path) in one for one in caplog.messages] == [True]
    await store.close()


async def test_a_file_uploaded_names_the_data_it_was(store: Store) -> None:
    version = VersionRecord("d1", "/data/a.jsonl", 10, 3, "saved", 100)
    later = VersionRecord("d2", "/data/a.jsonl", 12, 4, "saved", 200)
    for one in (version, later, version):
        await store.versions.add(one)
    await store.files.add("lab", UPLOAD)
    assert await store.versions.of_file("lab", "file-1") == [version]
    assert await store.versions.of_file("lab", "file-2") == []
    assert await store.versions.find(path="/data/a.jsonl") == [later, version]
    assert await store.versions.find(digest="d2") == [later]


async def test_sides_of_splits_are_remembered(store: Store) -> None:
    await store.sides.keep({"a": "training", "b": "validation"})
    await store.sides.keep({"b": "training"})
    assert await store.sides.all() == {"a": "training", "b": "training"}


def test_every_table_of_profiles_follows_a_new_name(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as db, db:
        migrate(db)
        tables = tables_of_profiles(db)
        for table in tables:
            for name in ("old", "other"):
                _fill(db, table, name)
    store = Store(path)

    async def rename() -> None:
        assert not await store.rename_profile("old", "other")
        assert await store.rename_profile("old", "new")
        await store.close()

    asyncio.run(rename())
    with closing(sqlite3.connect(path)) as db:
        for table in tables:
            assert {row[0] for row in db.execute(f"SELECT profile FROM {table}")} == {
                "new", "other",
            }  # fmt: skip
    assert len(tables) >= 15


def _fill(db: sqlite3.Connection, table: str, profile: str) -> None:
    """Put one row of a profile into a table, whatever its columns are."""
    columns = [(row[1], row[2]) for row in db.execute(f"PRAGMA table_info({table})")]
    numbers = {"INTEGER", "REAL"}
    values = {
        name: profile if name == "profile" else (len(profile) if kind in numbers else profile)
        for name, kind in columns
    }
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", (*values.values(),))
