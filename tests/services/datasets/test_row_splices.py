"""All rows given again: any arrangement is reached, taken back, and survives a restart."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.dataset.splices import Rows, Step
from tui.services.datasets import row_splices
from tui.services.datasets.document import Document
from tui.services.datasets.row_splices import splices_of
from tui.services.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 12
arrangements = st.lists(
    st.integers(0, COUNT - 1) | st.binary(max_size=3).map(lambda b: b.replace(b"\n", b"")),
    max_size=20,
).map(  # a row of before comes but once
    lambda rows: [r for at, r in enumerate(rows) if isinstance(r, bytes) or r not in rows[:at]]
)


@pytest.mark.parametrize("limit", [0, 256])
@given(arrangements)
def test_splices_reach_the_rows_and_come_back(limit: int, new: list[int | bytes]) -> None:
    texts: dict[int, bytes] = {}

    def new_id(line: bytes) -> int:
        texts[-1 - len(texts)] = line
        return -len(texts)

    rows = Rows(array("q", range(COUNT)))
    before = row_splices.MOST_SPLICES
    row_splices.MOST_SPLICES = limit
    try:
        step = Step("bulk", splices_of(rows.ids, new, new_id))
    finally:
        row_splices.MOST_SPLICES = before
    rows.apply(step)
    assert [texts.get(i, i) for i in rows.ids] == new
    rows.undo()
    assert [*rows.ids] == [*range(COUNT)]


def test_nothing_changed_is_no_splice() -> None:
    assert splices_of(array("q", range(3)), [0, 1, 2], lambda _line: -1) == ()


async def test_a_document_rewritten_undone_and_recovered(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(b'{"n": %d}\n' % n for n in range(600)))
    document = Document.open(path, tmp_path / "journals")
    shuffled: list[int | bytes] = [*range(599, 0, -2), b'{"new": 1}', *range(0, 300, 2)]
    assert await document.rewrite("shuffle", shuffled, document.version)
    assert not await document.rewrite("again", [*range(len(document))], document.version)
    wanted = [row if isinstance(row, bytes) else b'{"n": %d}' % row for row in shuffled]
    assert [*document.snapshot()] == wanted
    assert document.changes == 1
    with pytest.raises(InputError):
        await document.rewrite("old", [0], document.version - 1)
    with pytest.raises(InputError):
        await document.rewrite("two lines", [b"a\nb"], document.version)
    await document.close()
    again = Document.open(path, tmp_path / "journals")
    assert [*again.snapshot()] == wanted
    await again.undo()
    assert len(again) == 600
    await again.close()
