"""Rows are found again where they stood, or wherever their line stands now."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.core.dataset import row_places
from tui.core.dataset.row_places import Run, find_rows, runs_of

LINES = st.lists(st.sampled_from([b"a", b"b", b"c", b"dd", b""]), max_size=12)


@given(LINES, st.data())
def test_rows_of_a_file_that_stayed_are_all_found(lines: list[bytes], data: st.DataObject) -> None:
    positions = sorted(data.draw(st.sets(st.sampled_from(range(len(lines)))))) if lines else []
    runs = [Run.parse(run.json) for run in runs_of(positions, lines)]
    found = find_rows([run for run in runs if run is not None], lines)
    assert (found.positions, found.lost) == (positions, 0)


@given(LINES, LINES)
def test_rows_of_another_file_are_found_by_content_or_lost(
    before: list[bytes], now: list[bytes]
) -> None:
    positions = list(range(len(before)))
    found = find_rows(runs_of(positions, before), now)
    assert len(found.positions) + found.lost >= len(positions)
    assert all(now[at] in before for at in found.positions)


def test_a_row_that_moved_is_found_and_the_one_before_it_is_not() -> None:
    before, now = [b"a", b"b", b"c"], [b"x", b"a", b"c"]
    assert find_rows(runs_of([0, 2], before), now).positions == [1, 2]
    assert find_rows(runs_of([1], before), now) == row_places.FoundRows([], 1)


def test_many_rows_are_kept_as_runs() -> None:
    lines = [b"%d" % number for number in range(5_000)]
    runs = runs_of([*range(3_000), *range(3_500, 4_000)], lines)
    assert [(run.start, run.count) for run in runs] == [(0, 3_000), (3_500, 500)]
    assert len(find_rows(runs, lines).positions) == 3_500
    assert find_rows(runs, lines[1:]).lost == 3_500
    every_other = [*range(0, 50_000, 2)]
    assert runs_of(every_other, [b"x"] * 50_000) == []  # too many to be kept


def test_what_is_no_run_is_left_out() -> None:
    for value in (None, [], [1, 2], [1, 0, "a"], [-1, 1, "a"], [1, 1, ""], ["1", 1, "a"]):
        assert Run.parse(value) is None
