"""What was counted once is known again, wherever a line stands."""

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
from tui.services.datasets.disk.file_lines import read_lines
from tui.services.settings.locations import Locations
from tui.services.tokens.counting import cache as cache_module
from tui.services.tokens.counting import feed, runs
from tui.services.tokens.counting.cache import CountCache, digest_of, hashes_of
from tui.services.tokens.counting.columns import AT, NAMES
from tui.services.tokens.counting.counts import Counting

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.workers import Pool

pytestmark = pytest.mark.xdist_group("vocab")


def table(rows: int, first: int = 0) -> np.ndarray:
    found = np.arange(rows * len(NAMES), dtype=np.uint32) + first
    return found.reshape(rows, len(NAMES))


def put(cache: CountCache, numbers: np.ndarray, lines: list[bytes]) -> None:
    numbers[:, AT["size"]] = [*map(len, lines)]
    cache.put("o200k_base", hashes_of(lines).tobytes(), numbers.tobytes())


def found(cache: CountCache, lines: list[bytes]) -> list[tuple[int, list[int]]]:
    sizes = np.array([*map(len, lines)])
    at, numbers = cache.load("o200k_base").look_up(hashes_of(lines), sizes)
    return [*zip(at.tolist(), numbers.tolist(), strict=True)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 700_000), max_size=300), st.integers(0, 300))
def test_cuts_cover_all_lines_and_stay_small(lengths: list[int], first: int) -> None:
    offsets = array("q", accumulate(lengths, initial=0))
    first = min(first, len(lengths))
    stops = [*feed.cuts(offsets, first, len(lengths))]
    assert [first, *stops] == sorted({first, *stops})
    assert not stops or stops[-1] == len(lengths)
    for start, stop in pairwise([first, *stops]):
        assert stop == start + 1 or offsets[stop] - offsets[start] <= feed.STRETCH_BYTES


def test_lines_are_found_again_by_another_program(tmp_path: Path) -> None:
    file = tmp_path / "counts" / "counts.sqlite3"
    one, two = CountCache(file), CountCache(file)
    put(one, table(3), [b"x", b"yy", b"zzz"])
    put(two, table(2, 9), [b"v", b"w"])
    for cache in (one, two, CountCache(file)):
        (x, _), (w, numbers) = found(cache, [b"x", b"new", b"w"])
        assert (x, w, numbers[:3]) == (0, 2, [24, 25, 26])
        assert file.stat().st_mode & 0o777 == 0o600
        cache.close()
    assert one.problem == two.problem == ""


def test_lines_are_known_by_hash_and_size_and_encoding(tmp_path: Path) -> None:
    cache = CountCache(tmp_path / "a.sqlite3")
    put(cache, table(2), [b"one", b"three"])
    known = cache.load("o200k_base")
    hashes = hashes_of([b"three", b"one"])
    assert known.look_up(hashes, np.array([5, 3]))[0].tolist() == [0, 1]
    assert known.look_up(hashes, np.array([5, 4]))[0].tolist() == [0]
    assert len(cache.load("cl100k_base").numbers) == 0
    cache.close()


def test_lines_that_stood_together_are_known_by_their_digest(tmp_path: Path) -> None:
    cache, lines = CountCache(tmp_path / "a.sqlite3"), [b"x", b"y"]
    put(cache, table(3), [b"a", b"b", b"c"])
    hashes = hashes_of(lines).tobytes()
    cache.put("o200k_base", hashes, table(2, 7).tobytes(), digest_of(b"x\ny"))
    known = cache.load("o200k_base")
    numbers = known.piece(digest_of(memoryview(b"x\ny")), 2)
    assert numbers is not None
    assert numbers.tolist() == table(2, 7).tolist()
    assert known.piece(digest_of(b"x\ny"), 1) is None
    assert known.piece(digest_of(b"a\nb\nc"), 3) is None
    cache.close()


def test_a_full_cache_drops_its_older_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "MOST_BYTES", 4_000)
    lines = [[b"%d %d" % (n, m) for m in range(5)] for n in range(20)]
    cache = CountCache(tmp_path / "a.sqlite3")
    for some in lines:
        put(cache, table(5), some)
    cache.close()
    cache = CountCache(tmp_path / "a.sqlite3")
    kept = [some for some in lines if len(found(cache, some)) == 5]
    assert kept == lines[-len(kept) :]
    assert 2 < len(kept) < 8
    cache.close()
    assert [*tmp_path.iterdir()] == [cache.path]


def test_without_a_place_to_write_nothing_is_remembered_nor_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = CountCache(tmp_path / "file" / "a.sqlite3")
    put(cache, table(1), [b"x"])
    assert found(cache, [b"x"]) == []
    assert cache.problem
    cache.close()


def test_counts_of_other_versions_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "counts-o200k_base.bin").write_bytes(b"an earlier layout")
    cache = CountCache(tmp_path / "counts.sqlite3")
    put(cache, table(1), [b"x"])
    cache.close()
    monkeypatch.setattr(cache_module, "_LAYOUT", 5)
    assert found(cache, [b"x"]) == []
    put(cache, table(1), [b"y"])
    assert len(found(cache, [b"y"])) == 1
    cache.close()
    assert [*tmp_path.iterdir()] == [cache.path]


async def test_a_shuffled_file_with_one_new_line_counts_one_line(
    workers: Pool, tmp_path: Path
) -> None:
    places = Locations.standard({"FINETUI_HOME": str(tmp_path / "home")})
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\r\n".join(ROWS))
    counting = Counting(places.cache, workers)
    first = await read_lines(path)
    counted = await counting.count(first, "o200k_base")
    assert counted.new == len(ROWS)
    first.close()
    counting.close()

    counting = Counting(places.cache, workers)
    lines = [row("A new question?", "A new answer."), *ROWS]
    random.Random(3).shuffle(lines)
    path.write_bytes(b"\n".join(lines) + b"\n")
    second = await read_lines(path)
    counted = await counting.count(second, "o200k_base")
    assert counted.new == 1
    assert counted.table[:, 1].tolist() == expected(lines)[0]
    second.close()
    third = await read_lines(path)  # the very same file again: no process is asked
    again = await counting.count(third, "o200k_base")
    assert (again.new, again.by) == (0, "")
    assert (again.table == counted.table).all()
    third.close()
    counting.close()


async def test_the_same_file_is_known_without_being_cut_into_lines(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Locations.standard({"FINETUI_HOME": str(tmp_path / "home")})
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(ROWS))
    tables = []
    for new in (len(ROWS), 0):
        counting = Counting(places.cache, workers)
        lines = await read_lines(path)
        counted = await counting.count(lines, "o200k_base")
        assert counted.new == new
        tables.append(counted.table)
        lines.close()
        counting.close()
        monkeypatch.setattr(runs, "hashes_of", None)  # is not called again
    assert (tables[0] == tables[1]).all()
