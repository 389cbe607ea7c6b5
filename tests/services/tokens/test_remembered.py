"""What was counted once is known again: stretches of a file, and lines wherever they stand."""

from __future__ import annotations

import random
from array import array
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.tokens.test_service import ROWS, expected, row
from tui.core.catalog.models import load
from tui.services.datasets.disk.file_lines import read_lines
from tui.services.settings.locations import Locations
from tui.services.tokens.counting import feed, records, remembered
from tui.services.tokens.counting.known_lines import KnownLines, hashes_of
from tui.services.tokens.counting.remembered import Remembered
from tui.services.tokens.service import TokenService

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("vocab")


def table(rows: int, first: int = 0) -> np.ndarray:
    return (np.arange(rows * records.WIDTH, dtype=np.uint32) + first).reshape(rows, records.WIDTH)


def put(store: Remembered, name: bytes, numbers: np.ndarray, lines: list[bytes]) -> None:
    store.put(name, hashes_of(lines).tobytes(), numbers.tobytes())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 700_000), max_size=300), st.integers(0, 300))
def test_cuts_cover_all_lines_and_stay_small(lengths: list[int], first: int) -> None:
    offsets = array("q", accumulate(lengths, initial=0))
    first = min(first, len(lengths))
    stops = [*feed.cuts(offsets, first, len(lengths))]
    assert [first, *stops] == sorted({first, *stops})
    assert not stops or stops[-1] == len(lengths)
    for start, stop in pairwise([first, *stops]):
        assert stop == start + 1 or offsets[stop] - offsets[start] <= 2 * 1024 * 1024


@pytest.mark.parametrize("usual", [100, 1_500, 200_000])
def test_after_a_change_all_other_stretches_are_what_they_were(usual: int) -> None:
    dice = random.Random(7)
    lengths = [dice.randint(usual // 2, usual * 2) for _ in range(30_000_000 // usual)]
    changed = [*lengths]
    changed[len(changed) // 3] += 5
    changed.insert(len(changed) // 2, usual)
    found = []
    for these in (lengths, changed):
        offsets = array("q", accumulate(these, initial=0))
        stops = [*feed.cuts(offsets, 0, len(these))]
        found.append({tuple(these[a:b]) for a, b in pairwise([0, *stops])})
    assert len(found[0]) > 15
    assert len(found[1] - found[0]) <= 6


def test_a_stretch_is_found_again_by_another_program(tmp_path: Path) -> None:
    file = tmp_path / "counts" / "a.bin"
    one, two = Remembered(file), Remembered(file)
    assert one.refresh() == two.refresh() == 0
    put(one, b"a" * 16, table(3), [b"x", b"y", b"z"])
    put(two, b"b" * 16, table(2, 9), [b"v", b"w"])
    assert one.refresh() == two.refresh() == file.stat().st_size
    for store in (one, two, Remembered(file)):
        store.refresh()
        assert (store.get(b"a" * 16, 3) == table(3)).all()
        assert (store.get(b"b" * 16, 2) == table(2, 9)).all()
        assert store.get(b"a" * 16, 2) is None
        store.close()


def test_a_full_file_drops_its_older_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_BYTES", 4_000)
    store = Remembered(tmp_path / "a.bin")
    store.refresh()
    names = [bytes([n]) * 16 for n in range(20)]
    for name in names:
        put(store, name, table(5), [b"x"] * 5)
    store.refresh()
    kept = [name for name in names if store.get(name, 5) is not None]
    assert kept == names[-len(kept) :]
    assert 0 < store.path.stat().st_size <= 2_000
    assert [*tmp_path.iterdir()] == [store.path]
    store.close()


def test_without_a_place_to_write_nothing_is_remembered_nor_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Remembered(tmp_path / "file" / "a.bin")
    assert store.refresh() == 0
    put(store, b"a" * 16, table(1), [b"x"])
    assert store.get(b"a" * 16, 1) is None
    store.close()


def test_lines_are_known_by_hash_and_size(tmp_path: Path) -> None:
    store = Remembered(tmp_path / "a.bin")
    store.refresh()
    lines = [b"one", b"three", b"seventeen"]
    numbers = table(3)
    numbers[:, -1] = [*map(len, lines)]
    put(store, b"a" * 16, numbers, lines)
    stop = store.refresh()
    known = KnownLines.read(str(store.path), stop)
    asked = [b"seventeen", b"none", b"one"]
    which, found = known.look_up(hashes_of(asked), np.array([9, 4, 3]))
    assert which.tolist() == [0, 2]
    assert (found == numbers[[2, 0]]).all()
    which, _ = known.look_up(hashes_of(asked), np.array([9, 4, 4]))
    assert which.tolist() == [0]
    assert len(KnownLines.read(str(store.path), 0).hashes) == 0
    store.close()


async def test_a_shuffled_file_with_one_new_line_counts_one_line(tmp_path: Path) -> None:
    places = Locations.standard({"FINETUI_HOME": str(tmp_path / "home")})
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\r\n".join(ROWS))
    service = TokenService(load(), locations=places)
    first = await read_lines(path)
    counted = await service._counting.count(first, "o200k_base")
    assert counted.new == len(ROWS)
    first.close()
    await service.close()

    service = TokenService(load(), locations=places)
    lines = [row("A new question?", "A new answer."), *ROWS]
    random.Random(3).shuffle(lines)
    path.write_bytes(b"\n".join(lines) + b"\n")
    second = await read_lines(path)
    counted = await service._counting.count(second, "o200k_base")
    assert counted.new == 1
    assert counted.table[:, 1].tolist() == expected(lines)[0]
    second.close()
    third = await read_lines(path)  # the very same file again: no process is asked
    again = await service._counting.count(third, "o200k_base")
    assert (again.new, again.by) == (0, "")
    assert (again.table == counted.table).all()
    third.close()
    await service.close()
