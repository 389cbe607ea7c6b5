"""Rows and their undo history: which rows the file on disk does not hold."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from tui.core.dataset.splices import Rows, Splice, Step

MOVES = st.lists(
    st.tuples(
        st.sampled_from(["new", "new", "move", "undo", "undo", "redo", "save"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=25,
)


def changed(rows: Rows, kind: str, a: int, b: int, fresh: int) -> Step:
    """Return a step that writes rows again, or puts one elsewhere."""
    at, end = sorted((a % (len(rows.ids) + 1), b % (len(rows.ids) + 1)))
    there = tuple(rows.ids[at:end])
    if kind == "move":
        return Step("move", (Splice(at, there, there[1:] + there[:1]),))
    return Step("write", (Splice(at, there, (fresh, *there[1:])),))


@given(MOVES)
def test_a_row_is_unsaved_while_the_saved_rows_lack_it(moves: list[tuple[str, int, int]]) -> None:
    rows = Rows(array("q", range(6)))
    saved = set(rows.ids)
    for number, (kind, a, b) in enumerate(moves, 1):
        if kind == "save":
            rows.clean_at, saved = len(rows.done), set(rows.ids)
        elif kind == "undo":
            rows.undo()
        elif kind == "redo":
            rows.redo()
        else:
            rows.apply(changed(rows, kind, a, b, -number))
        assert rows.unsaved_ids() & {*rows.ids} == {*rows.ids} - saved
