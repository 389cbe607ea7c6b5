"""What changed between two states of the rows."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core.dataset.changed_rows import RowChange, changed_rows


def text(row_id: int) -> bytes:
    return str(abs(row_id) % 10).encode()


def test_edited_new_and_gone() -> None:
    found = changed_rows([0, 1, 2, 3], [0, -14, 2, -15, -16], text)
    assert found == [
        RowChange("edited", 1, 1, 1),
        RowChange("edited", 3, 3, 3),
        RowChange("new", None, 4, 4),
    ]
    assert changed_rows([0, 1, 2], [0, 2], text) == [RowChange("gone", 1, None, 1)]
    assert changed_rows([0, 1], [0, 1], text) == []


def test_moved_rows_are_told_by_their_text_or_their_id() -> None:
    # Row 0 leaves and comes back at the end, as a line of its own with the same text.
    assert changed_rows([0, 1, 2], [1, 2, -10], text) == [RowChange("moved", 0, 2, 2)]
    assert [c.what for c in changed_rows([0, 1, 2], [1, 2, 0], text)] == ["moved"]


TEXTS = {
    1: b"the lid goes on top",
    2: b"water it twice a week",
    -1: b"a new row on batteries",
    -2: b"the lid goes on top, firmly",
    -3: b"water it twice a week, no more",
    -4: b"nothing like any of them",
}


def test_a_row_put_in_is_not_taken_for_its_edited_neighbour() -> None:
    def pairs(before: list[int], now: list[int]) -> list[tuple[str, int | None, int | None]]:
        return [(c.what, c.before, c.now) for c in changed_rows(before, now, TEXTS.__getitem__)]

    assert pairs([1], [-1, -2]) == [("new", None, 0), ("edited", 0, 1)]
    assert pairs([1], [-2, -1]) == [("edited", 0, 0), ("new", None, 1)]
    assert pairs([1, 2], [-1, -2, -3]) == [("new", None, 0), ("edited", 0, 1), ("edited", 1, 2)]
    assert pairs([1, 2], [-2, -1, -3]) == [("edited", 0, 0), ("new", None, 1), ("edited", 1, 2)]
    assert pairs([1, 2], [-3]) == [("gone", 0, None), ("edited", 1, 0)]
    # Where as many are gone as are new, each is one edited, whatever is written in them.
    assert pairs([1, 2], [-4, -2]) == [("edited", 0, 0), ("edited", 1, 1)]
    many = [*range(-3000, -2000)]
    found = changed_rows([1, 2], many, lambda row: TEXTS.get(row, b"x"))
    assert [c.what for c in found[:3]] == ["edited", "edited", "new"]


ROWS = st.permutations(range(-5, 6)).flatmap(lambda r: st.integers(0, 10).map(lambda n: r[:n]))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, ROWS)
def test_every_row_is_either_unchanged_or_told(before: list[int], now: list[int]) -> None:
    found = changed_rows(before, now, text)
    told_before = {c.before for c in found if c.before is not None}
    told_now = {c.now for c in found if c.now is not None}
    kept_before = [r for i, r in enumerate(before) if i not in told_before]
    kept_now = [r for i, r in enumerate(now) if i not in told_now]
    assert kept_before == kept_now
    assert all(0 <= c.at <= len(now) for c in found)
