from __future__ import annotations

from array import array

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core.filtering.marks import Marks

# A loaded machine is slow, not wrong.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def marked(marks: Marks, ids: list[int]) -> list[int]:
    return marks.positions(array("q", ids))


def test_marks_follow_rows_that_move_and_return() -> None:
    marks = Marks()
    marks.add([3, 5])
    assert marked(marks, [0, 1, 2, 3, 4, 5]) == [3, 5]
    marks.carry([0, 1, 2, 3, 4, 5], [0, 2, 3, 4])
    assert marked(marks, [0, 2, 3, 4]) == [2]
    assert marked(marks, [0, 1, 2, 3, 4, 5]) == [3, 5], "undo brings row and mark back"


def test_an_edited_row_keeps_its_mark() -> None:
    marks = Marks()
    marks.add([1, 4])
    marks.carry([0, 1, 2, 3, 4], [0, -1, 2, 3, 4])
    assert marked(marks, [0, -1, 2, 3, 4]) == [1, 4]
    marks.carry([0, -1, 2, 3, 4], [-4, -3, 2, 3, -2])  # one step over several rows
    assert marked(marks, [-4, -3, 2, 3, -2]) == [1, 4]


def test_flip_and_clear() -> None:
    marks = Marks()
    marks.toggle(2)
    marks.flip([1, 2, 3])
    assert marked(marks, [1, 2, 3]) == [0, 2]
    marks.clear()
    assert not marks
    assert marked(marks, [1, 2, 3]) == []


@PATIENT
@given(
    st.lists(st.integers(0, 30), unique=True),
    st.sets(st.integers(0, 30)),
    st.integers(0, 30),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_marks_of_rows_outside_a_change_stay(
    ids: list[int], chosen: set[int], at: int, removed: int, inserted: int
) -> None:
    at = min(at, len(ids))
    after = ids[:at] + [-1 - n for n in range(inserted)] + ids[at + removed :]
    marks = Marks()
    marks.add(chosen)
    marks.carry(array("q", ids), array("q", after))
    now = {after[position] for position in marked(marks, after)}
    assert {i for i in now if i >= 0} == chosen & set(after)
    if len(ids) != len(after):
        assert not {i for i in now if i < 0}
