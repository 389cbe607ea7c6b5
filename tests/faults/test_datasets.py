"""Datasets under kills, full disks and folders that may not be written: nothing is lost."""

from __future__ import annotations

import os
import random
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import TYPE_CHECKING

import pytest

from tests import forks
from tests.faults.edits import STEPS, edited
from tests.journals import journal_of, killed
from tests.limits import largest_file
from tui.services.datasets import Document
from tui.services.errors import InputError
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLS = 16
NOBODY = 65534


def history(rows: list[bytes]) -> list[list[bytes]]:
    """Return the rows before each step and after the last."""
    states = [rows]
    for step in range(STEPS):
        states.append(edited(states[-1], step)[0])
    return states


def killed_at_random(path: Path, journals: Path, first: int, chance: random.Random) -> int:
    """Run the edits, kill them at some moment; return the number of confirmed steps."""
    words = (str(path), str(journals), str(first))
    process = forks.start("tests.faults.edits", *words, env={**os.environ}, stderr=DEVNULL)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(chance.randrange(1, 8))]
    time.sleep(chance.random() * 0.004)  # a moment between two of its writes
    process.kill()
    said += process.communicate()[0].splitlines(True)
    return max((int(line) for line in said if line.endswith("\n")), default=first)


async def test_kills_at_any_moment_lose_no_confirmed_edit(tmp_path: Path) -> None:
    path, journals = tmp_path / "data.jsonl", tmp_path / "journals"
    start = [b'{"line": %d}' % n for n in range(20)]
    path.write_bytes(b"".join(row + b"\n" for row in start))
    states = history(start)
    chance, done = random.Random(11), 0
    for _ in range(KILLS):
        confirmed = killed_at_random(path, journals, done, chance)
        on_disk = path.read_bytes()
        assert on_disk in [b"".join(row + b"\n" for row in rows) for rows in states]
        document = Document.open(path, journals)
        rows = list(document.snapshot())
        # The step that was under way may have been done without having been confirmed.
        assert rows in states[confirmed : confirmed + 2], f"lost after step {confirmed}"
        done = max(n for n in (confirmed, confirmed + 1) if states[n] == rows)
        assert document.notice == ""
        await document.close()
    assert done > KILLS
    assert not [*journals.glob("*.kept-*")]


async def test_a_kill_between_replacing_the_file_and_saying_so(tmp_path: Path) -> None:
    path, journals = tmp_path / "data.jsonl", tmp_path / "journals"
    path.write_bytes(b"{}\n")
    document = Document.open(path, journals)
    await document.insert(1, [b'{"a": 1}'], "add")
    journal = journal_of(document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "start", lambda _identity: journal.close())
        await document.save()
    again = Document.open(path, journals)
    assert list(again.snapshot()) == [b"{}", b'{"a": 1}']
    assert not again.modified
    assert again.notice == ""
    await again.close()


async def test_a_damaged_journal_is_kept_and_told(tmp_path: Path) -> None:
    path, journals = tmp_path / "data.jsonl", tmp_path / "journals"
    path.write_bytes(b"{}\n")
    document = Document.open(path, journals)
    await document.insert(1, [b'{"a": 1}'], "add")
    killed(document)
    (journal,) = journals.glob("*.jsonl")
    with journal.open("ab") as file:
        file.write(b"\0\0\0\n")  # as a disk leaves it that has lost its power
    damaged = journal.read_bytes()
    again = Document.open(path, journals)
    (kept,) = journals.glob("*.kept-1.jsonl")
    assert kept.read_bytes() == damaged
    assert again.notice == f"Unsaved changes from last time are damaged; kept in {kept}."
    await again.close()


async def test_edits_after_a_torn_line_are_kept(tmp_path: Path) -> None:
    path, journals = tmp_path / "data.jsonl", tmp_path / "journals"
    path.write_bytes(b"{}\n")
    for number in range(2):
        document = Document.open(path, journals)
        assert len(document) == 1 + number
        await document.insert(1, [b'{"a": 1}'], "add")
        journal_of(document).close()
        (journal,) = journals.glob("*.jsonl")
        with journal.open("ab") as file:
            file.write(b'["do","half a li')
    again = Document.open(path, journals)
    assert len(again) == 3
    await again.close()


async def test_a_full_disk_takes_no_edit_and_damages_nothing(tmp_path: Path) -> None:
    path, journals = tmp_path / "data.jsonl", tmp_path / "journals"
    content = b"".join(b'{"line": %d}\n' % n for n in range(500))
    path.write_bytes(content)
    document = Document.open(path, journals)
    await document.delete(0, 1, "delete")
    with largest_file(2000):
        with pytest.raises(InputError, match="not taken") as refused:
            await document.insert(0, [b"x" * 4000], "too large")
        assert str(journal_of(document).path) in refused.value.cause
        assert len(document) == 499
        await document.delete(0, 1, "still fits")
        with pytest.raises(InputError, match="Not saved") as refused:
            await document.save()
        assert str(path) in refused.value.cause
        assert document.modified
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".tmp"] == []
    journal_of(document).close()
    again = Document.open(path, journals)
    assert len(again) == 498
    await again.save()
    assert path.read_bytes().count(b"\n") == 498
    await again.close()


async def test_on_a_full_disk_a_dataset_is_read_and_edited_once_there_is_room(
    tmp_path: Path,
) -> None:
    workspace = await Workspace.open(environ={"FINETUI_HOME": str(tmp_path / "home")})
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"{}\n{}\n")
    with largest_file(100):
        document = await workspace.datasets.open(path)
        assert list(document.snapshot()) == [b"{}", b"{}"]
        journals = workspace.locations.state / "journals"
        told = f"Open for reading only: the journal cannot be written ({journals}: File too large)."
        assert document.notice == told
        with pytest.raises(InputError) as refused:
            await document.delete(0, 1, "delete")
        assert refused.value.next_step == "Free some space, or make it writable, and open it again"
    document = await workspace.datasets.open(path)
    assert document.notice == ""
    await document.delete(0, 1, "delete")
    assert len(document) == 1
    await workspace.close()


@contextmanager
def without_rights() -> Iterator[None]:
    """Be somebody who owns nothing, when running as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_folder_that_may_not_be_written_keeps_the_edits(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # which, unlike tmp_path, others may enter
        folder = Path(name)
        path = folder / "data.jsonl"
        path.write_bytes(b"{}\n{}\n")
        document = Document.open(path, tmp_path / "journals")
        await document.delete(0, 1, "delete")
        folder.chmod(0o555)
        with without_rights(), pytest.raises(InputError, match="Not saved"):
            await document.save()
        assert path.read_bytes() == b"{}\n{}\n"
        assert document.modified
        folder.chmod(0o755)
        await document.save()
        assert path.read_bytes() == b"{}\n"
        await document.close()
