"""Comparing datasets: what a list of edits did is found again."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.dataset.test_splitting import line
from tui.core.dataset.diff import Difference, compare

A, B, C = line("a"), line("b"), line("c")


def test_added_removed_changed_moved() -> None:
    other = line("B", "another answer")
    found = compare([A, B, C], [C, A, other, line("new")])
    assert set(found.changes) == {
        Difference("moved", 2, 0),
        Difference("changed", 1, 2),
        Difference("added", None, 3),
    }
    assert found.same == 1
    assert found.words == "1 added, 1 changed, 1 moved, 1 the same"
    assert compare([A, B], [A]).changes == (Difference("removed", 1, None),)
    assert found.changes[-1].to_json() == {"change": "added", "before": None, "after": 4}


def test_spacing_order_of_keys_and_blank_lines_do_not_count() -> None:
    again = json.dumps(json.loads(A), indent=None, separators=(",", ":")).encode()
    found = compare([A, b"", B], [again, B, b" "])
    assert found.changes == ()
    assert found.same == 2


def test_duplicates_are_counted() -> None:
    assert compare([A, A], [A, A, A]).count("added") == 1
    assert compare([A, A, A], [A]).count("removed") == 2


def test_many_that_turn_around_are_found_quickly() -> None:
    lines = [line(f"q{n}") for n in range(3000)]
    found = compare(lines, [*lines[1:], lines[0]])
    assert found.changes == (Difference("moved", 0, 2999),)


@settings(max_examples=80, deadline=None)
@given(
    before=st.lists(st.sampled_from([A, B, C, line("a", "x"), b"{", b"1"]), max_size=12),
    after=st.lists(st.sampled_from([A, B, C, line("a", "x"), b"{", b"1"]), max_size=12),
)
def test_every_example_is_accounted_for(before: list[bytes], after: list[bytes]) -> None:
    found = compare(before, after)
    gone = found.count("removed")
    here = found.same + found.count("changed") + found.count("moved")
    assert here + gone == len(before)
    assert here + found.count("added") == len(after)
    assert (not found.changes) == (before == after)
