"""Datasets under edit: what is confirmed survives, what is not edited stays byte for byte."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.journals import journal_of, killed, steps_done
from tui.core.dataset.example import Example, parse_exactly
from tui.services.datasets import Change, Document
from tui.services.datasets.disk import read_ahead as ahead
from tui.services.datasets.disk.source import LineSource
from tui.services.datasets.journal import entries
from tui.services.datasets.journal.journal import is_free
from tui.services.datasets.service import DatasetService
from tui.services.errors import InputError
from tui.services.settings.locations import Locations
from tui.services.settings.state_trouble import StateTrouble
from tui.services.store.store import Store


def line(text: str) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": text}]}).encode()


def opened(path: Path) -> Document:
    return Document.open(path, path.parent / "journals")


def rows(document: Document) -> list[bytes]:
    return list(document.snapshot())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "data.jsonl"
    target.write_bytes(b"\n".join([line("one"), line("two"), line("three")]) + b"\n")
    return target


async def test_an_edit_survives_a_kill(path: Path) -> None:
    document = opened(path)
    await document.change("edit", [Change(1, 1, (line("changed"),))])
    # No close: the process is gone. Its lock goes with it; here the descriptor is closed.
    journal_of(document).close()
    again = opened(path)
    assert rows(again) == [line("one"), line("changed"), line("three")]
    assert again.recovered == 1
    assert again.modified
    await again.drop_changes()
    assert rows(again)[1] == line("two")
    assert not again.modified
    await again.close()


async def test_a_torn_journal_line_is_ignored(path: Path) -> None:
    document = opened(path)
    await document.delete(0, 1, "delete")
    journal = journal_of(document)
    journal.close()
    with journal.path.open("ab") as file:
        file.write(b'["do","half a li')
    again = opened(path)
    assert rows(again) == [line("two"), line("three")]
    await again.close()


@pytest.mark.parametrize("left", [b'["texts",["half a step"]]\n', b'["texts",["a"]]\n["texts",["b'])
async def test_texts_without_their_step_are_ignored(path: Path, left: bytes) -> None:
    document = opened(path)
    await document.delete(0, 1, "delete")
    journal = journal_of(document)
    journal.close()
    with journal.path.open("ab") as file:
        file.write(left)
    again = opened(path)
    assert rows(again) == [line("two"), line("three")]
    await again.insert(0, [line("new")], "insert")
    await again.close()
    last = opened(path)
    assert rows(last) == [line("new"), line("two"), line("three")]
    await last.close()


async def test_a_large_step_is_journalled_in_parts(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "_PART_BYTES", 100)
    document = opened(path)
    more = [line(f"row {number}") for number in range(40)] + [b"not \xff text"]
    await document.change("edit", [Change(1, 1, tuple(more)), Change(0, 0, (b"first",))])
    journal = journal_of(document)
    assert max(map(len, journal.path.read_bytes().splitlines()[1:])) < 300
    journal.close()
    again = opened(path)
    assert rows(again) == [b"first", line("one"), *more, line("three")]
    await again.close()


async def test_texts_of_another_step_are_not_taken(path: Path) -> None:
    document = opened(path)
    journal = journal_of(document)
    journal.close()
    with journal.path.open("ab") as file:
        file.write(b'["texts",["a","b"]]\n["do","edit",[[0,0,1]]]\n')
    again = opened(path)
    assert len(again) == 3
    assert [*journal.path.parent.glob("*.kept-1.jsonl")]
    await again.close()


def test_lines_read_ahead_are_those_read_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(b"x" * n for n in range(60)) + b"\nlast")
    source = LineSource(path)
    for size in (1, 30, 500, 100_000):
        monkeypatch.setattr(ahead, "_BLOCK_BYTES", size)
        reading = ahead.ReadAhead(source, lambda row_id: b"%d" % row_id)
        for row in [*range(61), 3, 2, -1, 4, 5, 6, 40, 41, -2, 60, 0]:
            wanted = source.line(row) if row >= 0 else b"%d" % row
            assert reading.text(row) == wanted
    with pytest.raises(IndexError):
        reading.text(61)
    source.close()


async def test_save_keeps_unedited_bytes_mode_bom_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    odd = b'{"messages" :  [ ] , "x":1e5}\r\n'
    path.write_bytes(b"\xef\xbb\xbf" + odd + b"\xff\xfe broken\r\n" + line("last"))
    path.chmod(0o640)
    document = opened(path)
    assert document.line(0) == odd.strip()
    await document.insert(3, [line("more")], "add")
    await document.save()
    assert path.read_bytes() == (
        b"\xef\xbb\xbf"
        + odd
        + b"\xff\xfe broken\r\n"
        + line("last")
        + b"\r\n"
        + line("more")
        + b"\r\n"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not document.modified
    await document.close()


async def test_undo_reaches_past_a_save_and_survives_a_restart(path: Path) -> None:
    document = opened(path)
    await document.delete(0, 2, "delete")
    await document.save()
    assert path.read_bytes() == line("three") + b"\n"
    await document.undo()
    assert rows(document) == [line("one"), line("two"), line("three")]
    assert document.modified
    journal_of(document).close()
    again = opened(path)
    assert rows(again) == [line("one"), line("two"), line("three")]
    await again.save()
    assert path.read_bytes().count(b"\n") == 3
    await again.close()


@pytest.mark.parametrize("name", [b"a\x9b\xff\x1b[2J\xe2\x80\xae", "🪴".encode() * 60, b"x" * 249])
async def test_any_name_can_be_opened_edited_and_saved(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name + b".jsonl")
    path.write_bytes(line("one") + b"\n" + line("two") + b"\n")
    document = opened(path)
    await document.delete(0, 1, "delete \ud800")
    journal_of(document).close()
    again = opened(path)
    assert rows(again) == [line("two")]
    await again.save()
    assert path.read_bytes() == line("two") + b"\n"
    await again.undo()
    assert rows(again) == [line("one"), line("two")]
    await again.close()
    assert [one for one in tmp_path.iterdir() if one.suffix == ".tmp"] == []


async def test_what_a_killed_save_left_behind_is_removed(path: Path) -> None:
    document = opened(path)
    await document.delete(0, 1, "delete")
    left = path.with_name(".data.jsonl.killed.tmp")
    left.write_bytes(b"half of it")
    mine = path.with_name(".data.jsonl.mine.tmp")
    mine.write_bytes(b"not ours")
    journal_of(document).writing(left.name)
    journal_of(document).close()
    again = opened(path)
    assert rows(again) == [line("two"), line("three")]
    assert mine.exists()
    assert not left.exists()
    await again.close()


async def test_a_file_changed_by_another_program_is_not_overwritten(path: Path) -> None:
    document = opened(path)
    await document.delete(0, 1, "delete")
    path.write_bytes(b"{}\n")
    with pytest.raises(InputError, match="changed on disk"):
        await document.save()
    assert path.read_bytes() == b"{}\n"
    await document.save(overwrite=True)
    assert path.read_bytes() == line("two") + b"\n" + line("three") + b"\n"
    await document.close()


async def test_edits_for_another_content_are_kept_aside(path: Path) -> None:
    document = opened(path)
    await document.delete(0, 1, "delete")
    journal_of(document).close()
    path.write_bytes(line("new content") + b"\n")
    again = opened(path)
    assert rows(again) == [line("new content")]
    assert "kept in" in again.notice
    assert list((path.parent / "journals").glob("*.kept-1.jsonl"))
    await again.close()


async def test_a_second_window_may_only_read(path: Path) -> None:
    first = opened(path)
    second = opened(path)
    assert second.read_only
    assert (second.held_elsewhere, second.holder and second.holder.pid) == (True, os.getpid())
    assert f"another finetui (process {os.getpid()}, since" in second.notice
    assert not is_free(path.parent / "journals", path)
    with pytest.raises(InputError, match="Read only"):
        await second.delete(0, 1, "delete")
    before = path.stat()
    with pytest.raises(InputError, match="Read only"):
        await second.save(overwrite=True)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    path.unlink()
    await second.save(overwrite=True)  # what is there may be all that is left
    assert path.read_bytes().splitlines() == rows(first)
    await second.close()
    await first.close()
    assert [*(path.parent / "journals").glob("*.holder")] == []
    assert is_free(path.parent / "journals", path)


async def test_opened_again_once_the_other_has_ended_it_can_be_edited(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(line("one") + b"\n" + line("two") + b"\n")
    locations = Locations.standard({"FINETUI_HOME": str(tmp_path / "home")})
    store = Store(locations.ledger)
    first, second = DatasetService(locations, store), DatasetService(locations, store)
    edited = await first.open(path)
    await edited.delete(0, 1, "delete")
    only_read = await second.open(path)
    assert only_read.read_only
    assert await second.open(path) is only_read
    await first.close()
    again = await second.open(path)
    assert not again.read_only
    assert rows(again) == [line("two")]  # with what was not saved there
    await second.close()
    await store.close()


async def test_a_failed_save_loses_nothing(path: Path) -> None:
    document = opened(path)
    await document.delete(0, 1, "delete")
    with pytest.raises(InputError, match="Not saved"):
        await document.save(path.parent / "absent" / "copy.jsonl")
    assert document.modified
    assert [p.name for p in path.parent.iterdir() if p.suffix == ".tmp"] == []
    await document.close()


async def test_save_follows_a_symbolic_link(path: Path) -> None:
    link = path.with_name("link.jsonl")
    link.symlink_to(path)
    document = opened(link)
    await document.delete(0, 1, "delete")
    await document.save()
    assert link.is_symlink()
    assert path.read_bytes().count(b"\n") == 2
    await document.close()


async def test_a_snapshot_is_shared_until_the_rows_change(path: Path) -> None:
    document = opened(path)
    first = document.snapshot()
    assert document.snapshot() is first
    await document.delete(0, 1, "delete")
    assert len(first) == 3
    assert [*document.snapshot()] == [line("two"), line("three")]
    await document.close()


async def test_a_row_is_one_line(path: Path) -> None:
    document = opened(path)
    with pytest.raises(InputError, match="one line"):
        await document.insert(0, [b"{}\n{}"], "paste")
    assert len(document) == 3
    await document.close()


async def test_long_numbers_survive_an_edit(tmp_path: Path) -> None:
    path = tmp_path / "numbers.jsonl"
    raw = b'{"messages": [{"role": "user", "content": "a"}], "id": 123456789012345678901234567890}'
    path.write_bytes(raw + b"\n")
    document = opened(path)
    example = parse_exactly(document.line(0))
    assert isinstance(example, Example)
    await document.replace(0, example, "same")
    assert document.line(0) == raw
    await document.close()


async def test_a_file_cut_short_in_place_can_still_be_saved(path: Path) -> None:
    document = opened(path)
    os.truncate(path, 5)
    await document.delete(0, 1, "delete")
    await document.save(overwrite=True)
    assert path.read_bytes() == line("two") + b"\n" + line("three") + b"\n"
    await document.close()


async def test_a_large_file_cut_short_is_an_error_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    path.write_bytes((line("x" * 4000) + b"\n") * 9000)
    document = opened(path)
    os.truncate(path, 10_000)
    assert document.line(8000) == b""
    await document.delete(0, 1, "delete")
    with pytest.raises(InputError, match="cut short"):
        await document.save(overwrite=True)
    assert path.stat().st_size == 10_000
    await document.close()


TEXTS = st.binary(max_size=12).map(lambda b: b.replace(b"\n", b""))
MOVES = st.lists(
    st.one_of(
        st.tuples(
            st.just("change"), st.integers(0, 9), st.integers(0, 3), st.lists(TEXTS, max_size=3)
        ),
        st.tuples(st.sampled_from(["undo", "redo", "save", "reopen", "kill", "to saved"])),
    ),
    max_size=25,
)


BEFORE_THE_SAVE = [
    ("change", 0, 0, []),
    ("change", 0, 0, [b""]),
    ("save",),
    ("undo",),
    ("undo",),
    ("reopen",),
    ("undo",),
    ("redo",),
    ("reopen",),
]


@settings(max_examples=60, deadline=None)
@example(start=[], moves=BEFORE_THE_SAVE, part=1)
@given(start=st.lists(TEXTS, max_size=5), moves=MOVES, part=st.sampled_from([1, 1 << 18]))
def test_any_sequence_of_edits_agrees_with_a_list(
    tmp_path_factory: pytest.TempPathFactory,
    start: list[bytes],
    moves: list[tuple[object, ...]],
    part: int,
) -> None:
    """Edits, undo, redo, save and reopening give what plain lists of rows give."""
    import asyncio

    path = tmp_path_factory.mktemp("doc") / "data.jsonl"
    path.write_bytes(b"".join(row + b"\n" for row in start))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(entries, "_PART_BYTES", part)
        asyncio.run(_agree(path, moves))


async def _agree(path: Path, moves: list[tuple[object, ...]]) -> None:
    document = opened(path)
    now = rows(document)
    past: list[list[bytes]] = []
    future: list[list[bytes]] = []
    on_disk = now
    for move in moves:
        match move:
            case ("change", int(at), int(removed), [*lines]):
                at = min(at, len(now))
                removed = min(removed, len(now) - at)
                past.append(now)
                future = []
                now = [*now[:at], *lines, *now[at + removed :]]  # type: ignore[list-item]
                await document.change("edit", [Change(at, removed, tuple(lines))])  # type: ignore[arg-type]
            case ("undo",) if past:
                future.append(now)
                now = past.pop()
                await document.undo()
            case ("redo",) if future:
                past.append(now)
                now = future.pop()
                await document.redo()
            case ("save",):
                await document.save()
                on_disk = now
            case ("reopen",):
                await document.close()
                document = opened(path)
                assert await _history(document) == ([*map(_clean, past)], [*map(_clean, future)])
            case ("kill",):
                killed(document)
                document = opened(path)
                assert await _history(document) == ([*map(_clean, past)], [*map(_clean, future)])
            case ("to saved",):
                await document.drop_changes()
                now = rows(document)
                assert _clean(now) == _clean(on_disk)
                past, future = await _history(document)
        assert _clean(rows(document)) == _clean(now)
        if not document.modified:
            assert _clean(now) == _clean(on_disk)
    await document.close()


@pytest.mark.parametrize("left", ["clean", "edited"])
@pytest.mark.parametrize("content", [b"", b"{", b"[1,2]\n", b"\xff\n[]\n"])
async def test_a_damaged_undo_history_is_kept_beside_and_told_once(
    path: Path, content: bytes, left: str
) -> None:
    document = opened(path)
    await document.change("edit", [Change(1, 1, (line("changed"),))])
    await document.save()
    if left == "edited":
        await document.change("edit", [Change(0, 1, (line("again"),))])
    history = journal_of(document).history
    await document.close()
    history.write_bytes(content)
    told: list[str] = []
    trouble = StateTrouble()
    trouble.follow(told.append)
    again = Document.open(path, path.parent / "journals", trouble=trouble)
    for _ in range(2):
        await again.undo()  # what is not saved, and then nothing that is known
    assert rows(again) == [line("one"), line("changed"), line("three")]
    assert told == [
        f"What was done before the last save cannot be undone: {history} cannot be read "
        f"(it is damaged). It is kept as {history.name}.damaged."
    ]
    assert history.with_name(f"{history.name}.damaged").read_bytes() == content
    await again.close()


async def test_it_is_known_whether_there_is_a_step_to_take_back(path: Path) -> None:
    document = opened(path)
    assert (document.can_undo, document.can_redo) == (False, False)
    await document.change("edit", [Change(1, 1, (line("changed"),))])
    assert document.can_undo
    await document.save()
    await document.close()
    document = opened(path)  # with the step of the last time, which is not read yet
    assert document.can_undo
    assert await document.undo() is not None
    assert (document.can_undo, document.can_redo) == (False, True)
    await document.drop_changes()
    await document.close()
    path.write_bytes(line("another") + b"\n")
    document = opened(path)
    assert not document.can_undo
    await document.close()


async def _history(document: Document) -> tuple[list[list[bytes]], list[list[bytes]]]:
    """Return the states that undo and redo reach after a restart, and go back to the start."""
    past: list[list[bytes]] = []
    future: list[list[bytes]] = []
    await document.undo() and await document.redo()  # so that what is from before is at hand
    steps = steps_done(document)
    while await document.undo():
        past.insert(0, _clean(rows(document)))
    while steps_done(document) < steps:
        await document.redo()
    while await document.redo():
        future.insert(0, _clean(rows(document)))
    while steps_done(document) > steps:
        await document.undo()
    return past, future


def _clean(lines: list[bytes]) -> list[bytes]:
    # A file cannot tell a row that ends in CR from a row with a CRLF line end.
    return [row.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r") for row in lines]
